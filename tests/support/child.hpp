#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "ipc/deadline.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::test {

/// What to run, and how.
struct Command {
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  ///< "NAME=value", all that it gets
  std::string error_file;                ///< standard error is appended to it; empty: a pipe
  std::optional<uid_t> user;             ///< needs root
  int listening_socket = -1;             ///< handed over as systemd does
};

/// A process of the test's own: killed, if need be, when this goes away or the test dies.
class Child {
 public:
  /// Standard input and output are pipes. Throws if there can be no process; a failed exec is exit code 127.
  explicit Child(const Command& command);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// The exit code, or 128 + the signal that ended it. Nothing if it lives at the deadline.
  std::optional<int> wait(ipc::Deadline deadline);

  ipc::UniqueFd input;   ///< we write
  ipc::UniqueFd output;  ///< we read
  ipc::UniqueFd errors;  ///< we read; none with an error file

 private:
  pid_t pid_;
  std::optional<int> status_;
};

/// Runs it to its end with an empty input. Nothing for what has not ended by the deadline; it is killed then.
struct Finished {
  int code;
  std::string output;
  std::string errors;
};
std::optional<Finished> run(const Command& command, ipc::Deadline deadline);

}  // namespace governor::test
