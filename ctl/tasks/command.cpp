#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/printable.hpp"
#include "ctl/progress.hpp"
#include "ctl/records/file_tree.hpp"
#include "ctl/table.hpp"
#include "ctl/tasks/changes.hpp"
#include "ctl/tasks/import_report.hpp"
#include "ctl/tasks/task_file.hpp"
#include "ctl/tasks/task_import.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kTasksPatience{30};

struct TaskRequest {
  bool ready = false;
  std::string status;
  std::string agent;
  std::string text;
  std::string list;
  std::int64_t rows = 0;
  std::string task;
  int history = 20;
  std::string path;
  bool dry_run = false;
};

Tone status_tone(std::string_view status) {
  if (status == "done") return Tone::good;
  if (status == "failed") return Tone::bad;
  if (status == "blocked") return Tone::warning;
  return status == "cancelled" ? Tone::faint : Tone::plain;
}

std::string holder_of(const json::object& task) {
  const json::object& claim = object_field(task, "claim");
  if (claim.empty()) return "-";
  std::string holder = claim.contains("agent_id") ? text_field(claim, "agent_id") + ", " : std::string();
  holder += text_field(claim, "client") + ", pid " + std::to_string(count_field(claim, "pid"));
  if (!claim.contains("host")) return holder;
  return holder + " of " + text_field(claim, "who") + " on " + text_field(claim, "host");
}

/// What a pending task waits for, else nothing.
std::string waiting_text(const json::object& task) {
  if (flag_field(task, "ready")) return "ready";
  std::string text;
  for (const json::value& entry : array_field(task, "waiting_for")) {
    if (!entry.is_object()) continue;
    text += (text.empty() ? "" : ", ") + text_field(entry.get_object(), "task_id");
  }
  return text.empty() ? "-" : text;
}

void write_task_counts(const Context& context, const json::object& counts) {
  std::string line;
  for (const char* name : {"pending", "in_progress", "blocked", "done", "failed", "cancelled"}) {
    if (count_field(counts, name) > 0) {
      line += (line.empty() ? "" : ", ") + count_text(counts, name) + ' ' + name;
    }
  }
  context.out << "\n"
              << count_text(counts, "total") << " tasks" << (line.empty() ? "" : ": ") << line << "; "
              << count_text(counts, "ready") << " ready\n";
}

int run_list_tasks(const Context& context, const TaskRequest& request) {
  const auto deadline = ipc::Deadline::after(kTasksPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  json::object arguments{{"ready", request.ready}};
  for (const auto& [name, value] : {std::pair("status", &request.status), std::pair("agent", &request.agent),
                                    std::pair("text", &request.text), std::pair("list", &request.list)}) {
    if (!value->empty()) arguments[name] = *value;
  }
  json::array tasks;
  json::object counts;
  const auto more = fetch_pages(*client, {"list_tasks", "tasks"}, std::move(arguments), request.rows,
                                deadline, [&](const json::object& page, const json::array& rows) {
                                  tasks.insert(tasks.end(), rows.begin(), rows.end());
                                  counts = object_field(page, "counts");
                                });
  if (!more) return report_failure(context, more.error());
  if (context.json) {
    const json::object body{{"tasks", std::move(tasks)}, {"counts", counts}, {"more", *more}};
    context.out << ipc::plain_json(body) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  Table table({{"TASK"},
               {"STATUS"},
               {"PROGRESS", Align::right},
               {"PRIORITY"},
               {"FOR"},
               {"CLAIMED BY"},
               {"WAITS FOR"},
               {"TITLE"}});
  for (const json::value& entry : tasks) {
    if (!entry.is_object()) continue;
    const json::object& task = entry.get_object();
    const std::string status = text_field(task, "status");
    table.add_row({text_field(task, "task_id"), Cell(status, status_tone(status)),
                   count_text(task, "progress"), text_field(task, "priority"), text_field(task, "agent"),
                   holder_of(task), waiting_text(task), text_field(task, "title")});
  }
  context.out << (table.empty() ? "no such task\n" : table.render(context.colour));
  if (*more)
    context.out << "these are the oldest " << tasks.size()
                << "; there are more: --rows says how many to show\n";
  write_task_counts(context, counts);
  return static_cast<int>(ExitCode::done);
}

/// A text of several lines, made printable line by line.
void write_lines(const Context& context, std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    context.out << "  " << printable(line) << '\n';
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

void write_task(const Context& context, const json::object& result) {
  const json::object& task = object_field(result, "task");
  const std::string status = text_field(task, "status");
  context.out << printable(text_field(task, "task_id")) << ": " << printable(text_field(task, "title"))
              << '\n'
              << toned(printable(status), status_tone(status), context.colour) << ", "
              << count_text(task, "progress") << " %, priority " << printable(text_field(task, "priority"))
              << (flag_field(task, "ready") ? ", ready" : "") << '\n';
  const auto line = [&](const char* name, const std::string& value) {
    if (value != "-") context.out << name << ": " << printable(value) << '\n';
  };
  line("for agent", text_field(task, "agent"));
  line("claimed by", holder_of(task));
  line("claim ends", relative_text(context, text_field(object_field(task, "claim"), "expires")));
  if (!flag_field(task, "ready")) line("waits for", waiting_text(task));
  line("text from", text_field(task, "task_file"));
  line("defined", local_text(context, text_field(task, "created")));
  if (task.contains("note")) {
    context.out << "note:\n";
    write_lines(context, text_field(task, "note"));
  }
  const std::string description = text_field(task, "description");
  if (description != "-") {
    context.out << '\n';
    write_lines(context, description);
  }
  Table table({{"TIME"}, {"EVENT"}, {"STATUS"}, {"PROGRESS", Align::right}, {"AGENT"}, {"BY"}, {"NOTE"}});
  for (const json::value& entry : array_field(result, "history")) {
    if (!entry.is_object()) continue;
    const json::object& event = entry.get_object();
    table.add_row({local_text(context, text_field(event, "timestamp")), text_field(event, "event"),
                   text_field(event, "status"), count_text(event, "progress"), text_field(event, "agent_id"),
                   text_field(event, "client"), text_field(event, "note")});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

int run_show_task(const Context& context, const TaskRequest& request) {
  return run_tool(context,
                  {"get_task", {{"task_id", request.task}, {"history", request.history}}, kTasksPatience},
                  [&](const json::object& result) { write_task(context, result); });
}

ipc::Result<std::string> read_file(const std::string& path) {
  const auto tree = records::FileTree::open(path);
  if (!tree) return tree.error();
  if (!tree->is_single_file()) {
    return ipc::Error{ipc::Errc::invalid_path, 0, path + " is a directory; give the file with the tasks"};
  }
  std::vector<records::PassedOver> none;
  auto text = tree->read(tree->files(none).front());
  if (!text)
    return ipc::Error{text.error().code, text.error().system_errno, path + ": " + text.error().message};
  return text;
}

/// Everything the daemon can be asked; none, with the error kept in `report`, if it went away.
void hand_over(const Context& context, ipc::Client& client, TaskImportReport& report) {
  TaskImport import(client, report.dry_run);
  Progress progress(context.err, context.err_on_terminal,
                    report.dry_run ? "comparing tasks" : "importing tasks");
  for (const ImportedTask& task : report.file.tasks) {
    progress.advance_to(report.outcomes.size(), report.file.tasks.size());
    if (!task.importable()) {
      report.outcomes.emplace_back();
      continue;
    }
    auto outcome = import.hand_over(task);
    if (!outcome) {
      report.stopped = outcome.error().message;
      return;
    }
    report.outcomes.push_back(*std::move(outcome));
  }
}

int run_task_import(const Context& context, const TaskRequest& request) {
  const auto text = read_file(request.path);
  if (!text) return report_failure(context, text.error());
  TaskImportReport report;
  report.path = request.path;
  report.dry_run = request.dry_run;
  report.file = read_task_file(*text);
  check_together(report.file);
  const auto deadline = ipc::Deadline::after(kTasksPatience);
  auto client = report.dry_run ? connect_if_running(context, deadline) : connect_to_daemon(context, deadline);
  // Reading the file needs no daemon.
  const bool without = !client && client.error().code == ipc::Errc::no_daemon && request.dry_run;
  if (!client && !without) return report_failure(context, client.error());
  if (client) {
    report.daemon_asked = true;
    hand_over(context, *client, report);
  }
  write_report(context, report);
  return static_cast<int>(report.something_lost() ? ExitCode::failed : ExitCode::done);
}

}  // namespace

void add_tasks(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("tasks", "Tasks and who works on them")->require_subcommand(0, 1);
  const auto request = std::make_shared<TaskRequest>();
  const auto add_filters = [&](CLI::App* to) {
    to->add_flag("--ready", request->ready, "Only those that can be claimed now");
    to->add_option("--status", request->status,
                   "Only pending, in_progress, blocked, done, failed or cancelled ones")
        ->check(CLI::IsMember({"pending", "in_progress", "blocked", "done", "failed", "cancelled"}));
    to->add_option("--agent", request->agent, "Only those for this agent, or claimed by it");
    to->add_option("--text", request->text, "Only those with this in id or title");
    to->add_option("--list", request->list, "Those of this list, which several machines share");
    to->add_option("--rows", request->rows, "How many at most, the oldest first; 0: all")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 31))
        ->capture_default_str();
  };
  add_filters(command);
  CLI::App* list = command->add_subcommand("list", "Shows them, as does `tasks` alone");
  add_filters(list);
  CLI::App* show = command->add_subcommand("show", "One task with its text and history");
  show->add_option("ID", request->task, "The task, as `governorctl tasks` names it")->required();
  show->add_option("--history", request->history, "How many of its newest events to show")
      ->check(CLI::Range(0, 500))
      ->capture_default_str();
  add_task_changes(*command, action);
  CLI::App* importing =
      command->add_subcommand("import", "Imports tasks from a JSON file and reports anything unusual");
  importing->add_option("FILE", request->path, "A list of tasks, or an object with the tasks by their ids")
      ->required();
  importing->add_flag("--dry-run", request->dry_run, "Only tell what it would do");

  const auto run = [request](const Context& context) { return run_list_tasks(context, *request); };
  list->callback([&action, run] { action = run; });
  show->callback([&action, request] {
    action = [request](const Context& context) { return run_show_task(context, *request); };
  });
  importing->callback([&action, request] {
    action = [request](const Context& context) { return run_task_import(context, *request); };
  });
  command->callback([&action, run] {
    if (!action) action = run;
  });
}

}  // namespace governor::ctl
