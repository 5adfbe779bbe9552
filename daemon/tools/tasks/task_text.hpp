#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/task.hpp"

namespace governor::daemon {

/// A file that a task's description is in.
struct TaskText {
  std::string path;  ///< absolute
  std::string text;
};

/// Which argument names the file, and what it may hold.
struct TextRule {
  std::string_view field = "task_file";
  std::size_t max_bytes = core::kMaxTaskTextBytes;
  std::string_view hint = "Give a text file, or the text itself as description.";
};

/// Reads the text file `given`, a relative one against `directory` (empty: not known). For a file thread.
core::Result<TaskText> read_task_text(const std::string& given, const std::string& directory,
                                      const TextRule& rule = {});

}  // namespace governor::daemon
