#pragma once

#include <cstddef>
#include <string>

#include "core/command_table.hpp"

namespace governor::daemon {

/// Of so many files that they could not all be looked at before the answer.
struct Unseen {
  std::size_t touched = 0;  ///< in all
  std::size_t gone = 0;     ///< of these
  std::size_t rest = 0;     ///< not looked at yet; 0: all of them have been
};

/// What a model is told of what its command did, with the commands that bring things back; empty: nothing.
std::string findings_text(const core::RunningCommand& command, const Unseen& unseen);

}  // namespace governor::daemon
