#include "ctl/tasks/task_import.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;
using Kind = TaskOutcome::Kind;

constexpr std::chrono::seconds kTaskImportPatience{30};

/// A tool's result, or how it refused.
struct Reply {
  json::object result;
  std::string code;  ///< of the refusal; empty: there was none
  std::string text;  ///< of the refusal
};

ipc::Result<Reply> ask_daemon(ipc::Client& client, std::string_view tool, json::object arguments) {
  const auto answer = client.call_tool(tool, std::move(arguments), ipc::Deadline::after(kTaskImportPatience));
  if (!answer) return answer.error();
  auto content = structured_content(*answer, tool);
  if (content) return Reply{*std::move(content), {}, {}};
  if (content.error().code != ipc::Errc::remote_error) return content.error();
  const json::object& error =
      object_field(object_field(answer->get_object(), "_meta"), "io.github.governor/error");
  return Reply{{}, text_field(error, "code"), content.error().message};
}

json::array list_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

/// The text of a field, empty where it is missing.
std::string text_or_empty(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<std::string> differing_fields(const ImportedTask& task, const json::object& there) {
  std::vector<std::string> names;
  if (text_or_empty(there, "title") != task.title) names.emplace_back("title");
  if (text_or_empty(there, "description") != task.description) names.emplace_back("description");
  if (text_or_empty(there, "agent") != task.agent) names.emplace_back("agent");
  if (text_or_empty(there, "priority") != task.priority) names.emplace_back("priority");
  if (array_field(there, "depends_on") != list_of(task.depends_on)) names.emplace_back("depends_on");
  return names;
}

bool stands_as_in_file(const ImportedTask& task, const json::object& there) {
  return text_or_empty(there, "status") == task.status && count_field(there, "progress") == task.progress &&
         text_or_empty(there, "note") == task.note;
}

/// Nobody has done anything with it since it was defined.
bool is_untouched_task(const json::object& there) {
  const json::value* updated = there.if_contains("updated");
  return updated != nullptr && updated->is_null();
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::not_asked: return "not_asked";
    case Kind::imported: return "imported";
    case Kind::would_import: return "would_import";
    case Kind::unchanged: return "unchanged";
    case Kind::moved_on: return "moved_on";
    case Kind::exists: return "exists";
    case Kind::refused: return "refused";
  }
  return "not_asked";
}

ipc::Result<TaskOutcome> TaskImport::hand_over(const ImportedTask& task) {
  if (dry_run_) return look_up(task);
  json::object definition{{"task_id", task.id}, {"title", task.title}, {"priority", task.priority}};
  if (!task.description.empty()) definition["description"] = task.description;
  if (!task.agent.empty()) definition["agent"] = task.agent;
  if (!task.depends_on.empty()) definition["depends_on"] = list_of(task.depends_on);
  const auto defined = ask_daemon(client_, "define_task", std::move(definition));
  if (!defined) return defined.error();
  if (defined->code == "already_exists") return TaskOutcome{Kind::exists, defined->text};
  if (!defined->code.empty()) return TaskOutcome{Kind::refused, defined->text};
  return bring_to_standing(task, flag_field(defined->result, "created"));
}

ipc::Result<TaskOutcome> TaskImport::look_up(const ImportedTask& task) {
  const auto found = ask_daemon(client_, "get_task", {{"task_id", task.id}, {"history", 0}});
  if (!found) return found.error();
  if (found->code == "not_found") return TaskOutcome{Kind::would_import, {}};
  if (!found->code.empty()) return TaskOutcome{Kind::refused, found->text};
  const json::object& there = object_field(found->result, "task");
  const auto differing = differing_fields(task, there);
  if (!differing.empty()) {
    std::string names;
    for (const std::string& name : differing) names += (names.empty() ? "" : ", ") + name;
    return TaskOutcome{Kind::exists, "a task with this id differs in " + names};
  }
  if (stands_as_in_file(task, there)) return TaskOutcome{Kind::unchanged, {}};
  if (is_untouched_task(there)) return TaskOutcome{Kind::would_import, {}};
  return TaskOutcome{Kind::moved_on, fmt::format("it is {} now", text_field(there, "status"))};
}

ipc::Result<TaskOutcome> TaskImport::bring_to_standing(const ImportedTask& task, bool created) {
  if (!created) {
    auto looked_up = look_up(task);
    if (!looked_up || looked_up->kind != Kind::would_import) return looked_up;
  }
  json::object update{{"task_id", task.id}};
  if (task.status != "pending") update["status"] = task.status;
  if (task.progress != (task.status == "done" ? 100 : 0)) update["progress"] = task.progress;
  if (!task.note.empty()) update["note"] = task.note;
  if (update.size() == 1) return TaskOutcome{Kind::imported, {}};
  const auto updated = ask_daemon(client_, "update_task", std::move(update));
  if (!updated) return updated.error();
  // Somebody was faster, and has it now.
  if (!updated->code.empty()) return TaskOutcome{Kind::moved_on, updated->text};
  return TaskOutcome{Kind::imported, {}};
}

}  // namespace governor::ctl
