#include "daemon/state/call_waits.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace governor::daemon {
namespace {

constexpr std::size_t kFewWaiting = 64;

double milliseconds_since(CallWaits::Clock::time_point then) {
  return std::chrono::duration<double, std::milli>(CallWaits::Clock::now() - then).count();
}

/// Something that waits, before it is known whether it is among those that are listed.
struct Waiting {
  CallWaits::Clock::time_point since;
  WaitsFor what;
  const Ticket* ticket;
  const ReplySink* sink;
  std::shared_ptr<const PendingCall> call;  ///< none for an answer that is held
};

}  // namespace

void CallWaits::begin(const std::shared_ptr<PendingCall>& pending, WaitsFor what) {
  if (pending->waits_for == what) return;  // the next slice of the same read
  end(*pending);
  pending->waits_for = what;
  pending->waits_since = Clock::now();
  if (waiting_.size() >= kFewWaiting && waiting_.size() == waiting_.capacity()) {
    std::erase_if(waiting_, [](const auto& known) {
      const auto call = known.lock();
      return !call || call->waits_for == WaitsFor::nothing;
    });
  }
  waiting_.push_back(pending);
}

void CallWaits::end(PendingCall& pending) {
  if (pending.waits_for == WaitsFor::nothing) return;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - pending.waits_since);
  times_[static_cast<std::size_t>(pending.waits_for)].add(static_cast<std::uint64_t>(took.count()));
  pending.waits_for = WaitsFor::nothing;
}

CommitQueue::Waiter CallWaits::hold_answer(PendingCall& pending, core::Result<std::string> outcome) {
  if (spare_.empty()) spare_.emplace_back();
  pending.stage = PendingCall::Stage::over;
  held_.splice(held_.end(), spare_, spare_.begin());
  const auto held = std::prev(held_.end());
  if (!pending.agents.empty()) pending.ticket.agent_id = pending.agents.front();
  held->sink = pending.sink;
  held->ticket = std::move(pending.ticket);
  held->outcome = std::move(outcome);
  return [this, held](const core::Error* failure) {
    const auto sink = std::move(held->sink);
    Ticket ticket = std::move(held->ticket);
    core::Result<std::string> result =
        failure == nullptr ? std::move(held->outcome) : core::Result<std::string>(*failure);
    if (spare_.size() < kSpare) {
      spare_.splice(spare_.begin(), held_, held);
    } else {
      held_.erase(held);
    }
    sink->deliver(std::move(ticket), std::move(result));
  };
}

void CallWaits::report(ConcurrencyReport& into, const FindSession& find_session) const {
  std::vector<Waiting> all;
  std::unordered_set<const PendingCall*> calls;
  for (const auto& known : waiting_) {
    const auto call = known.lock();
    if (!call || call->waits_for == WaitsFor::nothing || !calls.insert(call.get()).second) continue;
    all.push_back({call->waits_since, call->waits_for, &call->ticket, call->sink.get(), call});
  }
  for (const Held& held : held_) {
    all.push_back({held.ticket.started, WaitsFor::disk, &held.ticket, held.sink.get(), nullptr});
  }
  into.waiting = all.size();
  const auto listed = std::min(all.size(), ConcurrencyReport::kMaxListed);
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(listed), all.end(),
                    [](const Waiting& a, const Waiting& b) { return a.since < b.since; });
  all.resize(listed);
  for (const Waiting& waiting : all) {
    WaitingCall shown;
    shown.waits_for = waiting.what;
    shown.tool = waiting.ticket->operation;
    shown.agent_id = waiting.ticket->agent_id;
    if (waiting.call && !waiting.call->agents.empty()) shown.agent_id = waiting.call->agents.front();
    if (const core::Session* session = find_session(waiting.sink->attachment.session)) {
      shown.client = session->client_name;
      shown.pid = session->process.pid;
    }
    const PendingCall* ahead = waiting.sink->attachment.blocking;
    if (waiting.what == WaitsFor::another_call && calls.contains(ahead))
      shown.behind = ahead->operation->name;
    shown.waited_ms = milliseconds_since(waiting.since);
    into.calls.push_back(std::move(shown));
  }
  for (const WaitsFor what : {WaitsFor::agent, WaitsFor::store, WaitsFor::another_call, WaitsFor::reload,
                              WaitsFor::files, WaitsFor::lease}) {
    const LatencyHistogram& times = times_[static_cast<std::size_t>(what)];
    into.wait_times.push_back(
        {to_string(what), times.count(), times.quantile_ms(0.5), times.quantile_ms(0.99), times.max_ms()});
  }
}

}  // namespace governor::daemon
