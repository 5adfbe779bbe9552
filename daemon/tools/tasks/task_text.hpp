#pragma once

#include <string>

#include "core/result.hpp"

namespace governor::daemon {

/// A file that a task's description is in.
struct TaskText {
  std::string path;  ///< absolute
  std::string text;
};

/// Reads the text file `given`, a relative one against `directory` (empty: not known). For a file thread.
core::Result<TaskText> read_task_text(const std::string& given, const std::string& directory);

}  // namespace governor::daemon
