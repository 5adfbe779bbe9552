#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/task.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {

/// The argument `task_id`; empty if absent.
std::string read_task_id(Arguments& arguments);
std::vector<std::string> read_task_ids(Arguments& arguments, std::string_view name);
std::optional<core::TaskStatus> read_task_status(Arguments& arguments);
std::optional<core::TaskPriority> read_task_priority(Arguments& arguments);

}  // namespace governor::daemon
