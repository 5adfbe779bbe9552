#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "ipc/deadline.hpp"

namespace governor::daemon {

/// What a program has said, at most the first 64 MiB of each.
struct ToolOutput {
  int exit_code = 0;  ///< 128 + signal for one that a signal has ended
  std::string out;
  std::string err;
};

/// Runs a helper (git, tmux) to its end, without a shell, with an empty input and exactly this environment,
/// in a process group of its own, which ends with the deadline. What it leaves running is not waited for.
core::Result<ToolOutput> run_tool(const std::vector<std::string>& arguments,
                                  const std::vector<std::string>& environment, const std::string& directory,
                                  ipc::Deadline deadline);

}  // namespace governor::daemon
