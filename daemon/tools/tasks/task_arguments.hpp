#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/task.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {

inline constexpr std::string_view kTaskIdPattern = "^[A-Za-z0-9._:/-]{1,128}$";
/// Longer than any id, so that what is wrong with one is said by the rule for ids.
inline constexpr std::size_t kMaxTaskReferenceBytes = 4096;

constexpr Parameter task_id(std::string_view description = {}) {
  return text("task_id", kMaxTaskReferenceBytes, description).like(kTaskIdPattern);
}

constexpr Parameter task_list(std::string_view description) {
  return text("list", core::kMaxTaskIdBytes, description);
}

constexpr Parameter task_status(std::string_view description = {}) {
  return choice("status", "pending in_progress blocked done failed cancelled", description);
}

constexpr Parameter task_priority() {
  return choice("priority", "LOW MEDIUM HIGH CRITICAL");
}

/// The argument `task_id`; empty if absent.
std::string read_task_id(Arguments& arguments);
std::vector<std::string> read_task_ids(Arguments& arguments, std::string_view name);
std::optional<core::TaskStatus> read_task_status(Arguments& arguments);
std::optional<core::TaskPriority> read_task_priority(Arguments& arguments);

}  // namespace governor::daemon
