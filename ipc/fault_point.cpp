#include "ipc/fault_point.hpp"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>

namespace governor::ipc {
namespace {

/// Nobody waits longer than this, also where a test has forgotten to release.
constexpr std::chrono::seconds kLongestPause{120};
constexpr int kEnded = 137;  // as a shell tells of kill -9

struct FaultSwitch {
  std::mutex mutex;
  std::condition_variable changed;
  Fault fault;
  std::uint64_t arrivals = 0;
  bool released = false;
  bool is_of_environment = false;
};

/// Never destroyed: threads may arrive while the process ends.
FaultSwitch& the_switch() {
  static auto* one = new FaultSwitch;
  return *one;
}

void arm_fault(const Fault& fault, bool is_of_environment) {
  FaultSwitch& s = the_switch();
  const std::lock_guard lock(s.mutex);
  s.fault = fault;
  s.arrivals = 0;
  s.released = false;
  s.is_of_environment = is_of_environment;
  detail::armed_point = static_cast<int>(fault.point);
}

bool fail_arrival() {
  errno = EIO;
  return true;
}

template <class Number>
bool parse_arrival(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// Before main(): a fault may be meant for the first thing that a program does.
[[maybe_unused]] bool arm_from_environment() {
  const char* text = ::getenv("GOVERNOR_FAULT");
  if (text == nullptr || *text == '\0') return false;
  const auto fault = parse_fault(text);
  if (!fault) {
    std::fprintf(stderr, "GOVERNOR_FAULT=%s is no fault; expected point:once|every|pause|end|hold[:first]\n",
                 text);
    ::_exit(2);
  }
  arm_fault(*fault, true);
  return true;
}

}  // namespace

namespace detail {

constinit std::atomic<int> armed_point{kNoPoint};

bool arrive() {
  FaultSwitch& s = the_switch();
  std::unique_lock lock(s.mutex);
  const std::uint64_t arrival = ++s.arrivals;
  s.changed.notify_all();
  if (arrival < s.fault.first) return false;
  switch (s.fault.mode) {
    case Fault::Mode::once: return arrival == s.fault.first && fail_arrival();
    case Fault::Mode::every: return fail_arrival();
    case Fault::Mode::end: ::_exit(kEnded);
    case Fault::Mode::pause:
      if (s.is_of_environment) {
        if (arrival == s.fault.first) ::raise(SIGSTOP);
      } else {
        s.changed.wait_for(lock, kLongestPause, [&] { return s.released; });
      }
      return false;
    case Fault::Mode::hold:
      if (arrival == s.fault.first) s.changed.wait_for(lock, kLongestPause, [&] { return s.released; });
      return false;
  }
  return false;
}

}  // namespace detail

#ifndef NDEBUG
namespace {
[[maybe_unused]] const bool kIsArmed = arm_from_environment();
}
#endif

std::optional<Fault> parse_fault(std::string_view text) {
  const auto next_part = [&text] {
    const auto part = text.substr(0, text.find(':'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    return part;
  };
  constexpr std::array<std::string_view, 5> kModes{"once", "every", "pause", "end", "hold"};
  const auto point = std::find(kFaultPointNames.begin(), kFaultPointNames.end(), next_part());
  const auto mode = std::find(kModes.begin(), kModes.end(), next_part());
  if (point == kFaultPointNames.end() || mode == kModes.end()) return std::nullopt;
  Fault fault{static_cast<FaultPoint>(point - kFaultPointNames.begin()),
              static_cast<Fault::Mode>(mode - kModes.begin())};
  if (!text.empty() && (!parse_arrival(text, fault.first) || fault.first == 0)) return std::nullopt;
  return fault;
}

ArmedFault::ArmedFault(Fault fault) {
  arm_fault(fault, false);
}

ArmedFault::~ArmedFault() {
  detail::armed_point = detail::kNoPoint;
  release();
}

std::uint64_t ArmedFault::arrivals() const {
  const std::lock_guard lock(the_switch().mutex);
  return the_switch().arrivals;
}

bool ArmedFault::wait_until_reached(Deadline deadline) const {
  FaultSwitch& s = the_switch();
  std::unique_lock lock(s.mutex);
  const auto is_reached = [&] { return s.arrivals >= s.fault.first; };
  while (!is_reached() && !deadline.expired()) s.changed.wait_for(lock, std::chrono::milliseconds(100));
  return is_reached();
}

void ArmedFault::release() {
  FaultSwitch& s = the_switch();
  const std::lock_guard lock(s.mutex);
  s.released = true;
  s.changed.notify_all();
}

}  // namespace governor::ipc
