#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/evidence/watched_child.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ipc/deadline.hpp"
#include "text/path_text.hpp"
#include "text/shell_word.hpp"
#include "text/shown_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

/// Whoever waits for the command does not wait long for us.
constexpr std::chrono::seconds kRecordPatience{5};
constexpr int kAttempts = 2;
/// As shells say it.
constexpr int kCannotStart = 126;
constexpr int kNotFound = 127;
constexpr const char* kDefaultAgent = "terminal";

struct RunRequest {
  std::string agent;
  std::string task;
  std::vector<std::string> command;
};

std::string command_text(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += text::shell_word(text::utf8_text(word));
  }
  return text;
}

json::object event_of(const RunRequest& request, const WatchedRun& run) {
  const auto moment = std::chrono::system_clock::now().time_since_epoch().count();
  return {{"event", "tool_used"},
          {"source", "run " + std::to_string(::getpid()) + ' ' + std::to_string(moment)},
          {"tool", "governorctl run"},
          {"command", command_text(request.command)},
          {"success", run.exit_code == 0},
          {"exit_code", run.exit_code},
          {"duration_ms", run.duration_ms},
          {"output", text::utf8_text(run.tail)},
          {"output_bytes", std::min<std::uint64_t>(run.output_bytes, UINT32_MAX)}};
}

/// The agent named, else the one that has claimed the task.
ipc::Result<std::string> agent_of(ipc::Client& client, const RunRequest& request, ipc::Deadline deadline) {
  if (!request.agent.empty()) return request.agent;
  if (request.task.empty()) return std::string(kDefaultAgent);
  auto task = call_tool(client, "get_task", {{"task_id", request.task}}, deadline);
  if (!task) return task.error();
  const json::object& claim = object_field(object_field(*task, "task"), "claim");
  if (claim.contains("agent_id")) return text_field(claim, "agent_id");
  return ipc::Error{ipc::Errc::not_found, 0, "nobody has claimed the task " + request.task};
}

ipc::Result<void> record(const Context& context, const RunRequest& request, const json::object& event,
                         ipc::Deadline deadline) {
  auto client = connect_to_daemon(context, deadline);
  if (!client) return client.error();
  auto agent = agent_of(*client, request, deadline);
  if (!agent) return agent.error();
  std::error_code ignored;
  const auto recorded =
      call_method(*client, "governor/note_evidence",
                  {{"agent_id", *agent},
                   {"cwd", text::path_text(std::filesystem::current_path(ignored).string())},
                   {"events", json::array{event}}},
                  deadline);
  if (!recorded) return recorded.error();
  return {};
}

/// The command is what the caller wants; that governor learns of it comes second.
void try_to_record(const Context& context, const RunRequest& request, const WatchedRun& run) {
  const auto deadline = ipc::Deadline::after(kRecordPatience);
  const json::object event = event_of(request, run);
  for (int attempt = 1; attempt <= kAttempts; ++attempt) {
    const auto recorded = record(context, request, event, deadline);
    if (recorded) return;
    // Whether it came is not known; it counts once in any case.
    if (recorded.error().code == ipc::Errc::closed && attempt < kAttempts) continue;
    context.err << "governorctl: what the command did could not be recorded: "
                << printable(recorded.error().message) << '\n';
    return;
  }
}

int run_command(const Context& context, const RunRequest& request) {
  const auto run = run_watched(request.command, context.environment);
  if (!run) {
    context.err << "governorctl: " << printable(run.error().message) << '\n';
    return run.error().system_errno == ENOENT ? kNotFound : kCannotStart;
  }
  try_to_record(context, request, *run);
  return run->exit_code;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("run", "Runs a command and records how it went, such as a test suite");
  const auto request = std::make_shared<RunRequest>();
  command->add_option("--agent", request->agent, "Whose doing it is")->default_str(kDefaultAgent);
  command->add_option("--task", request->task, "Whose doing it is: the agent's that has claimed this task");
  command->add_option("COMMAND", request->command, "The command with its arguments, after --")->required();
  command->footer(
      "The exit code is the command's own; 127: it was not found, 126: it cannot be started. Nothing of its "
      "output is kept.");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_command(context, *request); };
  });
}

}  // namespace governor::ctl
