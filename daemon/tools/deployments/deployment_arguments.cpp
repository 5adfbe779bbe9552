#include "daemon/tools/deployments/deployment_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace governor::daemon {
namespace {

constexpr double kMostFigure = 1e15;

}  // namespace

void read_budget(Arguments& arguments, core::DeploymentBudget& budget) {
  const boost::json::object* given = arguments.object("budget");
  if (given == nullptr) return;
  for (const auto& item : *given) {
    const std::string name(item.key());
    boost::json::error_code wrong;
    const double number = item.value().is_number() ? item.value().to_number<double>(wrong) : -1.0;
    if (wrong || !(number >= 0 && number <= kMostFigure)) {
      arguments.refuse(core::invalid_argument("budget." + name, boost::json::serialize(item.value()),
                                              "a number from 0 on; 0: no limit"));
      return;
    }
    if (name == "turns") {
      budget.turns = static_cast<std::uint64_t>(number);
    } else if (name == "tokens") {
      budget.tokens = static_cast<std::uint64_t>(number);
    } else if (name == "cost_usd") {
      budget.cost_micro_usd = static_cast<std::uint64_t>(std::llround(std::min(number, 1e9) * 1e6));
    } else if (name == "seconds") {
      budget.wall_seconds = static_cast<std::int64_t>(std::min(number, 1e9));
    } else {
      arguments.refuse(core::invalid_argument("budget", name, "turns, tokens, cost_usd, seconds"));
      return;
    }
  }
}

core::Error nothing_deploys() {
  return {core::ErrorCode::conflict, "This daemon deploys nothing.",
          "Use the governord of an installation; it runs on Linux and macOS."};
}

core::Error unknown_deployment(const std::string& id) {
  core::Error error(core::ErrorCode::not_found, fmt::format("There is no deployment \"{}\".", id),
                    "list_deployments names those that there are.");
  error.field = "deployment_id";
  error.given = id;
  return error;
}

core::Error not_started(const core::Deployment& deployment) {
  return {
      core::ErrorCode::conflict,
      fmt::format("Deployment \"{}\" could not be started: {}", deployment.order.id, deployment.standing.why),
      "Put right what the reason says, and deploy it again; nothing of it is left."};
}

}  // namespace governor::daemon
