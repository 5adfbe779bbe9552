#include "daemon/shared/workspace_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <utility>

#include "daemon/shared/database_answer.hpp"
#include "daemon/shared/fleet_schema.hpp"
#include "daemon/shared/order_schema.hpp"
#include "daemon/shared/protection_schema.hpp"
#include "daemon/shared/task_schema.hpp"
#include "daemon/shared/workspace_schema.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

/// The functions there wait for locks no longer than three.
constexpr std::chrono::seconds kStatementLimit{5};
constexpr std::chrono::seconds kInitLimit{60};

constexpr const char* kOldStatus =
    "SELECT s.status || jsonb_build_object('is_current', (s.status->>'version')::integer >= $1::integer) "
    "FROM (SELECT governor.status_1() AS status) s";
constexpr const char* kStatus =
    "SELECT s.status || jsonb_build_object('is_current', (s.status->>'version')::integer >= $1::integer, "
    "'task_lists', governor.task_lists_1()) FROM (SELECT governor.status_1() AS status) s";

ipc::Deadline statement_deadline() {
  return ipc::Deadline::after(kStatementLimit);
}

WorkspaceDatabase::InTheWay read_obstacle(const json::object& item) {
  WorkspaceDatabase::InTheWay found;
  found.claim = fmt::format("{}/{}", text_in(item, "daemon"), number_in(item, "claim"));
  core::LeaseObstacle& obstacle = found.obstacle;
  obstacle.holder.agent_id = text_in(item, "agent");
  obstacle.holder.client = text_in(item, "client");
  obstacle.holder.pid = number_in(item, "pid");
  obstacle.mode = number_in(item, "mode") == static_cast<int>(core::LeaseMode::shared)
                      ? core::LeaseMode::shared
                      : core::LeaseMode::exclusive;
  obstacle.reason = text_in(item, "reason");
  obstacle.since_us = number_in(item, "since_us");
  obstacle.until_us = flag_in(item, "held") ? number_in(item, "until_us") : 0;
  obstacle.host = text_in(item, "host");
  obstacle.who = text_in(item, "who");
  const auto* patterns = item.if_contains("patterns");
  const auto* globs = item.if_contains("globs");
  if (patterns == nullptr || globs == nullptr || !patterns->is_array() || !globs->is_array()) return found;
  for (std::size_t i = 0; i < patterns->get_array().size() && i < globs->get_array().size(); ++i) {
    const json::value& pattern = patterns->get_array()[i];
    const json::value& glob = globs->get_array()[i];
    if (!pattern.is_string() || !glob.is_bool()) continue;
    std::string text(pattern.get_string());
    obstacle.paths.push_back(text);
    found.patterns.push_back(glob.get_bool() ? core::PathPattern::glob(std::move(text))
                                             : core::PathPattern::literal(std::move(text)));
  }
  return found;
}

}  // namespace

std::vector<std::string> names_above(const std::vector<std::string>& prefixes) {
  std::set<std::string> above;
  for (const std::string& prefix : prefixes) {
    above.insert(prefix);
    for (std::size_t at = prefix.find('/'); at != std::string::npos; at = prefix.find('/', at + 1))
      above.insert(prefix.substr(0, at));
  }
  return {above.begin(), above.end()};
}

std::string prefix_of(const core::PathPattern& pattern) {
  if (pattern.is_literal()) return pattern.text();
  const std::string_view text = pattern.text();
  const std::string_view fixed = text.substr(0, text.find_first_of("*?"));
  return std::string(fixed.substr(0, std::min(fixed.rfind('/'), fixed.size())));
}

core::Result<WorkspaceDatabase::Joined> WorkspaceDatabase::join(const SharedIdentity& identity,
                                                                std::chrono::milliseconds membership,
                                                                const std::vector<core::LeaseKey>& keep) {
  auto rows = database_.run("SELECT outcome, epoch, kept FROM governor.join_1($1, $2, $3, $4, $5, $6)",
                            {identity.id, identity.host, identity.who, identity.place,
                             std::to_string(membership.count()), array_text(keep)},
                            statement_deadline());
  if (!rows) return with_hint(std::move(rows.error()));
  if (rows->size() != 1 || rows->front().size() != 3 || !rows->front()[0] || !rows->front()[1] ||
      !rows->front()[2])
    return not_understood();
  const Database::Row& row = rows->front();
  Joined joined;
  joined.is_taken = *row[0] == "taken";
  const auto epoch = numbers_of(*row[1]);
  if (epoch.size() != 1 || (*row[0] != "joined" && !joined.is_taken)) return not_understood();
  joined.epoch = epoch.front();
  joined.kept = numbers_of(*row[2]);
  return joined;
}

core::Result<std::optional<std::int64_t>> WorkspaceDatabase::renew(const std::string& daemon,
                                                                   std::int64_t epoch,
                                                                   std::chrono::milliseconds membership) {
  auto rows = database_.run("SELECT governor.renew_1($1, $2, $3)",
                            {daemon, std::to_string(epoch), std::to_string(membership.count())},
                            statement_deadline());
  if (!rows) return with_hint(std::move(rows.error()));
  if (rows->size() != 1 || rows->front().size() != 1) return not_understood();
  if (!rows->front().front()) return std::optional<std::int64_t>();
  const auto count = numbers_of(*rows->front().front());
  if (count.size() != 1) return not_understood();
  return std::optional(count.front());
}

core::Result<WorkspaceDatabase::Acquired> WorkspaceDatabase::acquire(
    const std::string& daemon, std::int64_t epoch, const SharedQuestion& question, bool waits,
    const std::vector<std::string>& passed, const std::vector<core::LeaseKey>& released,
    const std::vector<std::string>& passed_protections) {
  std::vector<std::string> patterns;
  std::vector<std::string> prefixes;
  std::string globs = "{";
  for (const core::PathPattern& pattern : question.patterns) {
    patterns.push_back(pattern.text());
    prefixes.push_back(prefix_of(pattern));
    globs += globs.size() > 1 ? "," : "";
    globs += pattern.is_literal() ? 'f' : 't';
  }
  const core::LeaseHolder& holder = question.holder;
  std::vector<std::string> parameters{daemon,
                                      std::to_string(epoch),
                                      std::to_string(question.lease),
                                      question.workspace,
                                      std::to_string(static_cast<int>(question.mode)),
                                      array_text(patterns),
                                      globs + "}",
                                      array_text(prefixes),
                                      array_text(names_above(prefixes)),
                                      fmt::format("{}/{}/{}", holder.session, holder.agent, holder.worker),
                                      holder.agent_id,
                                      holder.client,
                                      std::to_string(holder.pid),
                                      question.reason,
                                      std::to_string(question.ttl_us / 1000),
                                      waits ? "t" : "f",
                                      array_text(passed)};
  std::string_view function = "acquire_1";
  std::string more;
  if (!question.guarded.empty()) {
    function = "acquire_allowed_1";
    more = ", $18, $19, $20";
    std::vector<std::string> guarded;
    for (const core::PathPattern& pattern : question.guarded) guarded.push_back(prefix_of(pattern));
    parameters.push_back(array_text(guarded));
    parameters.push_back(array_text(names_above(guarded)));
    parameters.push_back(array_text(passed_protections));
  }
  std::string before;
  if (!released.empty()) {
    parameters.push_back(array_text(released));
    before = fmt::format("governor.release_before_1($1, $4, $3, ${}) AS released(claim), LATERAL ",
                         parameters.size());
  }
  const std::string statement = fmt::format(
      "SELECT outcome, fence, obstacles FROM {}governor.{}($1, $2, {}, $4, $5, $6, $7, $8, $9, $10, $11, "
      "$12, $13, $14, $15, $16, $17{})",
      before, function, before.empty() ? "$3" : "released.claim", more);
  auto rows = database_.run(statement.c_str(), parameters, statement_deadline());
  if (!rows) return with_hint(std::move(rows.error()));
  if (rows->size() != 1 || rows->front().size() != 3 || !rows->front()[0] || !rows->front()[2])
    return not_understood();
  const Database::Row& row = rows->front();
  Acquired acquired;
  using Outcome = Acquired::Outcome;
  if (*row[0] == "granted") {
    const auto fence = numbers_of(row[1].value_or(""));
    if (fence.size() != 1) return not_understood();
    acquired.fence = static_cast<std::uint64_t>(fence.front());
    acquired.outcome = Outcome::granted;
  } else if (*row[0] == "waits") {
    acquired.outcome = Outcome::waits;
  } else if (*row[0] == "held") {
    acquired.outcome = Outcome::held;
  } else if (*row[0] == "protected") {
    acquired.outcome = Outcome::is_protected;
  } else if (*row[0] != "no_member") {
    return not_understood();
  }
  boost::json::error_code error;
  const json::value obstacles = json::parse(*row[2], error);
  if (error || !obstacles.is_array()) return not_understood();
  if (acquired.outcome == Outcome::is_protected) {
    acquired.protections = read_found_protections(obstacles.get_array());
    return acquired;
  }
  for (const json::value& item : obstacles.get_array()) {
    if (item.is_object()) acquired.in_the_way.push_back(read_obstacle(item.get_object()));
  }
  return acquired;
}

std::optional<core::Error> WorkspaceDatabase::release(const std::string& daemon,
                                                      const std::vector<core::LeaseKey>& leases) {
  auto rows =
      database_.run("SELECT governor.release_1($1, $2)", {daemon, array_text(leases)}, statement_deadline());
  if (!rows) return with_hint(std::move(rows.error()));
  return std::nullopt;
}

core::Result<std::string> WorkspaceDatabase::status() {
  const std::vector<std::string> known{std::to_string(kSharedSchemaVersion)};
  auto rows = database_.run(kStatus, known, statement_deadline());
  if (!rows && lacks_function(rows.error())) rows = database_.run(kOldStatus, known, statement_deadline());
  if (!rows) return with_hint(std::move(rows.error()));
  if (rows->size() != 1 || rows->front().size() != 1 || !rows->front().front()) return not_understood();
  return *std::move(rows->front().front());
}

std::optional<core::Error> WorkspaceDatabase::init() {
  std::string script;
  for (const char* part :
       {kWorkspaceSchema, kSharedTaskSchema, kFleetSchema, kOrderSchema, kProtectionSchema})
    script += part;
  script += fmt::format("INSERT INTO governor.schema_version(version) VALUES ({}) ON CONFLICT DO NOTHING;",
                        kSharedSchemaVersion);
  return database_.run_script(script.c_str(), ipc::Deadline::after(kInitLimit));
}

}  // namespace governor::daemon
