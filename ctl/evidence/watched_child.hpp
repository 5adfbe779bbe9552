#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ipc/environment.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

struct WatchedRun {
  static constexpr std::size_t kTailBytes = 4096;

  int exit_code = -1;  ///< as a shell says it: 128 and the signal, where one ended it
  std::int64_t duration_ms = 0;
  std::string tail;                ///< the end of what it wrote; none of what went to a terminal
  std::uint64_t output_bytes = 0;  ///< of which that is the end
};

/// Runs a program with our own standard streams and passes signals that are meant for it on. What does not go
/// to a terminal is passed through, so that its end is known. One at a time. An error: it cannot be started.
ipc::Result<WatchedRun> run_watched(const std::vector<std::string>& arguments,
                                    const ipc::Environment& environment);

}  // namespace governor::ctl
