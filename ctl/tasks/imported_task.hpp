#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace governor::ctl {

/// Something odd in a file of tasks, and what is made of it.
struct Remark {
  /// `note`: nothing is lost by it. `changed`: something becomes other than the file says, or is left out.
  /// `refused`: a task, or the file, is not imported.
  enum class Severity { note, changed, refused };

  Severity severity = Severity::note;
  std::string field;  ///< empty: about the whole
  std::string message;
};
using Remarks = std::vector<Remark>;

std::string_view to_string(Remark::Severity severity);

/// A task as a file tells of it, in the words of define_task and update_task.
struct ImportedTask {
  std::string id;
  std::string title;
  std::string description;
  std::string agent;
  std::string priority = "MEDIUM";
  std::vector<std::string> depends_on;  ///< sorted, each once
  std::string status = "pending";
  int progress = 0;
  std::string note;

  Remarks remarks;

  [[nodiscard]] bool importable() const;
};

/// All that a file says.
struct TaskFile {
  std::vector<ImportedTask> tasks;
  Remarks remarks;  ///< about the file
};

}  // namespace governor::ctl
