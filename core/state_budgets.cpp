// How long deployments may go on: budgets, the limits of their runners' accounts, and starts after a failure.
#include <fmt/format.h>

#include <algorithm>

#include "core/deployment_budget.hpp"
#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
/// So many failures of one runner within so long are no accident.
constexpr std::size_t kSpiralEnds = 5;
constexpr std::int64_t kSpiralUs = 120 * kSecondUs;
constexpr std::int64_t kCircuitUs = 900 * kSecondUs;
constexpr std::int64_t kLongestBackoffUs = 300 * kSecondUs;
/// What an account is limited to is never further away.
constexpr std::int64_t kLongestLimitUs = 8 * 86'400 * kSecondUs;
/// A limit that is met again each time must come to an end.
constexpr std::uint32_t kMostStarts = 50;

std::string circuit_of(const std::string& runner) {
  return "deployment_spiral/" + runner;
}

bool runs(const DeploymentStanding& standing) {
  return !is_over(standing.state) && standing.state != DeploymentState::reserved && standing.restart_us == 0;
}

std::string used_up_text(const BudgetUse& use, const Deployment& deployment) {
  return fmt::format("{} are used up{}.", use.text,
                     deployment.order.task_id.empty() ? "" : ", by all deployments of its task together");
}

}  // namespace

DeploymentSpent State::spent_of(const DeploymentOrder& order, const Deployment* own,
                                std::int64_t now_us) const {
  if (order.task_id.empty()) return own != nullptr ? spent_by(*own, now_us) : DeploymentSpent{};
  DeploymentSpent all;
  for (const Deployment* one : deployments_.of_task(order.task_id)) {
    const DeploymentSpent spent = spent_by(*one, now_us);
    all.usage += spent.usage;
    all.wall_us += spent.wall_us;
  }
  return all;
}

BudgetUse State::budget_use_of(const Deployment& deployment, std::int64_t now_us) const {
  const DeploymentBudget& budget = budget_of(deployment);
  if (budget == DeploymentBudget{}) return {};
  return budget_use(budget, spent_of(deployment.order, &deployment, now_us));
}

std::int64_t State::limited_until(const std::string& runner, const Deployment* but_by,
                                  std::int64_t now_us) const {
  std::int64_t until_us = 0;
  for (const DeploymentKey key : deployments_.limited()) {
    const Deployment& deployment = *deployments_.find(key);
    const bool counts = deployment.order.runner == runner && &deployment != but_by;
    if (counts && deployment.standing.limited_until_us > now_us)
      until_us = std::max(until_us, deployment.standing.limited_until_us);
  }
  return until_us;
}

const Alert* State::open_circuit(const std::string& runner) const {
  const auto found = alerts_.find(circuit_of(runner));
  return found == alerts_.end() || found->second.resolved_us != 0 ? nullptr : &found->second;
}

std::string State::runner_note(const std::string& runner, std::int64_t now_us) const {
  if (const std::int64_t until_us = limited_until(runner, nullptr, now_us); until_us != 0) {
    return fmt::format(
        "The limit of the account that runner {} uses is reached: its deployments wait until {}, this one "
        "too.",
        runner, utc_text(until_us));
  }
  if (open_circuit(runner) != nullptr) {
    return fmt::format(
        "Programs of runner {} fail one after another: after a failure none is started again for now. Look "
        "at "
        "why (list_deployments, get_deployment_output) before you deploy more.",
        runner);
  }
  return {};
}

std::string State::budget_note(const std::string& agent_id, std::int64_t now_us) const {
  const Deployment* deployment = deployments_.live().empty() ? nullptr : deployments_.find(agent_id);
  if (deployment == nullptr || is_over(deployment->standing.state)) return {};
  const BudgetUse use = budget_use_of(*deployment, now_us);
  if (!use.is_near()) return {};
  return fmt::format(
      "Your budget{} is nearly used up: {}. At 100 % you are paused until a person decides. Bring what you "
      "do "
      "to a good state now, commit it, and report with update_agent_progress what is left.",
      deployment->order.task_id.empty() ? "" : " (of your task, with its other agents)", use.text);
}

/// One of which the program runs, or is to run again: it goes on, or waits for what is in its way.
void State::settle_deployment(const Deployment& deployment, std::int64_t now_us, Changes& changes) {
  DeploymentStanding standing = deployment.standing;
  if (is_over(standing.state) || standing.state == DeploymentState::reserved) return;
  const bool is_between = standing.restart_us != 0;
  const BudgetUse use = budget_use_of(deployment, now_us);
  WaitingFor reason = is_between ? WaitingFor::restart : WaitingFor::nothing;
  std::string why;
  if (is_between) why = standing.waiting_for == reason ? standing.why : "it is about to be started again";
  if (use.is_used_up()) {
    reason = WaitingFor::budget;
    why = used_up_text(use, deployment);
  } else if (const std::int64_t until_us =
                 limited_until(deployment.order.runner, is_between ? nullptr : &deployment, now_us);
             until_us != 0) {
    reason = WaitingFor::quota;
    why = fmt::format("the limit of the account that runner {} uses is reached, until {}",
                      deployment.order.runner, utc_text(until_us));
  }
  std::string event;
  const bool must_pause = reason != WaitingFor::nothing && !is_between;
  const bool waits_otherwise = standing.waiting_for != reason || standing.state != DeploymentState::waiting;
  const bool must_wait = must_pause || is_between;
  if (must_wait ? waits_otherwise || (must_pause && !standing.paused) : standing.paused) {
    stop_clock(standing, now_us);
    standing.paused = must_pause;
    if (!must_wait) standing.running_since_us = now_us;
    standing.state = must_wait ? DeploymentState::waiting : DeploymentState::working;
    standing.waiting_for = reason;
    standing.since_us = now_us;
    standing.why = why;
    event = must_pause ? "paused" : is_between ? "waiting" : "resumed";
  }
  if (use.is_near() && !standing.budget_told) {
    standing.budget_told = true;
    changes.emplace_back(DeploymentEventAppended{deployment.key,
                                                 now_us,
                                                 "budget_near",
                                                 standing.state,
                                                 standing.progress,
                                                 use.text,
                                                 {},
                                                 actor_of({})});
  }
  if (!use.is_near()) standing.budget_told = false;
  if (standing == deployment.standing) return;
  if (!event.empty()) {
    audit({}, "deployment_" + event, deployment.agent,
          why.empty() ? deployment.order.id : fmt::format("{}: {}", deployment.order.id, why), now_us,
          changes);
  }
  const bool is_other = !event.empty();
  const Deployment& changed =
      change_deployment({}, deployment, std::move(standing), std::move(event), why, now_us, changes);
  if (is_other) watch_deployment(changed, now_us, changes);
}

void State::settle_with(const DeploymentOrder& order, std::int64_t now_us, Changes& changes) {
  const std::set<DeploymentKey> live = deployments_.live();
  for (const DeploymentKey key : live) {
    const Deployment& one = *deployments_.find(key);
    const bool shares = one.order.id == order.id || one.order.runner == order.runner ||
                        (!order.task_id.empty() && one.order.task_id == order.task_id);
    if (shares) settle_deployment(one, now_us, changes);
  }
}

std::int64_t State::sane_limit(std::int64_t until_us, std::int64_t now_us) {
  return until_us <= now_us ? 0 : std::min(until_us, now_us + kLongestLimitUs);
}

// Starts after a failure.

void State::count_failure(const Deployment& deployment, std::int64_t now_us, Changes& changes) {
  const std::string& runner = deployment.order.runner;
  std::vector<std::int64_t>& ends = failed_ends_[runner];
  const auto alert = alerts_.find(circuit_of(runner));
  const std::int64_t closed_us = alert == alerts_.end() ? 0 : alert->second.resolved_us;
  std::erase_if(ends,
                [&](std::int64_t end_us) { return end_us <= closed_us || now_us - end_us >= kSpiralUs; });
  ends.push_back(now_us);
  if (ends.size() < kSpiralEnds || open_circuit(runner) != nullptr) return;
  audit({}, "deployment_spiral", deployment.agent, fmt::format("runner {}", runner), now_us, changes);
  raise_alert(
      {circuit_of(runner), AlertKind::deployment_spiral, AlertSeverity::critical, deployment.order.id,
       fmt::format("{} programs of runner {} failed within {} s, the last one of \"{}\". None is "
                   "started again before {}. Look at why (governorctl logs {}); governorctl alerts ack, "
                   "or governorctl deployments continue ID, lets them go on at once.",
                   ends.size(), runner, kSpiralUs / kSecondUs, deployment.order.id,
                   utc_text(now_us + kCircuitUs), deployment.order.id)},
      now_us, changes);
  ends.clear();
}

bool State::plan_restart(const Deployment& deployment, const DeploymentEnded& ended,
                         DeploymentStanding& standing, std::int64_t now_us) const {
  const bool has_failed = standing.started_us != 0 && ended.state == DeploymentState::failed;
  if (!has_failed || ended.is_final || stop_asked(deployment.order.id) != nullptr) return false;
  if (standing.attempts >= kMostStarts) return false;
  const bool is_limited = standing.limited_until_us > now_us && !standing.runner_session.empty();
  if (is_limited) {
    standing.restart_us = standing.limited_until_us;
    standing.waiting_for = WaitingFor::quota;
    standing.why = fmt::format("the limit of its account is reached; it is started again at {}",
                               utc_text(standing.restart_us));
  } else {
    if (standing.restarts >= static_cast<std::uint32_t>(deployment.order.restarts_allowed)) return false;
    std::int64_t wait_us = std::max<std::int64_t>(deployment.order.backoff_seconds, 1) * kSecondUs;
    const std::int64_t longest_us = std::max(wait_us, kLongestBackoffUs);
    for (std::uint32_t i = 0; i < standing.restarts && wait_us < longest_us; ++i) wait_us *= 2;
    standing.restarts += 1;
    standing.restart_us = now_us + std::min(wait_us, longest_us);
    standing.waiting_for = WaitingFor::restart;
    standing.why = fmt::format("{}; start {} of {} after a failure at {}", ended.why, standing.restarts,
                               deployment.order.restarts_allowed, utc_text(standing.restart_us));
  }
  standing.state = DeploymentState::waiting;
  standing.keeper = {standing.keeper.pid == 0 ? SessionProcess{}
                                              : SessionProcess{0, 0, standing.keeper.boot_id}};
  standing.process = {};
  return true;
}

std::vector<std::string> State::due_restarts(std::int64_t now_us) const {
  std::vector<std::string> due;
  for (const DeploymentKey key : deployments_.live()) {
    const Deployment& deployment = *deployments_.find(key);
    if (restart_is_due(deployment, now_us)) due.push_back(deployment.order.id);
  }
  return due;
}

bool State::restart_is_due(const Deployment& deployment, std::int64_t now_us) const {
  const DeploymentStanding& standing = deployment.standing;
  return standing.restart_us != 0 && !is_over(standing.state) && standing.restart_us <= now_us &&
         standing.waiting_for != WaitingFor::budget && !is_launching(deployment.order.id) &&
         open_circuit(deployment.order.runner) == nullptr &&
         limited_until(deployment.order.runner, nullptr, now_us) == 0;
}

void State::renew_token(const Deployment& deployment, std::string token_hash, Changes& changes) {
  Agent* agent = find_agent(deployment.order.id);
  if (agent == nullptr) return;
  agent->profile.token_hash = std::move(token_hash);
  save_profile(agent->profile, changes);
}

// What people say.

Result<const Deployment*> State::continue_deployment(const Caller& caller, const std::string& id,
                                                     const std::optional<DeploymentBudget>& budget,
                                                     std::int64_t now_us, Changes& changes) {
  const auto refusal = [&](ErrorCode code, std::string message, std::string hint) {
    Error error(code, std::move(message), std::move(hint));
    error.field = "deployment_id";
    error.given = id;
    return error;
  };
  const Deployment* deployment = deployments_.find(id);
  if (deployment == nullptr) {
    return refusal(ErrorCode::not_found, fmt::format("There is no deployment \"{}\".", id),
                   "list_deployments names those that there are.");
  }
  const bool was_over = is_over(deployment->standing.state);
  if (was_over) {
    if (auto refused = refuse_reopening(*deployment)) return *std::move(refused);
  }
  const DeploymentOrder order = deployment->order;
  const DeploymentSpent spent = spent_of(order, deployment, now_us);
  const DeploymentBudget now = budget_of(*deployment);
  const bool is_used_up = budget_use(now, spent).is_used_up();
  DeploymentBudget wanted = budget ? *budget : is_used_up ? with_more(now, order.budget, spent) : now;
  if (const BudgetUse use = budget_use(wanted, spent); use.is_used_up()) {
    Error error = refusal(ErrorCode::invalid_argument, fmt::format("That is used up already: {}.", use.text),
                          "Give more than what is used; without a budget it gets as much again.");
    error.field = "budget";
    error.given = std::string(use.figure);
    return error;
  }
  audit(caller, "deployment_continued", deployment->agent,
        wanted == now ? id : fmt::format("{}: its budget was raised", id), now_us, changes);
  if (was_over) reopen_deployment(caller, *deployment, now_us, changes);
  // A budget that is shared is raised for all who share it.
  const std::set<DeploymentKey> live = deployments_.live();
  for (const DeploymentKey key : live) {
    const Deployment& one = *deployments_.find(key);
    const bool shares = one.order.id == id || (!order.task_id.empty() && one.order.task_id == order.task_id &&
                                               budget_use_of(one, now_us).is_used_up());
    if (!shares || wanted == budget_of(one)) continue;
    DeploymentStanding standing = one.standing;
    standing.raised = wanted;
    const BudgetUse use = budget_use(wanted, spent);
    change_deployment(caller, one, std::move(standing), "budget_raised",
                      use.figure.empty() ? std::string() : use.text, now_us, changes);
  }
  const auto lift_limits = [&] {
    const std::set<DeploymentKey> limited = deployments_.limited();
    for (const DeploymentKey key : limited) {
      const Deployment& one = *deployments_.find(key);
      if (one.order.runner != order.runner) continue;
      DeploymentStanding standing = one.standing;
      standing.limited_until_us = 0;
      change_deployment(caller, one, std::move(standing), {}, {}, now_us, changes);
    }
  };
  if (deployments_.find(id)->standing.waiting_for == WaitingFor::quota) lift_limits();
  if (const Deployment& one = *deployments_.find(id); one.standing.restart_us > now_us) {
    DeploymentStanding standing = one.standing;
    standing.restart_us = now_us;
    change_deployment(caller, one, std::move(standing), "continued", {}, now_us, changes);
  }
  if (deployments_.find(id)->standing.restart_us != 0)
    resolve_alert(circuit_of(order.runner), now_us, changes);
  settle_with(order, now_us, changes);
  return deployments_.find(id);
}

// Time.

void State::expire_deployments(std::int64_t now_us, Changes& changes) {
  const std::set<DeploymentKey> limited = deployments_.limited();
  for (const DeploymentKey key : limited) {
    const Deployment& one = *deployments_.find(key);
    if (one.standing.limited_until_us > now_us) continue;
    DeploymentStanding standing = one.standing;
    standing.limited_until_us = 0;
    const DeploymentOrder order = one.order;
    change_deployment({}, one, std::move(standing), {}, {}, now_us, changes);
    settle_with(order, now_us, changes);
  }
  for (const Alert& circuit : open_alerts(AlertKind::deployment_spiral)) {
    if (now_us - circuit.raised_us >= kCircuitUs) resolve_alert(circuit.cause, now_us, changes);
  }
  const std::set<DeploymentKey> live = deployments_.live();
  for (const DeploymentKey key : live) {
    const Deployment& one = *deployments_.find(key);
    if (budget_of(one).wall_seconds != 0) settle_deployment(one, now_us, changes);
  }
}

/// When the clock of those that share its budget reaches the next of its marks.
std::int64_t State::next_mark_us(const Deployment& deployment) const {
  const DeploymentStanding& standing = deployment.standing;
  const std::int64_t limit_us = budget_of(deployment).wall_seconds * kSecondUs;
  if (limit_us == 0 || standing.paused || !runs(standing)) return INT64_MAX;
  std::int64_t ran_us = 0;
  std::int64_t since_us = 0;
  std::int64_t clocks = 0;
  const auto add = [&](const DeploymentStanding& one) {
    ran_us += one.ran_us;
    if (one.running_since_us == 0) return;
    since_us += one.running_since_us;
    ++clocks;
  };
  if (deployment.order.task_id.empty()) {
    add(standing);
  } else {
    for (const Deployment* one : deployments_.of_task(deployment.order.task_id)) add(one->standing);
  }
  if (clocks == 0) return INT64_MAX;
  const auto near_us = static_cast<std::int64_t>(static_cast<double>(limit_us) * kBudgetNear) + 1;
  const std::int64_t mark_us = standing.budget_told ? limit_us : near_us;
  return (mark_us - ran_us + since_us) / clocks + 1;
}

/// Starts after a failure are looked for now and then, and need none.
std::int64_t State::next_deployment_deadline() const {
  std::int64_t next = INT64_MAX;
  for (const DeploymentKey key : deployments_.limited())
    next = std::min(next, deployments_.find(key)->standing.limited_until_us);
  for (const DeploymentKey key : deployments_.live())
    next = std::min(next, next_mark_us(*deployments_.find(key)));
  return next;
}

}  // namespace governor::core
