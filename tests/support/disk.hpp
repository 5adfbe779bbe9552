#pragma once

#include <string>

#include "ipc/unique_fd.hpp"
#include "tests/support/sandbox.hpp"

namespace governor::test {

/// The disk of a sandbox, which can be made to hang: whatever is started by hand afterwards waits in fsync()
/// while it is held. (Daemons that proxies start do not inherit what makes it so.)
class Disk {
 public:
  explicit Disk(Sandbox& sandbox);

  void hold();
  void release();

 private:
  ipc::UniqueFd lock_;
};

}  // namespace governor::test
