#include "daemon/shared/protection_database.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <set>
#include <tuple>
#include <utility>

#include "daemon/files/real_path.hpp"
#include "daemon/shared/database_answer.hpp"
#include "daemon/shared/workspace_database.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/watch/git_worktree.hpp"

namespace governor::daemon {
namespace {

/// The functions there wait for locks no longer than three.
constexpr std::chrono::seconds kProtectionLimit{10};
/// Of what an index of PostgreSQL takes (2704).
constexpr std::size_t kLongestPrefix = 2000;

/// What is compared first: the rest of a long path is left to whoever looks closer.
std::string indexed_prefix(const core::PathPattern& pattern) {
  std::string prefix = prefix_of(pattern);
  while (prefix.size() > kLongestPrefix) {
    const std::size_t slash = prefix.rfind('/');
    prefix.resize(slash == std::string::npos ? 0 : slash);
  }
  return prefix;
}

}  // namespace

std::vector<FoundProtection> read_found_protections(const boost::json::array& items) {
  std::vector<FoundProtection> found;
  for (const boost::json::value& item : items) {
    if (!item.is_object()) continue;
    const boost::json::object& given = item.get_object();
    FoundProtection& one = found.emplace_back();
    one.id = text_in(given, "id");
    const std::string pattern = text_in(given, "pattern");
    one.protection.pattern =
        flag_in(given, "glob") ? core::PathPattern::glob(pattern) : core::PathPattern::literal(pattern);
    one.protection.reason = text_in(given, "reason");
    one.protection.since_us = number_in(given, "since_us");
    one.protection.host = text_in(given, "host");
    one.protection.who = text_in(given, "who");
  }
  return found;
}

core::Result<bool> ProtectionDatabase::tell(const std::string& daemon, std::int64_t epoch,
                                            const std::string& protections) {
  auto rows =
      database_.run("SELECT governor.tell_protections_1($1, $2, $3)",
                    {daemon, std::to_string(epoch), protections}, ipc::Deadline::after(kProtectionLimit));
  if (!rows) return with_hint(std::move(rows.error()));
  if (rows->size() != 1 || rows->front().size() != 1 || !rows->front().front()) return not_understood();
  return *rows->front().front() == "t";
}

core::Result<std::vector<core::ProtectionElsewhere>> ProtectionDatabase::find(const std::string& daemon,
                                                                              const core::SharedPath& path) {
  const std::vector<std::string> prefixes{prefix_of(path.path)};
  auto rows = database_.run("SELECT governor.protections_near_1($1, $2, $3, $4)",
                            {daemon, path.workspace, array_text(prefixes), array_text(names_above(prefixes))},
                            ipc::Deadline::after(kProtectionLimit));
  if (!rows) return with_hint(std::move(rows.error()));
  if (rows->size() != 1 || rows->front().size() != 1 || !rows->front().front()) return not_understood();
  boost::json::error_code error;
  const boost::json::value near = boost::json::parse(*rows->front().front(), error);
  if (error || !near.is_array()) return not_understood();
  std::vector<core::ProtectionElsewhere> found;
  for (FoundProtection& one : read_found_protections(near.get_array())) {
    if (one.protection.pattern.overlaps(path.path)) found.push_back(std::move(one.protection));
  }
  return found;
}

void place_in_workspaces(std::vector<core::Protection>& protections, const FileServices& files) {
  WorktreeLookup worktrees;
  for (core::Protection& protection : protections) {
    core::LeasePath& path = protection.path;
    path.shared = {};
    if (!files.shares()) continue;
    ResolvedPath resolved;
    resolved.path = path.text();
    resolved.key = path.pattern.text();
    resolved.pattern = !path.pattern.is_literal();
    core::LeasePath located = worktrees.locate(resolved);
    // As which workspace cannot be told: nobody gets a lease there either, on this machine.
    if (!files.share(located)) path.shared = std::move(located.shared);
  }
}

std::string told_protections(const std::vector<core::Protection>& protections) {
  std::set<std::tuple<std::string, std::string, bool>> told;  // two clones may have the same
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const core::Protection& protection : protections) {
    const core::SharedPath& shared = protection.path.shared;
    if (!shared.is_known()) continue;
    const bool is_glob = !shared.path.is_literal();
    if (!told.emplace(shared.workspace, shared.path.text(), is_glob).second) continue;
    json.begin_object().field("workspace", shared.workspace).field("prefix", indexed_prefix(shared.path));
    json.field("pattern", shared.path.text()).field("glob", is_glob);
    json.field("reason", without_zeros(protection.reason)).field("client", without_zeros(protection.by));
    json.field("since_us", protection.configured ? std::int64_t{0} : protection.since_us).end_object();
  }
  json.end_array();
  return text;
}

}  // namespace governor::daemon
