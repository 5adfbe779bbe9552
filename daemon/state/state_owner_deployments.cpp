// Deployments: those that run are followed, calls that wait for them run again, and the registry is compared
// with what there is.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <iterator>
#include <memory>
#include <utility>

#include "daemon/state/internal_sink.hpp"
#include "daemon/state/state_owner.hpp"
#include "daemon/tools/deployments/restart_call.hpp"
#include "ipc/random_id.hpp"

namespace governor::daemon {
namespace {

/// What differs is looked at again before it is believed: a report may be on its way.
constexpr std::chrono::seconds kSecondLook{1};
/// A keeper that has not begun by then gives up.
constexpr std::chrono::minutes kLongestStart{1};
/// After it nobody waits for the end of a check any more: it was given up with the state.
constexpr std::chrono::minutes kLongestCheck{5};

/// Between two runs there is nothing to be followed.
bool is_to_be_followed(const core::Deployment& deployment) {
  const core::DeploymentStanding& standing = deployment.standing;
  return standing.state != core::DeploymentState::reserved && !core::is_over(standing.state) &&
         standing.restart_us == 0;
}

/// Nothing else tells how the start of what the daemon before was just starting ends, and who asked for it
/// waits.
bool is_starting_something(const RegistryOutcome& outcome) {
  return std::any_of(
      outcome.differences.begin(), outcome.differences.end(), [](const core::RegistryDifference& difference) {
        return difference.fault == core::RegistryFault::started_unconfirmed && !difference.is_repairable;
      });
}

}  // namespace

/// To be called after whatever may have changed deployments.
void StateOwner::look_after_deployments() {
  while (state_ && state_->deployments().version() != deployments_seen_) {
    deployments_seen_ = state_->deployments().version();
    counters_.live_deployments.store(state_->deployments().live().size(), std::memory_order_relaxed);
    if (registry_checked_) follow_deployments();
    run_those_that_wait(&Wait::for_deployments);
  }
}

/// Likewise for requests to people.
void StateOwner::look_after_approvals() {
  while (state_ && state_->approvals().version() != approvals_seen_) {
    approvals_seen_ = state_->approvals().version();
    run_those_that_wait(&Wait::for_approvals);
  }
}

void StateOwner::run_those_that_wait(bool Wait::*for_what) {
  std::vector<std::shared_ptr<PendingCall>> waiting;
  std::copy_if(queued_.begin(), queued_.end(), std::back_inserter(waiting),
               [&](const auto& pending) { return pending->wait.*for_what; });
  for (const auto& pending : waiting) {
    const auto place = std::find(queued_.begin(), queued_.end(), pending);
    if (place != queued_.end()) run_again(take_waiting(static_cast<std::size_t>(place - queued_.begin())));
  }
}

void StateOwner::follow_deployments() {
  if (settings_.launcher == nullptr || stopping_) return;
  std::erase_if(followed_, [this](const auto& item) {
    const core::Deployment* deployment = state_->deployments().find(item.first);
    return deployment == nullptr || !is_to_be_followed(*deployment);
  });
  for (const core::DeploymentKey key : state_->deployments().live()) {
    const core::Deployment& deployment = *state_->deployments().find(key);
    if (!is_to_be_followed(deployment)) continue;
    const bool is_paused = deployment.standing.paused;
    const auto [told, is_new] = followed_.try_emplace(key, is_paused);
    if (!is_new) {
      if (std::exchange(told->second, is_paused) != is_paused)
        settings_.launcher->pause(deployment.order.id, is_paused);
      continue;
    }
    settings_.launcher->follow(deployment, [this, id = deployment.order.id](core::DeploymentReport report) {
      on_deployment_report(id, std::move(report));
    });
    if (const std::string* reason = state_->stop_asked(deployment.order.id))
      settings_.launcher->stop(deployment.order.id, *reason);
  }
}

/// Any thread. Reports of one deployment become changes in the order in which they come: all of them wait
/// for the same agent.
void StateOwner::on_deployment_report(const std::string& id, core::DeploymentReport report) {
  PendingCall pending;
  pending.sink =
      std::make_shared<InternalSink>(InternalSink::Success::is_silent, "taking down what became of " + id);
  pending.ticket.started = std::chrono::steady_clock::now();
  pending.operation = &kDeploymentReport;
  pending.call = make_deployment_report_call(id, std::move(report));
  // Never at once: it may be told within a call that asks for something.
  auto kept = std::make_shared<PendingCall>(std::move(pending));
  boost::asio::post(strand_, [this, kept] { call(std::move(*kept)); });
}

/// Called now and then.
void StateOwner::start_failed_again() {
  if (!state_ || !registry_checked_ || settings_.launcher == nullptr || stopping_) return;
  for (const std::string& id : state_->due_restarts(settings_.now_us())) {
    PendingCall pending;
    pending.sink =
        std::make_shared<InternalSink>(InternalSink::Success::is_silent, "starting " + id + " again");
    pending.ticket.started = std::chrono::steady_clock::now();
    pending.operation = &kDeploymentRestart;
    pending.call = make_restart_call(id, ipc::random_hex);
    call(std::move(pending));
    if (!state_) return;
  }
}

/// Called now and then.
void StateOwner::watch_registry() {
  if (!state_ || !registry_checked_ || std::chrono::steady_clock::now() < next_registry_check_) return;
  check_registry(starts_are_unsettled_ ? RegistryCheck::at_start : RegistryCheck::watchdog);
}

void StateOwner::check_registry(RegistryCheck check) {
  const auto now = std::chrono::steady_clock::now();
  if (settings_.launcher == nullptr || stopping_ || now < registry_check_until_) return;
  registry_check_until_ = now + kLongestCheck;
  PendingCall pending;
  pending.sink = std::make_shared<InternalSink>(InternalSink::Success::is_silent,
                                                "comparing the registry of deployments with what there is");
  pending.ticket.started = std::chrono::steady_clock::now();
  pending.operation = &kRegistryCheck;
  pending.call = make_registry_call(check, suspects_,
                                    [this](const RegistryOutcome& outcome) { on_registry_checked(outcome); });
  call(std::move(pending));
}

/// Within the run of the call that has looked.
void StateOwner::on_registry_checked(const RegistryOutcome& outcome) {
  registry_check_until_ = {};
  const bool is_first = !std::exchange(registry_checked_, true);
  const auto now = std::chrono::steady_clock::now();
  if (is_first) {
    deployments_seen_ = UINT64_MAX;  // now they are followed
    starts_settle_until_ = now + kLongestStart;
  }
  if (outcome.check == RegistryCheck::at_start)
    starts_are_unsettled_ = now < starts_settle_until_ && is_starting_something(outcome);
  next_registry_check_ = now + (starts_are_unsettled_ ? kSecondLook : settings_.registry_interval);
  const auto suspects = std::exchange(suspects_, {});
  if (outcome.check != RegistryCheck::watchdog || !outcome.has_looked) return;
  core::Changes changes;
  for (const core::RegistryDifference& difference : outcome.differences) {
    const bool is_confirmed = std::any_of(suspects.begin(), suspects.end(),
                                          [&](const auto& suspect) { return suspect.is(difference); });
    if (!is_confirmed || !difference.is_repairable) suspects_.push_back(difference);
    if (!is_confirmed) continue;
    state_->raise_alert({"registry_difference/" + difference.id, core::AlertKind::registry_difference,
                         core::AlertSeverity::warning, difference.id,
                         fmt::format("Deployment \"{}\" was not as the registry has it ({}): {}",
                                     difference.id, core::to_string(difference.fault), difference.what)},
                        settings_.now_us(), changes);
  }
  if (!changes.empty()) commits_.add(std::move(changes), nullptr);
  const bool is_news = std::any_of(suspects_.begin(), suspects_.end(), [&](const auto& suspect) {
    return std::none_of(suspects.begin(), suspects.end(),
                        [&](const auto& known) { return known.is(suspect); });
  });
  if (is_news) next_registry_check_ = std::chrono::steady_clock::now() + kSecondLook;
}

}  // namespace governor::daemon
