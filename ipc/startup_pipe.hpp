#pragma once

#include <string>
#include <string_view>

#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ipc {

// How a starting daemon tells its starter how it went. Each report_ function writes one line and closes the
// descriptor; -1 is allowed and does nothing, for a daemon that nobody waits for.

void report_ready(int fd);
void report_already_running(int fd);
/// The reason is for people; newlines in it become blanks.
void report_failed(int fd, std::string_view reason);
/// For between fork and exec: async-signal-safe.
void report_exec_failed(int fd, int system_errno) noexcept;

enum class StartupOutcome { ready, already_running, failed };

struct StartupReport {
  StartupOutcome outcome;
  std::string reason;  ///< for failed
};

/// Makes sense of what was read up to the end of the pipe or of the first line.
StartupReport parse_startup_report(std::string_view text);

/// Reads the report. A daemon that ended without one has failed.
Result<StartupReport> read_startup_report(int fd, Deadline deadline, Interrupts interrupts = {});

}  // namespace governor::ipc
