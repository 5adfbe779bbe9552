#include "daemon/diagnosis/process_sighting.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/process_identity.hpp"

namespace governor::daemon {
namespace {

#ifdef __APPLE__

std::int64_t start_us(const ipc::ProcessIdentity& identity) {
  return static_cast<std::int64_t>(identity.start_time);
}

#else

std::int64_t clock_us(clockid_t clock) {
  timespec now{};
  if (::clock_gettime(clock, &now) != 0) return 0;
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

/// Ticks since the boot, as a time of the wall clock as it goes now.
std::int64_t start_us(const ipc::ProcessIdentity& identity) {
  const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
  if (ticks_per_second <= 0) return 0;
  const auto since_boot_us = static_cast<std::int64_t>(identity.start_time) * (1'000'000 / ticks_per_second);
  return clock_us(CLOCK_REALTIME) - clock_us(CLOCK_BOOTTIME) + since_boot_us;
}

#endif

}  // namespace

ProcessSighting sight_process(std::int64_t pid) {
  using Presence = ProcessSighting::Presence;
  const auto id = static_cast<pid_t>(pid);
  if (id <= 0 || id != pid) return {};
  if (const auto identity = ipc::identify_process(id)) {
    return {Presence::running, start_us(*identity), ipc::process_name(id)};
  }
  if (::kill(id, 0) != 0) {
    // A process of another user may be hidden from /proc and is there all the same.
    return {errno == ESRCH ? Presence::gone : Presence::unknown, 0, {}};
  }
  // It is ours, and there is nothing to identify: a zombie, if the system tells of processes at all.
  const auto self = ipc::identify_process(::getpid());
  if (!self) return {};
  const bool dead = ipc::liveness({id, 0, self->boot_id}) == ipc::Liveness::dead;
  return {dead && !ipc::identify_process(id) ? Presence::gone : Presence::unknown, 0, {}};
}

}  // namespace governor::daemon
