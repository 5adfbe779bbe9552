#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace governor::daemon {

/// How long a program may take.
struct CommandLimits {
  std::chrono::milliseconds deadline{10'000};  ///< then its process group gets SIGTERM
  std::chrono::milliseconds grace{2'000};      ///< then SIGKILL
};

/// How a program ended.
struct CommandEnd {
  enum class How {
    exited,       ///< by itself, with exit code `code`
    signalled,    ///< by the signal `code`
    timed_out,    ///< ended by us, at the deadline
    cancelled,    ///< ended by us, before it
    not_started,  ///< with the errno `code`
  };

  How how = How::exited;
  int code = 0;

  /// For people: "exited with 3".
  [[nodiscard]] std::string describe() const;
};

/// Runs the program `arguments[0]`, without a shell and with exactly this environment, as a process group of
/// its own with "/" as its directory; gives it `input` on its standard input and throws away what it writes.
/// Blocks until it has ended and is reaped. Only what was started here is ever signalled.
CommandEnd run_command(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                       const std::string& input, const CommandLimits& limits,
                       const std::atomic<bool>& cancelled);

}  // namespace governor::daemon
