#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/deployment.hpp"

namespace governor::core {

/// At this share of a budget the agent is told.
inline constexpr double kBudgetNear = 0.8;

/// What was used of a budget: by one deployment, or by all of a task together.
struct DeploymentSpent {
  DeploymentUsage usage;
  std::int64_t wall_us = 0;
};

/// The figure of a budget of which most is used up.
struct BudgetUse {
  std::string_view figure;  ///< turns, tokens, cost_usd or seconds; empty: nothing is limited
  double share = 0;         ///< 1: all of it
  std::string text;         ///< "95 of 100 turns"

  [[nodiscard]] bool is_near() const { return share >= kBudgetNear; }
  [[nodiscard]] bool is_used_up() const { return share >= 1; }
};

/// Its program does not run any more, or is paused.
void stop_clock(DeploymentStanding& standing, std::int64_t now_us);
/// What holds: as ordered, or as a person has raised it.
const DeploymentBudget& budget_of(const Deployment& deployment);
/// By this deployment alone.
DeploymentSpent spent_by(const Deployment& deployment, std::int64_t now_us);
BudgetUse budget_use(const DeploymentBudget& budget, const DeploymentSpent& spent);
/// With as much again of what is used up as was ordered first.
DeploymentBudget with_more(const DeploymentBudget& budget, const DeploymentBudget& ordered,
                           const DeploymentSpent& spent);

}  // namespace governor::core
