#include "daemon/lifecycle/deployments_config.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "daemon/lifecycle/runner_config.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMostDeployments = 1000;
constexpr std::int64_t kDeepest = 100;

template <class Number>
std::optional<std::string> read_limit(std::string_view name, const json::value& value, std::int64_t highest,
                                      Number& target) {
  const std::int64_t* number = value.if_int64();
  if (number == nullptr || *number < 0 || *number > highest)
    return fmt::format("{} must be a whole number from 0 to {}, not {}", name, highest,
                       json::serialize(value));
  target = static_cast<Number>(*number);
  return std::nullopt;
}

std::optional<std::string> set_deployment_member(std::string_view name, const json::value& value,
                                                 Options& options) {
  core::DeploymentLimits& limits = options.deployment_limits;
  if (name == "at_once") return read_limit(name, value, kMostDeployments, limits.at_once);
  if (name == "per_task") return read_limit(name, value, kMostDeployments, limits.per_task);
  if (name == "per_parent") return read_limit(name, value, kMostDeployments, limits.per_parent);
  if (name == "depth") return read_limit(name, value, kDeepest, limits.depth);
  bool is_known = false;
  auto wrong = set_launching(name, value, options.deployments, is_known);
  if (is_known) return wrong;
  return fmt::format(
      "{} is none of at_once, depth, keep_ended, per_parent, per_task, runners, stuck_minutes, tmux, "
      "worktree_directory",
      name);
}

}  // namespace

std::optional<std::string> set_deployments(const json::value& value, Options& options) {
  const json::object* members = value.if_object();
  if (members == nullptr) return fmt::format("must be an object, not {}", json::serialize(value));
  Options changed = options;
  for (const auto& member : *members) {
    if (auto wrong = set_deployment_member(member.key(), member.value(), changed))
      return "is wrong: " + *wrong;
  }
  options = std::move(changed);
  return std::nullopt;
}

}  // namespace governor::daemon
