#pragma once

#include <string_view>

#include "ctl/tasks/imported_task.hpp"

namespace governor::ctl {

/// Reads tasks from JSON: a list of tasks, an object with the tasks by their ids, either of these under
/// `tasks`, or a single task. Whatever is there and is no task is remarked on.
TaskFile read_task_file(std::string_view text);

/// Marks what cannot become tasks together: the same id twice, and dependencies in a circle.
void check_together(TaskFile& file);

}  // namespace governor::ctl
