#include "core/deployment_budget.hpp"

#include <fmt/format.h>

namespace governor::core {
namespace {

constexpr double kMicro = 1e6;

template <class Number>
double share_of(Number used, Number most) {
  return most == 0 ? 0 : static_cast<double>(used) / static_cast<double>(most);
}

template <class Number>
void add_more(Number& figure, Number ordered, Number used) {
  if (figure != 0 && used >= figure) figure = used + (ordered != 0 ? ordered : figure);
}

}  // namespace

void stop_clock(DeploymentStanding& standing, std::int64_t now_us) {
  // The clock may have been set back.
  if (standing.running_since_us != 0 && now_us > standing.running_since_us)
    standing.ran_us += now_us - standing.running_since_us;
  standing.running_since_us = 0;
}

const DeploymentBudget& budget_of(const Deployment& deployment) {
  return deployment.standing.raised ? *deployment.standing.raised : deployment.order.budget;
}

DeploymentSpent spent_by(const Deployment& deployment, std::int64_t now_us) {
  const DeploymentStanding& standing = deployment.standing;
  DeploymentSpent spent{standing.usage, standing.ran_us};
  if (standing.running_since_us != 0 && now_us > standing.running_since_us)
    spent.wall_us += now_us - standing.running_since_us;
  return spent;
}

BudgetUse budget_use(const DeploymentBudget& budget, const DeploymentSpent& spent) {
  BudgetUse most;
  const auto look = [&](std::string_view figure, double share, auto text) {
    if (share <= most.share) return;
    most.figure = figure;
    most.share = share;
    most.text = text();
  };
  const DeploymentUsage& usage = spent.usage;
  const std::int64_t seconds = spent.wall_us / 1'000'000;
  look("turns", share_of(usage.turns, budget.turns),
       [&] { return fmt::format("{} of {} turns", usage.turns, budget.turns); });
  look("tokens", share_of(usage.tokens, budget.tokens),
       [&] { return fmt::format("{} of {} tokens", usage.tokens, budget.tokens); });
  look("cost_usd", share_of(usage.cost_micro_usd, budget.cost_micro_usd), [&] {
    return fmt::format("{:.2f} of {:.2f} USD", static_cast<double>(usage.cost_micro_usd) / kMicro,
                       static_cast<double>(budget.cost_micro_usd) / kMicro);
  });
  look("seconds", share_of(spent.wall_us, budget.wall_seconds * 1'000'000),
       [&] { return fmt::format("{} of {} seconds", seconds, budget.wall_seconds); });
  return most;
}

DeploymentBudget with_more(const DeploymentBudget& budget, const DeploymentBudget& ordered,
                           const DeploymentSpent& spent) {
  DeploymentBudget more = budget;
  add_more(more.turns, ordered.turns, spent.usage.turns);
  add_more(more.tokens, ordered.tokens, spent.usage.tokens);
  add_more(more.cost_micro_usd, ordered.cost_micro_usd, spent.usage.cost_micro_usd);
  add_more(more.wall_seconds, ordered.wall_seconds, spent.wall_us / 1'000'000);
  return more;
}

}  // namespace governor::core
