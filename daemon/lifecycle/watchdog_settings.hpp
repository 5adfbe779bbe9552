#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "daemon/alerts/run_marker.hpp"
#include "daemon/lifecycle/watchdog.hpp"
#include "ipc/service_notice.hpp"

namespace governor::daemon {

/// Where one daemon after the other hangs, ending them does not help: each waits twice as long as the last
/// one, up to 16 times the configured time. 0: nobody watches.
std::chrono::milliseconds watchdog_limit(int seconds, std::int64_t stuck_in_a_row);

/// The watchdog of the program: it notes in the marker why the run ends, writes to the log what everybody was
/// doing, and aborts. `service` and `marker` outlive it.
Watchdog::Settings make_watchdog(int seconds, const std::string& state_directory,
                                 const ipc::ServiceNotice& service, const RunMarker& marker,
                                 std::int64_t stuck_in_a_row);

}  // namespace governor::daemon
