#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ipc/deadline.hpp"
#include "ipc/environment.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

struct ProgramOutput {
  int exit_code = -1;  ///< 128 and the signal, where one ended it
  std::string out;
  std::string err;
};

/// The entries that a program is started with: those of its own before those that it inherits.
std::vector<std::string> whole_environment(const ipc::Environment& environment);

/// Runs a program of PATH without a shell, its input at its end, and collects what it writes. An error when
/// it cannot be started, writes more than 64 MiB, or has not ended in time; then it is killed.
ipc::Result<ProgramOutput> run_program(const std::vector<std::string>& arguments,
                                       const ipc::Environment& environment, ipc::Deadline deadline);

}  // namespace governor::ctl
