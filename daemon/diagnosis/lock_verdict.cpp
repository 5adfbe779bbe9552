#include "daemon/diagnosis/lock_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "daemon/support/timestamp.hpp"

namespace governor::daemon {
namespace {

/// The start of a process is known to a tick of the kernel and through two clocks, times in files often only
/// to the second. A pid used again within so short a time counts as alive.
constexpr std::int64_t kClockMarginUs = 5'000'000;

/// "build-7.example.org" and "build-7" are the same machine.
std::string_view short_name(std::string_view host) {
  return host.substr(0, host.find('.'));
}

std::string process_text(const LockEvidence& evidence) {
  const std::string& name = evidence.owner.name;
  return fmt::format("pid {}{}", *evidence.content.pid, name.empty() ? "" : fmt::format(" ({})", name));
}

}  // namespace

std::string_view to_string(LockState state) {
  switch (state) {
    case LockState::alive: return "alive";
    case LockState::dead: return "dead";
    case LockState::unknown: break;
  }
  return "unknown";
}

LockVerdict judge_lock(const LockEvidence& evidence, std::string_view this_host) {
  const LockContent& content = evidence.content;
  const auto unknown = [](std::string reason) { return LockVerdict{LockState::unknown, std::move(reason)}; };
  if (evidence.held) return {LockState::alive, "a process holds a lock on the file"};
  if (!evidence.belongs_to_user) return unknown("it belongs to another user");
  if (!evidence.readable) return unknown("it cannot be read");
  if (!evidence.says_everything) return unknown("it holds more than the record of an owner");
  if (!content.pid) return unknown("it names no process");
  if (!content.host.empty() && short_name(content.host) != short_name(this_host)) {
    return unknown(fmt::format("pid {} is one of the machine {}", *content.pid, content.host));
  }
  switch (evidence.owner.presence) {
    case ProcessSighting::Presence::gone:
      return {LockState::dead, fmt::format("pid {} does not run any more", *content.pid)};
    case ProcessSighting::Presence::unknown:
      return unknown(fmt::format("the system does not tell whether pid {} runs", *content.pid));
    case ProcessSighting::Presence::running: break;
  }
  const std::int64_t started = evidence.owner.started_us;
  // The later of the two times: a file that was written again later has an owner of that later time.
  const std::int64_t locked = std::max(content.locked_us.value_or(0), evidence.modified_us);
  if (started != 0 && started > locked + kClockMarginUs) {
    return {LockState::dead,
            fmt::format("{} is another process now: it started at {}, after the lock of {}",
                        process_text(evidence), iso_timestamp(started), iso_timestamp(locked))};
  }
  if (started != 0 && content.owner_started_us &&
      std::abs(started - *content.owner_started_us) > kClockMarginUs) {
    return {LockState::dead,
            fmt::format("{} is another process now: it started at {}, the lock's owner at {}",
                        process_text(evidence), iso_timestamp(started),
                        iso_timestamp(*content.owner_started_us))};
  }
  return {LockState::alive, fmt::format("{} runs", process_text(evidence))};
}

}  // namespace governor::daemon
