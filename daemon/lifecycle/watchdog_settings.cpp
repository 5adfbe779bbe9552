#include "daemon/lifecycle/watchdog_settings.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace governor::daemon {
namespace {

/// A run of so much time owes nothing to those before it.
constexpr std::chrono::hours kLongRun{1};
/// After that the kernel ends the process, should its last words hang.
constexpr unsigned kLastWordsSeconds = 5;
constexpr std::int64_t kMostDoublings = 4;

}  // namespace

std::chrono::milliseconds watchdog_limit(int seconds, std::int64_t stuck_in_a_row) {
  return std::chrono::seconds(seconds) * (1 << std::clamp<std::int64_t>(stuck_in_a_row, 0, kMostDoublings));
}

Watchdog::Settings make_watchdog(int seconds, const std::string& state_directory,
                                 const ipc::ServiceNotice& service, const RunMarker& marker,
                                 std::int64_t stuck_in_a_row) {
  Watchdog::Settings settings;
  settings.limit = watchdog_limit(seconds, stuck_in_a_row);
  if (service.watchdog()) settings.tell_alive = [&service] { service.send("WATCHDOG=1"); };
  settings.ask_file_system = [state_directory] { ask_file_system(state_directory); };
  const auto started = std::chrono::steady_clock::now();
  settings.end = [&marker, stuck_in_a_row, started](const std::string& why, const std::string& report) {
    ::alarm(kLastWordsSeconds);
    const bool was_long = std::chrono::steady_clock::now() - started >= kLongRun;
    marker.note_stuck(why, (was_long ? 0 : stuck_in_a_row) + 1);
    spdlog::critical("{}; the daemon ends itself, and the next client starts another. {}", why, report);
    std::abort();
  };
  return settings;
}

}  // namespace governor::daemon
