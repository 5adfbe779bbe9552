#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ctl/context.hpp"
#include "ctl/tasks/imported_task.hpp"
#include "ctl/tasks/task_import.hpp"

namespace governor::ctl {

/// What an import of tasks came to.
struct TaskImportReport {
  std::string path;
  bool dry_run = false;
  bool daemon_asked = false;
  TaskFile file;
  std::vector<TaskOutcome> outcomes;  ///< of the tasks of the file, in their order; those that were reached
  std::string stopped;                ///< why it did not get to the end; empty if it did

  /// Something of the file is not in the daemon as the file has it, or would not be.
  [[nodiscard]] bool something_lost() const;
};

void write_report(const Context& context, const TaskImportReport& report);

}  // namespace governor::ctl
