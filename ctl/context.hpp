#pragma once

#include <ostream>

#include "ipc/environment.hpp"

namespace governor::ctl {

/// What a command runs with: where it writes, what was asked for, and which daemon is meant.
struct Context {
  std::ostream& out;
  std::ostream& err;
  ipc::Environment environment;  ///< with --runtime-dir already in it
  bool json = false;
  bool utc = false;  ///< times as the daemon gives them
  bool colour = false;
  bool out_on_terminal = false;  ///< a person watches the output as it comes
  bool err_on_terminal = false;  ///< progress may be drawn there
  int input = 0;                 ///< descriptor of the standard input
};

}  // namespace governor::ctl
