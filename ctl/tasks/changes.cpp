#include "ctl/tasks/changes.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/coordination/file_paths.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct TaskChange {
  std::string task;
  std::string title;
  std::string description;
  std::string file;
  std::string agent;
  bool anybody = false;
  std::string priority;
  std::vector<std::string> after;
  std::string status;
  int progress = -1;
  std::string note;
};

int run_create_task(const Context& context, const TaskChange& request) {
  json::object arguments{{"task_id", request.task}, {"title", request.title}};
  if (!request.description.empty()) arguments["description"] = request.description;
  if (!request.file.empty()) arguments["task_file"] = absolute_path(request.file);
  if (!request.agent.empty()) arguments["agent"] = request.agent;
  if (!request.priority.empty()) arguments["priority"] = request.priority;
  if (!request.after.empty())
    arguments["depends_on"] = json::array(request.after.begin(), request.after.end());
  return run_tool(context, {"define_task", std::move(arguments)}, [&](const json::object& result) {
    std::string missing;
    for (const json::value& id : array_field(result, "not_defined"))
      if (id.is_string()) missing += (missing.empty() ? "" : ", ") + std::string(id.get_string());
    context.out << printable(text_field(result, "task_id"))
                << (flag_field(result, "created") ? " is created" : " was there already, the same") << ", "
                << printable(text_field(result, "status"))
                << (flag_field(result, "ready") ? ", ready to be claimed" : "") << '\n';
    if (!missing.empty())
      context.out << "it waits for tasks that do not exist yet: " << printable(missing) << '\n';
  });
}

void write_task_standing(const Context& context, const json::object& result) {
  const json::object& task = object_field(result, "task");
  const std::string agent = text_field(task, "agent");
  context.out << printable(text_field(task, "task_id")) << " is " << printable(text_field(task, "status"))
              << ", " << count_text(task, "progress") << " %, for "
              << (agent == "-" ? std::string("whoever claims it") : "agent " + printable(agent)) << '\n';
}

int run_update_task(const Context& context, const TaskChange& request, std::string_view status) {
  if (status.empty() && request.progress < 0 && request.note.empty()) {
    context.err << "governorctl: say what is to change: --status, --progress or --note\n";
    return static_cast<int>(ExitCode::bad_usage);
  }
  json::object arguments{{"task_id", request.task}};
  if (!status.empty()) arguments["status"] = status;
  if (request.progress >= 0) arguments["progress"] = request.progress;
  if (!request.note.empty()) arguments["note"] = request.note;
  return run_tool(context, {"update_task", std::move(arguments)},
                  [&](const json::object& result) { write_task_standing(context, result); });
}

int run_reassign_task(const Context& context, const TaskChange& request) {
  if (request.agent.empty() != request.anybody) {
    context.err << "governorctl: say whose the task is to be: --agent ID, or --anybody\n";
    return static_cast<int>(ExitCode::bad_usage);
  }
  json::object params{{"task_id", request.task}};
  if (!request.agent.empty()) params["agent"] = request.agent;
  if (!request.note.empty()) params["note"] = request.note;
  return run_method(context, {"governor/task_assign", std::move(params)},
                    [&](const json::object& result) { write_task_standing(context, result); });
}

CLI::App* about_task(CLI::App& tasks, const char* name, const char* what,
                     const std::shared_ptr<TaskChange>& request) {
  CLI::App* command = tasks.add_subcommand(name, what);
  command->add_option("ID", request->task, "The task, as `governorctl tasks` names it")->required();
  return command;
}

void takes_note(CLI::App* command, const std::shared_ptr<TaskChange>& request) {
  command->add_option("--note", request->note, "Why, for its history");
}

void add_create(CLI::App& tasks, Action& action, const std::shared_ptr<TaskChange>& request) {
  CLI::App* create = tasks.add_subcommand("create", "Puts a task into the queue");
  create->add_option("ID", request->task, "A new id, of A-Z a-z 0-9 . _ - : /")->required();
  create->add_option("TITLE", request->title, "What is to be done, in a line")->required();
  CLI::Option* text =
      create->add_option("--description", request->description, "All there is to say about it");
  create->add_option("--file", request->file, "Text file with the description")
      ->type_name("FILE")
      ->excludes(text);
  create->add_option("--agent", request->agent, "The only agent that may claim it; default: any");
  create->add_option("--priority", request->priority, "How soon it is claimed; default: MEDIUM")
      ->check(CLI::IsMember({"LOW", "MEDIUM", "HIGH", "CRITICAL"}));
  create->add_option("--after", request->after, "Tasks that are to be done first");
  create->callback([&action, request] {
    action = [request](const Context& context) { return run_create_task(context, *request); };
  });
}

}  // namespace

void add_task_changes(CLI::App& tasks, Action& action) {
  const auto request = std::make_shared<TaskChange>();
  add_create(tasks, action, request);

  CLI::App* update =
      about_task(tasks, "update", "Changes status, progress or note, whoever has claimed it", request);
  update->add_option("--status", request->status, "What it is from now on")
      ->check(CLI::IsMember({"pending", "in_progress", "blocked", "done", "failed", "cancelled"}));
  update->add_option("--progress", request->progress, "Percent")->check(CLI::Range(0, 100));
  takes_note(update, request);
  update->callback([&action, request] {
    action = [request](const Context& context) {
      return run_update_task(context, *request, request->status);
    };
  });

  const auto add_change = [&](const char* name, const char* what, const char* status) {
    CLI::App* command = about_task(tasks, name, what, request);
    takes_note(command, request);
    command->callback([&action, request, status] {
      action = [request, status](const Context& context) {
        return run_update_task(context, *request, status);
      };
    });
  };
  add_change("cancel", "Nobody is to do it; who has claimed it loses it", "cancelled");
  add_change("reopen", "Puts it back into the queue, over or not; who has claimed it loses it", "pending");

  CLI::App* reassign =
      about_task(tasks, "reassign", "Gives it to another agent; who has claimed it loses it", request);
  reassign->add_option("--agent", request->agent, "The only agent that may claim it from now on");
  reassign->add_flag("--anybody", request->anybody, "Whoever claims it");
  takes_note(reassign, request);
  reassign->callback([&action, request] {
    action = [request](const Context& context) { return run_reassign_task(context, *request); };
  });
}

}  // namespace governor::ctl
