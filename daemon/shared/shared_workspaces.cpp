#include "daemon/shared/shared_workspaces.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "daemon/sandbox/unconfined.hpp"
#include "ipc/child_process.hpp"

namespace governor::daemon {

SharedClaim::~SharedClaim() {
  if (is_taken_) return;
  if (const auto workspaces = workspaces_.lock()) workspaces->release({lease_});
}

void SharedClaim::take() {
  is_taken_ = true;
  if (const auto workspaces = workspaces_.lock()) workspaces->take(lease_);
}

SharedWorkspaces::SharedWorkspaces(Settings settings)
    : settings_(std::move(settings)), membership_(settings_.membership) {}

SharedWorkspaces::~SharedWorkspaces() {
  stop();
}

void SharedWorkspaces::start(std::vector<core::LeaseKey> held, Events events) {
  events_ = std::move(events);
  held_.insert(held.begin(), held.end());
  identity_.host = settings_.host;
  identity_.who = settings_.who;
  identity_.place = settings_.host + ":" + settings_.identity_file;
  auto pipe = ipc::make_pipe();
  auto wakeup = Wakeup::make();
  if (!pipe || !wakeup) {
    const std::string& why = pipe ? wakeup.error().message : pipe.error().message;
    in_trouble({core::ErrorCode::storage_unavailable, why, "Restart the daemon."});
    return;
  }
  stop_pipe_ = std::move(*pipe);
  wakeup_ = *std::move(wakeup);
  try {
    thread_ = start_unconfined([this] { serve(); });
  } catch (const std::system_error& failure) {
    in_trouble({core::ErrorCode::storage_unavailable,
                fmt::format("The system gives no thread: {}.", failure.what()), "Restart the daemon."});
  }
}

void SharedWorkspaces::stop() {
  std::vector<std::shared_ptr<Ask>> unanswered;  // whoever goes with them may give something back
  std::deque<std::shared_ptr<Job>> undone;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    unanswered.swap(asks_);
    undone.swap(jobs_);
  }
  stop_pipe_.second.reset();  // whoever waits for the database sees its end
  if (thread_.joinable()) thread_.join();
}

void SharedWorkspaces::ask(SharedQuestion question, std::function<void(SharedAnswer)> then) {
  auto ask = std::make_shared<Ask>();
  ask->next = Clock::now();
  ask->until = ask->next + std::chrono::microseconds(std::max<std::int64_t>(question.wait_us, 0));
  ask->question = std::move(question);
  ask->then = std::move(then);
  bool is_hopeless = false;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return;
    is_hopeless = trouble_.has_value();
    if (!is_hopeless) asks_.push_back(ask);
  }
  if (is_hopeless) {
    SharedAnswer none;
    none.verdict.lease = ask->question.lease;
    none.verdict.failure = unavailable();
    ask->then(std::move(none));
    return;
  }
  wakeup_.wake();
}

void SharedWorkspaces::post(SharedJob job) {
  auto posted = std::make_shared<Job>(Job{std::move(job), Clock::now()});
  bool is_hopeless = false;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return;
    is_hopeless = trouble_.has_value();
    if (!is_hopeless) jobs_.push_back(posted);
  }
  if (is_hopeless) {
    posted->what.fail(unavailable());
  } else {
    wakeup_.wake();
  }
}

void SharedWorkspaces::withdraw(core::LeaseKey lease) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(asks_.begin(), asks_.end(),
                                    [&](const auto& ask) { return ask->question.lease == lease; });
    if (found == asks_.end()) return;
    (*found)->is_withdrawn = true;
    asks_.erase(found);
    releases_.push_back(lease);
  }
  wakeup_.wake();
}

void SharedWorkspaces::release(const std::vector<core::LeaseKey>& leases) {
  {
    const std::lock_guard lock(mutex_);
    for (const core::LeaseKey lease : leases) {
      held_.erase(lease);
      in_hand_.erase(lease);
      releases_.push_back(lease);
    }
  }
  wakeup_.wake();
}

void SharedWorkspaces::keep_only(const std::vector<core::LeaseKey>& leases) {
  const std::unordered_set<core::LeaseKey> kept(leases.begin(), leases.end());
  std::vector<core::LeaseKey> gone;
  {
    const std::lock_guard lock(mutex_);
    std::copy_if(held_.begin(), held_.end(), std::back_inserter(gone),
                 [&](core::LeaseKey lease) { return !kept.contains(lease) && !in_hand_.contains(lease); });
  }
  if (!gone.empty()) release(gone);
}

bool SharedWorkspaces::holds(core::LeaseKey lease) const {
  const std::lock_guard lock(mutex_);
  return membership_.lasts() && held_.contains(lease);
}

void SharedWorkspaces::take(core::LeaseKey lease) {
  const std::lock_guard lock(mutex_);
  in_hand_.erase(lease);
}

}  // namespace governor::daemon
