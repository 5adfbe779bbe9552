#pragma once

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {

// Pieces for starting processes. Those marked (child) are async-signal-safe: they may run between fork and
// exec in a process that had several threads.

/// Reading and writing end, both close-on-exec.
Result<std::pair<UniqueFd, UniqueFd>> make_pipe();

/// Null-terminated pointers into the strings, for execve().
std::vector<char*> exec_vector(const std::vector<std::string>& strings);

/// What becomes descriptor 0, 1 and 2 of a program.
struct StandardStreams {
  int input;
  int output;
  int error;
};

/// Where a program runs; else where its starter does.
struct ProgramPlace {
  const char* directory = nullptr;
  bool own_group = false;  ///< it leads a process group of its own
};

/// Starts a program, with default signals and nothing but these descriptors. A name without a slash is
/// searched in PATH. Whoever calls it waits for the process.
Result<pid_t> start_program(const std::vector<std::string>& arguments,
                            const std::vector<std::string>& environment, const StandardStreams& streams,
                            const ProgramPlace& place = {});

/// (child) Points 0, 1 and 2 to /dev/null.
bool redirect_standard_streams() noexcept;

/// (child) Closes every descriptor from `first` up.
void close_descriptors_from(int first) noexcept;

/// (child) Default disposition for every signal, nothing blocked.
void reset_signals() noexcept;

/// Blocks all signals while it lives.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept;
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace governor::ipc
