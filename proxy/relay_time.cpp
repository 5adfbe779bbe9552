// What the relay does about time: silence, and lines that wait for a daemon that does not come.

#include <algorithm>

#include "ipc/numbered_line.hpp"
#include "proxy/local_answers.hpp"
#include "proxy/relay.hpp"

namespace governor::proxy {

void Relay::tick(TimePoint now) {
  if (link_ == Link::greeting && now - connected_at_ >= kHelloPatience) {
    failure_reason_ = "it accepts connections but does not answer";
    should_disconnect_ = true;
  }
  if (link_ == Link::ready) {
    watch_silence(now);
  } else {
    fail_waiting_lines(now);
  }
}

void Relay::watch_silence(TimePoint now) {
  // While the client does not read we do not read either: that silence is ours.
  if (unanswered_.empty() || !wants_daemon_lines()) {
    heard(now);
  } else if (keepalive_sent_) {
    if (now - *keepalive_sent_ < kKeepalivePatience) return;
    failure_reason_ = notice_ = "it has been silent for too long";
    should_disconnect_ = true;
  } else if (now - quiet_since_ >= kSilenceBeforeKeepalive) {
    control_ += "0\n";
    keepalive_sent_ = now;
  }
}

Relay::TimePoint Relay::fails_at(const UnansweredLines::Line& line) const {
  if (refused_) return line.arrived;
  const TimePoint fails = std::max(unreachable_since_ + kUnreachableAfter, line.arrived + kLateLineGrace);
  return line.told == TimePoint() ? fails : std::max(fails, line.told + kUnreachableAfter);
}

void Relay::fail_waiting_lines(TimePoint now) {
  auto& lines = unanswered_.lines();
  for (std::size_t i = 0; i < lines.size();) {
    auto& line = lines[i];
    if (!line.expects_answer || now < fails_at(line)) {
      ++i;
      continue;
    }
    const auto id = id_to_answer(line.payload());
    if (!id) {
      // Nobody waits for it. It is still delivered later, unless such lines begin to fill the queue.
      line.expects_answer = false;
      if (lines.size() <= ipc::kMaxUnanswered / 2) continue;
    } else {
      client_output_ += unreachable_answer(*id, {failure_reason_, line.ever_sent, refused_, program_});
    }
    const std::uint64_t number = line.number;
    unanswered_.remove(number);
    confirmations_.answered(number);
  }
}

std::optional<Relay::TimePoint> Relay::next_tick() const {
  if (link_ == Link::ready) {
    if (unanswered_.empty() || !wants_daemon_lines()) return std::nullopt;
    return keepalive_sent_ ? *keepalive_sent_ + kKeepalivePatience : quiet_since_ + kSilenceBeforeKeepalive;
  }
  std::optional<TimePoint> next;
  if (link_ == Link::greeting) next = connected_at_ + kHelloPatience;
  for (const auto& line : unanswered_.lines()) {
    if (!line.expects_answer) continue;
    const TimePoint failing = fails_at(line);
    next = next ? std::min(*next, failing) : failing;
  }
  return next;
}

}  // namespace governor::proxy
