#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/tasks/imported_task.hpp"
#include "ipc/client.hpp"

namespace governor::ctl {

/// What became of a task.
struct TaskOutcome {
  enum class Kind {
    not_asked,  ///< it cannot be imported, or there is no daemon to ask
    imported,
    would_import,
    unchanged,  ///< it is there as the file has it
    moved_on,   ///< it is there and somebody has worked on it since: left alone
    exists,     ///< another one has its id
    refused,
  };

  Kind kind = Kind::not_asked;
  std::string detail;
};

std::string_view to_string(TaskOutcome::Kind kind);

/// Hands tasks to the daemon. Each is defined, and brought to where it stood, so that an import that was
/// interrupted is finished by the next.
class TaskImport {
 public:
  TaskImport(ipc::Client& client, bool dry_run) : client_(client), dry_run_(dry_run) {}

  /// An error if the daemon cannot be asked any more; a refusal is an outcome.
  ipc::Result<TaskOutcome> hand_over(const ImportedTask& task);

 private:
  ipc::Result<TaskOutcome> look_up(const ImportedTask& task);
  ipc::Result<TaskOutcome> bring_to_standing(const ImportedTask& task, bool created);

  ipc::Client& client_;
  bool dry_run_;
};

}  // namespace governor::ctl
