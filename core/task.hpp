#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/keys.hpp"

namespace governor::core {

/// Stored: never renumber, only append.
enum class TaskStatus : std::uint8_t {
  pending = 0,
  in_progress = 1,
  blocked = 2,
  done = 3,
  failed = 4,
  cancelled = 5
};
inline constexpr std::array<TaskStatus, 6> kTaskStatuses{TaskStatus::pending, TaskStatus::in_progress,
                                                         TaskStatus::blocked, TaskStatus::done,
                                                         TaskStatus::failed,  TaskStatus::cancelled};
/// Stored: never renumber, only append.
enum class TaskPriority : std::uint8_t { low = 0, medium = 1, high = 2, critical = 3 };
inline constexpr std::array<TaskPriority, 4> kTaskPriorities{TaskPriority::low, TaskPriority::medium,
                                                             TaskPriority::high, TaskPriority::critical};

std::string_view to_string(TaskStatus status);      ///< snake_case
std::string_view to_string(TaskPriority priority);  ///< in capitals
/// Nothing more happens to it, unless it is opened again.
constexpr bool is_over(TaskStatus status) {
  return status == TaskStatus::done || status == TaskStatus::failed || status == TaskStatus::cancelled;
}

inline constexpr std::size_t kMaxTaskIdBytes = 128;
inline constexpr std::size_t kMaxTaskTitleBytes = 512;
inline constexpr std::size_t kMaxTaskTextBytes = 64 * 1024;
inline constexpr std::size_t kMaxTaskNoteBytes = 4096;
inline constexpr std::size_t kMaxTaskDependencies = 64;
/// In this daemon, and in each shared list.
inline constexpr std::size_t kMaxTasks = 200'000;
inline constexpr std::size_t kMaxTaskTextsBytes = 256 * 1024 * 1024;
inline constexpr std::int64_t kDefaultClaimSeconds = 3600;
inline constexpr std::int64_t kMaxClaimSeconds = 86'400;

/// Accepts 1 to 128 of `A-Z a-z 0-9 . _ - : /`. `field` names the argument in the error.
std::optional<Error> validate_task_id(std::string_view field, std::string_view id);

/// The list that a task is in: what stands before the first `/` of its id; empty: none.
constexpr std::string_view list_of(std::string_view id) {
  const std::size_t end = id.find('/');
  return end == std::string_view::npos ? std::string_view() : id.substr(0, end);
}

/// What a task is: under one id there is one definition. Nothing of it changes but for whom it is, if a
/// person says so.
struct TaskDefinition {
  std::string id;
  std::string title;
  std::string description;  ///< the text itself, also when it came from a file
  std::string agent;        ///< id of the one it is for; empty: whoever claims it
  TaskPriority priority = TaskPriority::medium;
  std::vector<std::string> depends_on;  ///< sorted, each once; may name tasks that are not defined yet

  bool operator==(const TaskDefinition&) const = default;
};

/// Each field in which the two differ with both values, shortened; empty if they are the same.
std::string difference(const TaskDefinition& there, const TaskDefinition& given);

/// Who works on a task, and until when that holds without a word from it.
struct TaskClaim {
  SessionKey session = 0;
  AgentKey agent = 0;  ///< 0: the session itself, for none of its agents
  std::string agent_id;
  std::string client;  ///< as the session's client called itself then
  std::int64_t pid = 0;
  std::int64_t since_us = 0;
  std::int64_t expires_us = 0;
  std::int64_t ttl_us = 0;
  // Of a shared task; else empty.
  std::string host{};
  std::string who{};  ///< the user there

  bool operator==(const TaskClaim&) const = default;
};

/// How a task stands. All of it changes.
struct TaskStanding {
  TaskStatus status = TaskStatus::pending;
  int progress = 0;                ///< 0 to 100
  std::string note;                ///< the newest
  std::int64_t updated_us = 0;     ///< 0: as it was defined
  std::uint64_t claims = 0;        ///< how many times it was claimed
  std::optional<TaskClaim> claim;  ///< if `in_progress`, and perhaps if `blocked`

  bool operator==(const TaskStanding&) const = default;
};

struct Task {
  TaskKey key = 0;  ///< older tasks have smaller ones
  TaskDefinition definition;
  std::string source;  ///< file that the description came from; empty: none
  std::int64_t created_us = 0;
  AuditKey creator = 0;  ///< see Session::introduced
  TaskStanding standing;

  bool operator==(const Task&) const = default;
};

struct ClaimCommand {
  std::string task_id;   ///< empty: the next ready one
  std::string agent_id;  ///< empty: for none of the session's agents
  std::int64_t ttl_us = kDefaultClaimSeconds * 1'000'000;
};

/// For whom a task is from now on.
struct TaskAssignment {
  std::string task_id;
  std::string agent;  ///< empty: whoever claims it
  std::string note;   ///< why; may be empty
};

struct TaskUpdate {
  std::string task_id;
  // Absent means: leave as it is.
  std::optional<TaskStatus> status;
  std::optional<int> progress;
  std::optional<std::string> note;
};

}  // namespace governor::core
