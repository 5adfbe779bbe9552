#pragma once

#include <string>

#include "ipc/deadline.hpp"
#include "ipc/unique_fd.hpp"
#include "tests/support/sandbox.hpp"

namespace governor::test {

/// A service manager's end of sd_notify(3), for all that is started in the sandbox from then on.
class Manager {
 public:
  explicit Manager(Sandbox& sandbox);

  /// The next notice; nothing at the deadline.
  std::string next(ipc::Deadline deadline);
  /// Reads what has come; how often it was that one.
  int count_waiting(const std::string& notice);

 private:
  ipc::UniqueFd socket_;
};

}  // namespace governor::test
