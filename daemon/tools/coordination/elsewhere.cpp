#include "daemon/tools/coordination/elsewhere.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/support/timestamp.hpp"
#include "daemon/tools/coordination/lease_json.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMostToldElsewhere = 3;

std::string ago_text(std::int64_t since_us, std::int64_t now_us) {
  constexpr std::int64_t kMinuteUs = 60'000'000;
  const std::int64_t minutes = std::max<std::int64_t>(now_us - since_us, 0) / kMinuteUs;
  if (minutes < 1) return "less than a minute ago";
  if (minutes < 120) return fmt::format("{} min ago", minutes);
  return fmt::format("{} h ago", minutes / 60);
}

}  // namespace

void write_elsewhere(JsonWriter& json, const std::vector<core::Elsewhere>& elsewhere) {
  if (elsewhere.empty()) return;
  json.key("elsewhere").begin_array();
  for (const core::Elsewhere& one : elsewhere) {
    json.begin_object().field("path", one.path);
    write_holder(json, one.holder);
    write_worktree(json, one.worktree);
    if (one.is_held()) {
      json.field("lease", one.lease).field("since", iso_timestamp(one.since_us));
      json.field("until", iso_timestamp(one.until_us));
    } else {
      json.field("changed", iso_timestamp(one.since_us));
    }
    json.end_object();
  }
  json.end_array();
}

std::string worktree_text(const core::Worktree& worktree) {
  return fmt::format("the worktree {}{}", worktree.top,
                     worktree.branch.empty() ? "" : " (branch " + worktree.branch + ")");
}

std::string elsewhere_text(const std::string& path, const std::vector<core::Elsewhere>& elsewhere,
                           std::int64_t now_us) {
  if (elsewhere.empty()) return {};
  std::string text = fmt::format(
      "governor: others work on the same file as {} in other worktrees of this repository.", path);
  for (std::size_t i = 0; i < std::min(elsewhere.size(), kMostToldElsewhere); ++i) {
    const core::Elsewhere& one = elsewhere[i];
    const std::string who = core::holder_text(one.holder);
    const std::string where = worktree_text(one.worktree);
    text += one.is_held()
                ? fmt::format(" {} holds it in {} since {}.", who, where, iso_timestamp(one.since_us))
                : fmt::format(" {} changed it in {} {}.", who, where, ago_text(one.since_us, now_us));
  }
  if (elsewhere.size() > kMostToldElsewhere)
    text += fmt::format(" And {} more.", elsewhere.size() - kMostToldElsewhere);
  return text +
         " Both will have to be merged: change no more of this file than you need, look at theirs, and leave "
         "alone what they are rewriting.";
}

}  // namespace governor::daemon
