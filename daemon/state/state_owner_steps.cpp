// Calls that are not done after their first run: they work on files, or wait until others release a lease.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <iterator>
#include <utility>

#include "daemon/files/mount_of.hpp"
#include "daemon/mcp/progress.hpp"
#include "daemon/state/state_owner.hpp"

namespace governor::daemon {
namespace {

/// Clients give up after a minute without a word, some after half of it.
constexpr std::chrono::seconds kProgressInterval{5};
/// The system clock may be set, so the timer looks again now and then.
constexpr std::int64_t kLongestTimerUs = 3'600'000'000;

core::Error files_hang(std::chrono::milliseconds limit) {
  return {core::ErrorCode::deadline_exceeded,
          fmt::format("The file system has not answered for {} s; whether the work was done is unknown.",
                      limit.count() / 1000),
          "Check the file system that holds the path, then look at the file."};
}

core::Error never_began(std::chrono::milliseconds limit) {
  return {core::ErrorCode::overloaded,
          fmt::format("File operations that hang have blocked this one for {} s; nothing was done.",
                      limit.count() / 1000),
          "Check the file system that holds the path; try again when it answers."};
}

}  // namespace

void StateOwner::go_on(const std::shared_ptr<PendingCall>& pending, Work work) {
  if (work.after_commit) {
    pending->has_acted = true;
    start_work_when_durable(pending, std::move(work));
  } else {
    start_work(pending, std::move(work));
  }
  is_under_way(*pending);
}

void StateOwner::go_on(const std::shared_ptr<PendingCall>& pending, Wait wait) {
  waits_.begin(pending, wait.for_deployments ? WaitsFor::deployment
                        : wait.for_approvals ? WaitsFor::person
                                             : WaitsFor::lease);
  if (!wait.tell.empty()) pending->sink->tell(std::exchange(wait.tell, {}));
  pending->wait = std::move(wait);
  queued_.push_back(pending);
  tell_progress(std::chrono::steady_clock::now());
  is_under_way(*pending);
}

/// To be called when the call stands where a state that is read back finds it.
void StateOwner::is_under_way(PendingCall& pending) {
  pending.stage = std::max(pending.stage, PendingCall::Stage::under_way);
  unblock(pending);
  look_after_leases();
}

void StateOwner::tell_progress(std::chrono::steady_clock::time_point now) {
  const auto tell = [&](const std::shared_ptr<PendingCall>& pending) {
    if (pending->progress_token.empty() || now < pending->next_progress) return;
    pending->next_progress = now + kProgressInterval;
    const std::int64_t left_us = std::max<std::int64_t>(pending->wait.until_us - settings_.now_us(), 0);
    const double waited = static_cast<double>(pending->wait.length_us - left_us) / 1e6;
    pending->sink->tell(
        progress_line(pending->progress_token, waited, static_cast<double>(pending->wait.length_us) / 1e6));
  };
  std::for_each(queued_.begin(), queued_.end(), tell);
  std::for_each(asking_.begin(), asking_.end(), tell);
  for (const auto& pending : working_) {
    const bool is_told = !pending->progress_token.empty() && pending->work_limit > settings_.file_work_limit;
    if (!is_told || now < pending->next_progress) continue;
    pending->next_progress = now + kProgressInterval;
    const std::chrono::duration<double> worked = now - pending->work_since;
    const std::chrono::duration<double> longest = pending->work_limit;
    pending->sink->tell(progress_line(pending->progress_token, worked.count(), longest.count()));
  }
}

void StateOwner::start_work(const std::shared_ptr<PendingCall>& pending, Work work) {
  waits_.begin(pending, WaitsFor::files);
  pending->work_since = std::chrono::steady_clock::now();
  working_.push_back(pending);
  pending->tell_work_abandoned = work.abandoned;
  pending->work_limit = work.limit.count() != 0 ? work.limit : settings_.file_work_limit;
  const auto job = [this, pending, function = std::move(work.function)](FileServices& services) {
    auto failure = foreseen([&]() -> std::optional<core::Error> {
      function(services);
      return std::nullopt;
    });
    on_strand([this, pending, failure = std::move(failure)]() mutable {
      shielded(pending, [&] { after_work(pending, std::move(failure)); });
    });
  };
  pending->job = files_.post(job, work.lane.empty() ? mount_of(work.place) : std::move(work.lane));
}

void StateOwner::start_work_when_durable(const std::shared_ptr<PendingCall>& pending, Work work) {
  waits_.begin(pending, WaitsFor::store);
  commits_.when_durable(commits_.on_everything(),
                        [this, pending, work = std::move(work)](const core::Error* failure) {
                          if (failure == nullptr) {
                            start_work(pending, work);
                            return;
                          }
                          if (state_) end_unseen(*pending);
                          give_up(*pending, *failure);
                        });
}

/// What the call holds in the state is freed also when its work failed in a way that it knows nothing of.
void StateOwner::after_work(const std::shared_ptr<PendingCall>& pending, std::optional<core::Error> failure) {
  std::erase(working_, pending);
  if (failure) {
    stop_waiting(*pending);
    const bool is_told = pending->stage >= PendingCall::Stage::abandoned;
    end_unseen(*pending);
    if (!is_told) give_up(*pending, *std::move(failure));
    return;
  }
  run_again(pending);
}

void StateOwner::run_again(const std::shared_ptr<PendingCall>& pending) {
  if (pending->stage == PendingCall::Stage::over) return;  // a step of it failed meanwhile
  waits_.end(*pending);
  shielded(pending, [&] {
    if (!wait_for_agents(pending)) run_call(pending);
  });
}

/// Work that runs cannot be stopped; when it is done after all, the call ends without an answer. Work that
/// has not begun never will.
void StateOwner::give_up_slow_work(std::chrono::steady_clock::time_point now) {
  files_.look_after();
  const auto is_slow = [&](const PendingCall& pending) {
    return now - pending.job->began().value_or(pending.work_since) >= pending.work_limit;
  };
  // Whoever waited behind a call that is given up may begin to work as well.
  std::vector<std::shared_ptr<PendingCall>> slow;
  std::copy_if(working_.begin(), working_.end(), std::back_inserter(slow), [&](const auto& pending) {
    return pending->stage == PendingCall::Stage::under_way && is_slow(*pending);
  });
  for (const auto& pending : slow) {
    const bool withdrawn = pending->job->withdraw();
    if (!withdrawn && !is_slow(*pending)) continue;  // it has just begun
    if (withdrawn) {
      std::erase(working_, pending);
      if (state_) end_unseen(*pending);
    } else {
      pending->stage = PendingCall::Stage::abandoned;
      if (pending->tell_work_abandoned != nullptr) *pending->tell_work_abandoned = true;
    }
    give_up(*pending, withdrawn ? never_began(pending->work_limit) : files_hang(pending->work_limit));
  }
}

void StateOwner::end_unseen(PendingCall& pending) {
  core::Changes changes;
  CallContext context{*state_, caller_of(pending), settings_.now_us(), changes, this};
  context.launcher = settings_.launcher;
  context.shared = settings_.shared;
  pending.stage = PendingCall::Stage::over;
  pending.call->finish_unseen(context);
  if (!changes.empty()) commits_.add(std::move(changes), nullptr);
  unblock(pending);
  look_after_leases();
}

std::shared_ptr<PendingCall> StateOwner::take_waiting(std::size_t place) {
  auto pending = std::move(queued_[place]);
  queued_.erase(queued_.begin() + static_cast<std::ptrdiff_t>(place));
  waits_.end(*pending);
  return pending;
}

/// To be called after whatever may have changed leases or deployments: those whose turn has come run, in
/// order.
void StateOwner::look_after_leases() {
  if (!state_ || looking_after_leases_) return;
  looking_after_leases_ = true;
  shielded([this] {
    run_those_whose_turn_it_is();
    look_after_deployments();
    look_after_approvals();
  });
  looking_after_leases_ = false;
  set_deadline_timer();
}

void StateOwner::run_those_whose_turn_it_is() {
  while (state_ && state_->leases().version() != leases_seen_) {
    const std::uint64_t version = state_->leases().version();
    const core::WaiterKey ready = state_->leases().next_ready();
    if (ready == 0) {
      leases_seen_ = version;
      break;
    }
    const auto found = std::find_if(queued_.begin(), queued_.end(),
                                    [&](const auto& pending) { return pending->wait.waiter == ready; });
    if (found == queued_.end()) {
      core::Changes changes;
      state_->stop_waiting(ready, changes);  // whoever waited is gone
      if (!changes.empty()) commits_.add(std::move(changes), nullptr);
    } else {
      run_again(take_waiting(static_cast<std::size_t>(found - queued_.begin())));
    }
  }
}

void StateOwner::check_deadlines() {
  if (!state_) return;
  const std::int64_t now = settings_.now_us();
  core::Changes changes;
  state_->expire(now, changes);
  if (!changes.empty()) commits_.add(std::move(changes), nullptr);
  look_after_deployments();
  look_after_leases();  // before those whose time is over: it may be their turn at the same moment
  const auto is_over = [&](const auto& pending) { return pending->wait.until_us <= now; };
  for (auto over = std::find_if(queued_.begin(), queued_.end(), is_over); state_ && over != queued_.end();
       over = std::find_if(queued_.begin(), queued_.end(), is_over)) {
    run_again(take_waiting(static_cast<std::size_t>(over - queued_.begin())));
  }
  set_deadline_timer();
}

void StateOwner::set_deadline_timer() {
  if (!state_ || stopping_) return;
  std::int64_t next = state_->next_deadline_us();
  for (const auto& pending : queued_) next = std::min(next, pending->wait.until_us);
  if (next == deadline_us_) return;
  deadline_us_ = next;
  deadline_timer_.cancel();
  if (next == INT64_MAX) return;
  const std::int64_t wait = std::clamp<std::int64_t>(next - settings_.now_us(), 0, kLongestTimerUs);
  deadline_timer_.expires_after(std::chrono::microseconds(wait));
  deadline_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopping_) return;
    deadline_us_ = INT64_MAX;
    shielded([this] { check_deadlines(); });
  });
}

void StateOwner::stop_waiting(PendingCall& pending) {
  if (!state_ || pending.wait.waiter == 0) return;
  core::Changes changes;
  state_->stop_waiting(pending.wait.waiter, changes);
  if (!changes.empty()) commits_.add(std::move(changes), nullptr);
}

void StateOwner::cancel(std::shared_ptr<ReplySink> sink, std::string id) {
  boost::asio::dispatch(strand_, [this, sink = std::move(sink), id = std::move(id)] {
    shielded([&] { cancel_on_strand(sink, id); });
  });
}

void StateOwner::cancel_on_strand(const std::shared_ptr<ReplySink>& sink, const std::string& id) {
  const auto is_meant = [&](const auto& pending) {
    return pending->sink == sink && pending->ticket.envelope.id == id;
  };
  std::shared_ptr<PendingCall> pending;
  if (const auto found = std::find_if(queued_.begin(), queued_.end(), is_meant); found != queued_.end()) {
    pending = take_waiting(static_cast<std::size_t>(found - queued_.begin()));
  } else if (const auto asks = std::find_if(asking_.begin(), asking_.end(), is_meant);
             asks != asking_.end()) {
    pending = *asks;
    withdraw_question(*pending);
  }
  if (!pending) return;
  stop_waiting(*pending);
  sink->forget(std::move(pending->ticket), ReplySink::Forget::cancelled);
  look_after_leases();
}

void StateOwner::end_waits(std::shared_ptr<ReplySink> sink, core::Error reason) {
  boost::asio::dispatch(strand_, [this, sink = std::move(sink), reason = std::move(reason)] {
    shielded([&] { end_waits_on_strand(sink, reason); });
  });
}

/// One that comes again keeps its place until then.
void StateOwner::end_wait(PendingCall& pending, const core::Error& reason) {
  if (pending.ticket.line != 0) {
    if (state_) state_->keep_place(pending.wait.waiter, settings_.now_us());
    pending.sink->forget(std::move(pending.ticket), ReplySink::Forget::comes_again);
  } else {
    stop_waiting(pending);
    give_up(pending, reason);
  }
}

void StateOwner::end_waits_on_strand(const std::shared_ptr<ReplySink>& sink, const core::Error& reason) {
  for (std::size_t place = 0; place < queued_.size();) {
    if (queued_[place]->sink != sink) {
      ++place;
      continue;
    }
    end_wait(*take_waiting(place), reason);
  }
  std::vector<std::shared_ptr<PendingCall>> asking;
  std::copy_if(asking_.begin(), asking_.end(), std::back_inserter(asking),
               [&](const auto& pending) { return pending->sink == sink; });
  for (const auto& pending : asking) {
    withdraw_question(*pending);
    end_wait(*pending, reason);
  }
  look_after_leases();
}

}  // namespace governor::daemon
