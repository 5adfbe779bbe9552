#include "daemon/state/commit_queue.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <utility>
#include <variant>

#include "daemon/health/health_report.hpp"
#include "daemon/support/unforeseen.hpp"

namespace governor::daemon {
namespace {

constexpr std::chrono::seconds kStallLimit{30};
constexpr std::chrono::milliseconds kSlowWrite{1};
constexpr std::chrono::milliseconds kLongestGathering{1};
constexpr const char* kCommitting = "a commit";

using Clock = std::chrono::steady_clock;

/// Whose figures a change may alter. What is not named here is taken to concern all agents.
struct Concern {
  std::unordered_set<core::AgentKey>& agents;
  bool& all_agents;

  void operator()(const core::UpdateAppended& change) const { agents.insert(change.agent); }
  void operator()(const core::AgentSaved& change) const { agents.insert(change.profile.key); }
  void operator()(const core::OutcomeRecorded& change) const { agents.insert(change.truth.prediction.agent); }
  void operator()(const core::LifecycleEventAppended& change) const { agents.insert(change.agent); }
  // Seen only in answers that depend on everything.
  void operator()(const core::AnswerSaved&) const {}
  void operator()(const core::SessionSaved&) const {}
  void operator()(const core::SessionEnded&) const {}
  void operator()(const core::AuditAppended&) const {}
  void operator()(const core::AlertSaved&) const {}
  void operator()(const core::LeaseSaved&) const {}
  void operator()(const core::TaskAppended&) const {}
  void operator()(const core::TaskChanged&) const {}
  void operator()(const core::TaskAssigned&) const {}
  void operator()(const core::TaskEventAppended&) const {}
  void operator()(const core::FileVersionAppended&) const {}
  void operator()(const core::FileVersionsPruned&) const {}
  template <class Other>
  void operator()(const Other&) const {
    all_agents = true;
  }
};

}  // namespace

CommitQueue::CommitQueue(Strand strand, StoreThread& store, Counters& counters, InlineGuard& guard,
                         std::function<void(const core::Error&)> on_failure,
                         std::function<void(const core::Changes&)> on_durable)
    : strand_(std::move(strand)),
      store_(store),
      counters_(counters),
      guard_(guard),
      on_failure_(std::move(on_failure)),
      on_durable_(std::move(on_durable)),
      gathering_timer_(strand_) {}

void CommitQueue::add(core::Changes changes, Waiter waiter) {
  if (changes.empty()) {
    if (waiter) when_durable(on_everything(), std::move(waiter));
    return;
  }
  if (gathering_.changes.empty()) gathering_.since = Clock::now();
  for (core::Change& change : changes) {
    std::visit(Concern{gathering_.agents, gathering_.all_agents}, change);
    gathering_.changes.push_back(std::move(change));
  }
  if (waiter) gathering_.waiters.push_back(std::move(waiter));
  gathering_.mutations += 1;
  gathering_.last_sequence = ++sequence_;
  counters_.sequence.store(sequence_, std::memory_order_relaxed);
  publish_oldest();
  schedule_flush();
}

void CommitQueue::when_durable(Dependency dependency, Waiter waiter) {
  switch (dependency) {
    case Dependency::none: waiter(nullptr); return;
    case Dependency::in_flight: in_flight_->waiters.push_back(std::move(waiter)); return;
    case Dependency::gathering: gathering_.waiters.push_back(std::move(waiter)); return;
  }
}

CommitQueue::Dependency CommitQueue::on_agent(core::AgentKey agent) const {
  const auto concerns = [agent](const Batch& batch) {
    return batch.all_agents || batch.agents.contains(agent);
  };
  if (concerns(gathering_)) return Dependency::gathering;
  return in_flight_ && concerns(*in_flight_) ? Dependency::in_flight : Dependency::none;
}

CommitQueue::Dependency CommitQueue::on_everything() const {
  if (!gathering_.changes.empty()) return Dependency::gathering;
  return in_flight_ ? Dependency::in_flight : Dependency::none;
}

/// The flush goes to the end of the strand's queue, so that requests which are ready already join the batch.
void CommitQueue::schedule_flush() {
  if (in_flight_ || flush_scheduled_) return;
  flush_scheduled_ = true;
  boost::asio::post(strand_, [this] {
    flush_scheduled_ = false;
    flush(Inline::allowed);
  });
}

void CommitQueue::flush_after(Clock::duration delay) {
  if (in_flight_ || flush_scheduled_) return;
  flush_scheduled_ = true;
  gathering_timer_.expires_after(delay);
  gathering_timer_.async_wait([this](const boost::system::error_code&) {
    flush_scheduled_ = false;
    flush(Inline::forbidden);
  });
}

void CommitQueue::flush(Inline inline_commit) {
  if (in_flight_ || gathering_.changes.empty()) return;
  in_flight_.emplace(std::exchange(gathering_, Batch{}));
  in_flight_->write_began = Clock::now();
  // One mutation after another means one client that waits for each: two thread switches less pay then. With
  // more clients the write and the arrival of the next requests should overlap.
  const bool lone = in_flight_->mutations == 1 && previous_mutations_ == 1 && counters_.connections <= 1 &&
                    !in_flight_->waiters.empty();
  previous_mutations_ = in_flight_->mutations;
  // The batch stays in place until `finish`, and nothing touches its changes meanwhile.
  const core::Changes* changes = &in_flight_->changes;
  auto commit = [this, changes](Store& store) {
    auto failure = foreseen([&] { return store.commit(*changes); });
    boost::asio::dispatch(strand_,
                          [this, failure = std::move(failure)]() mutable { finish(std::move(failure)); });
  };
  if (!lone || inline_commit == Inline::forbidden) {
    store_.post(std::move(commit), kCommitting);
    return;
  }
  // Beside the strand, not on it: should the disk hang, only this thread does, and a spare one goes on.
  boost::asio::post(strand_.get_inner_executor(), [this, commit = std::move(commit)]() mutable {
    const InlineGuard::Scope scope(guard_);
    if (!store_.run_inline_if_idle(commit, kCommitting)) store_.post(std::move(commit), kCommitting);
  });
}

void CommitQueue::finish(std::optional<core::Error> failure) {
  Batch done = *std::exchange(in_flight_, std::nullopt);
  stalled_ = false;
  if (failure) {
    // What was gathered meanwhile was computed from state that never became durable: it falls with it.
    Batch fallen = std::exchange(gathering_, Batch{});
    counters_.storage_failing.store(true, std::memory_order_relaxed);
    counters_.watermark.store(sequence_, std::memory_order_relaxed);  // nothing is pending any more
    publish_oldest();
    // First the state goes: a waiter may let the next request in, which must not build on what has fallen.
    on_failure_(*failure);
    release(done.waiters, &*failure);
    release(fallen.waiters, &*failure);
    return;
  }
  counters_.storage_failing.store(false, std::memory_order_relaxed);
  counters_.storage_lost.store(false, std::memory_order_relaxed);
  counters_.watermark.store(done.last_sequence, std::memory_order_relaxed);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - done.since);
  counters_.commit_latency.add(static_cast<std::uint64_t>(took.count()));
  publish_oldest();
  const auto write_took = Clock::now() - done.write_began;
  if (write_took > kSlowWrite && done.waiters.size() > 1) {
    // On a slow disk it pays to let those who are answered now ask again before the next write begins.
    release(done.waiters, nullptr);
    flush_after(std::min<Clock::duration>(write_took / 8, kLongestGathering));
  } else {
    flush(Inline::forbidden);  // before the replies, so that the disk works while they are written
    release(done.waiters, nullptr);
  }
  on_durable_(done.changes);
}

void CommitQueue::release(std::vector<Waiter>& waiters, const core::Error* failure) {
  for (Waiter& waiter : waiters) {
    try {
      waiter(failure);
    } catch (const std::exception& unexpected) {  // the others are not to wait for ever because of it
      spdlog::critical("an answer could not be given: {}", unexpected.what());
    }
  }
}

void CommitQueue::publish_oldest() {
  std::int64_t oldest = 0;
  if (in_flight_) {
    oldest = steady_us(in_flight_->since);
  } else if (!gathering_.changes.empty()) {
    oldest = steady_us(gathering_.since);
  }
  counters_.oldest_pending_us.store(oldest, std::memory_order_relaxed);
}

void CommitQueue::check_stall(Clock::time_point now) {
  if (!in_flight_ || now - in_flight_->since < kStallLimit) return;
  stalled_ = true;
  const core::Error hung(
      core::ErrorCode::storage_unavailable,
      "The disk has not confirmed the write in 30 s. Whether it will be stored is unknown.",
      "Look at the state with get_governance_metrics before you try again.");
  auto in_flight_waiters = std::exchange(in_flight_->waiters, {});
  auto gathering_waiters = std::exchange(gathering_.waiters, {});
  release(in_flight_waiters, &hung);
  release(gathering_waiters, &hung);
}

}  // namespace governor::daemon
