#include "ctl/tasks/task_file.hpp"

#include <fmt/format.h>

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ctl/records/json_scan.hpp"
#include "ctl/records/json_value.hpp"
#include "ctl/tasks/task_fields.hpp"
#include "ipc/json_text.hpp"

namespace governor::ctl {
namespace {

using Severity = Remark::Severity;

bool is_object(std::string_view piece) {
  return piece.starts_with('{');
}

/// The value of a member of an object; empty if there is none.
std::string_view member(std::string_view object, std::string_view wanted) {
  std::string_view found;
  records::for_each_member(object, [&](std::string_view quoted, std::string_view value) {
    if (found.empty() && records::text_in(quoted) == wanted) found = value;
  });
  return found;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  TaskFile read() {
    if (const auto unmarked = ipc::without_byte_order_mark(text_); unmarked.size() < text_.size()) {
      text_ = unmarked;
      remark(Severity::note, "", "begins with a byte order mark, which is passed over");
    }
    text_.remove_prefix(records::skip_space(text_, 0));
    const std::string_view tasks = is_object(text_) ? member(text_, "tasks") : std::string_view();
    if (text_.starts_with('[')) {
      read_list(text_);
    } else if (!is_object(text_)) {
      remark(Severity::refused, "", "is neither a JSON object nor a list");
    } else if (!tasks.empty()) {
      remark_on_rest(text_);
      tasks.starts_with('[') ? read_list(tasks) : read_by_id(tasks);
    } else if (looks_like_task(text_)) {
      file_.tasks.push_back(read_task(text_, {}));
    } else {
      read_by_id(text_);
    }
    if (file_.tasks.empty()) remark(Severity::refused, "", "no task was found");
    return std::move(file_);
  }

 private:
  void remark(Severity severity, std::string field, std::string message) {
    file_.remarks.push_back({severity, std::move(field), std::move(message)});
  }

  void broken() {
    remark(Severity::refused, "",
           fmt::format("the JSON is broken or ends early, after {} tasks; what follows is unknown",
                       file_.tasks.size()));
  }

  void read_list(std::string_view list) {
    std::size_t place = 0;
    const bool whole = records::for_each_element(list, [&](std::string_view element) {
      ++place;
      if (is_object(element)) {
        file_.tasks.push_back(read_task(element, {}));
      } else {
        remark(Severity::refused, "", fmt::format("entry {} is {}, no task", place, records::shown(element)));
      }
    });
    if (!whole) broken();
  }

  void read_by_id(std::string_view object) {
    const bool whole = records::for_each_member(object, [&](std::string_view quoted, std::string_view value) {
      const auto name = records::text_in(quoted);
      if (!name) {
        remark(Severity::refused, "", fmt::format("{} is no name", records::shown(quoted)));
      } else if (is_object(value) && looks_like_task(value)) {
        file_.tasks.push_back(read_task(value, *name));
      } else {
        remark(Severity::refused, *name, fmt::format("is {}, no task", records::shown(value)));
      }
    });
    if (!whole) broken();
  }

  /// What stands beside `tasks`.
  void remark_on_rest(std::string_view object) {
    std::unordered_set<std::string> seen;
    const bool whole = records::for_each_member(object, [&](std::string_view quoted, std::string_view value) {
      const auto name = records::text_in(quoted);
      if (!name) return;
      if (!seen.insert(*name).second) {
        remark(Severity::changed, *name, "stands twice; the first one counts");
      } else if (*name != "tasks" && !records::says_nothing(value)) {
        remark(Severity::note, *name, "is not about tasks; left out");
      }
    });
    if (!whole) broken();
  }

  std::string_view text_;
  TaskFile file_;
};

}  // namespace

TaskFile read_task_file(std::string_view text) {
  return Reader(text).read();
}

void check_together(TaskFile& file) {
  std::unordered_map<std::string, const ImportedTask*> taken;
  std::unordered_set<std::string> depended_on;
  // As the daemon does: each task is looked at with those before it.
  const auto closes_circle = [&](const ImportedTask& task) {
    std::unordered_set<std::string> reached(task.depends_on.begin(), task.depends_on.end());
    if (reached.contains(task.id)) return true;
    if (!depended_on.contains(task.id)) return false;
    std::vector<std::string> next = task.depends_on;
    while (!next.empty()) {
      const auto found = taken.find(next.back());
      next.pop_back();
      if (found == taken.end()) continue;
      for (const std::string& id : found->second->depends_on) {
        if (id == task.id) return true;
        if (reached.insert(id).second) next.push_back(id);
      }
    }
    return false;
  };
  for (ImportedTask& task : file.tasks) {
    if (!task.importable()) continue;
    if (taken.contains(task.id)) {
      task.remarks.push_back(
          {Severity::refused, "task_id", "stands in the file before; the first one counts"});
    } else if (closes_circle(task)) {
      task.remarks.push_back(
          {Severity::refused, "depends_on", "closes a circle of tasks that wait for each other"});
    } else {
      taken.emplace(task.id, &task);
      depended_on.insert(task.depends_on.begin(), task.depends_on.end());
    }
  }
  for (ImportedTask& task : file.tasks) {
    for (const std::string& id : task.depends_on) {
      if (taken.contains(id)) continue;
      task.remarks.push_back(
          {Severity::note, "depends_on", fmt::format("{} is not among the tasks taken from this file", id)});
    }
  }
}

}  // namespace governor::ctl
