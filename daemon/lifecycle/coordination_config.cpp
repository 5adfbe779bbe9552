#include "daemon/lifecycle/coordination_config.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <string_view>

namespace governor::daemon {
namespace {

namespace json = boost::json;

std::optional<std::string> set_across(const json::value& value, core::AcrossWorktrees& target) {
  const std::string_view word = value.is_string() ? std::string_view(value.get_string()) : "";
  if (word != "warn" && word != "exclusive") {
    return fmt::format("across_worktrees must be one of warn, exclusive, not {}", json::serialize(value));
  }
  target = word == "warn" ? core::AcrossWorktrees::warn : core::AcrossWorktrees::exclusive;
  return std::nullopt;
}

std::optional<std::string> set_changed_hours(const json::value& value, int& target) {
  const auto* hours = value.if_int64();
  if (hours == nullptr || *hours < 0 || *hours > kLongestChangedHours) {
    return fmt::format("changed_hours must be a whole number from 0 to {}, not {}", kLongestChangedHours,
                       json::serialize(value));
  }
  target = static_cast<int>(*hours);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> set_coordination(const json::value& value, CoordinationSettings& settings) {
  const json::object* members = value.if_object();
  if (members == nullptr) return fmt::format("must be an object, not {}", json::serialize(value));
  CoordinationSettings changed = settings;
  for (const auto& member : *members) {
    const std::string_view name = member.key();
    std::optional<std::string> wrong;
    if (name == "across_worktrees") {
      wrong = set_across(member.value(), changed.across_worktrees);
    } else if (name == "changed_hours") {
      wrong = set_changed_hours(member.value(), changed.changed_hours);
    } else {
      wrong = fmt::format("{} is none of across_worktrees, changed_hours", name);
    }
    if (wrong) return "is wrong: " + *wrong;
  }
  settings = changed;
  return std::nullopt;
}

}  // namespace governor::daemon
