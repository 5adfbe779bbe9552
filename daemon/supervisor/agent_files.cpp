#include "daemon/supervisor/agent_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "ipc/claude_hooks.hpp"
#include "ipc/replace_file.hpp"
#include "text/path_text.hpp"
#include "text/shell_word.hpp"

namespace governor::daemon {
namespace {

/// As a person installs them by default: two hooks that are the same run once.
constexpr const char* kHookArguments = " guard claude-code --fallback ask --grant none";

using Variables = std::vector<std::pair<std::string, std::string>>;

/// By which an agent's clients find this daemon and its identity.
Variables governor_variables(const SupervisorSettings& settings, const LaunchRequest& request,
                             const KeeperFiles& files) {
  return {{"GOVERNOR_RUNTIME_DIR", settings.runtime_directory},
          {"GOVERNOR_STATE_DIR", settings.state_directory},
          {"GOVERNOR_DEPLOYMENT", request.order.id},
          {"GOVERNOR_AGENT_ID", request.order.id},
          {"GOVERNOR_TOKEN_FILE", files.token()}};
}

/// It can say how far it is and what it found, and work on its task.
constexpr std::string_view kAgentTools = "--tools=deployments,tasks";

std::string mcp_json(const SupervisorSettings& settings, const LaunchRequest& request,
                     const KeeperFiles& files) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("mcpServers").begin_object().key("governor").begin_object();
  json.field("command", text::path_text(settings.beside("governor-proxy")));
  json.key("args").begin_array().value(kAgentTools).end_array().key("env").begin_object();
  for (const auto& [name, value] : governor_variables(settings, request, files))
    json.field(name, text::path_text(value));
  json.end_object().end_object().end_object().end_object();
  return text + "\n";
}

std::string hooks_json(const SupervisorSettings& settings) {
  const std::string command = text::shell_word(settings.beside("governorctl")) + kHookArguments;
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("hooks").begin_object();
  for (const ipc::ClaudeHookEvent& event : ipc::kClaudeHookEvents) {
    json.key(event.name).begin_array().begin_object();
    if (!event.matcher.empty()) json.field("matcher", event.matcher);
    json.key("hooks").begin_array().begin_object().field("type", "command").field("command", command);
    json.field("timeout", ipc::kClaudeHookSeconds).end_object().end_array().end_object().end_array();
  }
  json.end_object().end_object();
  return text + "\n";
}

std::string name_of_entry(const std::string& entry) {
  return entry.substr(0, entry.find('='));
}

}  // namespace

std::vector<std::string> agent_environment(const SupervisorSettings& settings, const Runner& runner,
                                           const LaunchRequest& request, const KeeperFiles& files) {
  std::vector<std::string> entries = settings.environment;
  const auto set = [&entries](const std::string& name, const std::string& value) {
    std::erase_if(entries, [&](const std::string& entry) { return name_of_entry(entry) == name; });
    entries.push_back(name + "=" + value);
  };
  set("TERM", runner.input == ProgramInput::terminal ? "xterm-256color" : "dumb");
  for (const auto& [name, value] : runner.environment) set(name, value);
  for (const auto& [name, value] : request.environment) set(name, value);
  for (const auto& [name, value] : governor_variables(settings, request, files)) set(name, value);
  return entries;
}

std::vector<std::string> agent_arguments(const Runner& runner, const LaunchRequest& request,
                                         const std::string& directory, const KeeperFiles& files) {
  const TemplateValues values{request.prompt, files.prompt(),     request.order.id, request.order.task_id,
                              directory,      files.mcp_config(), files.settings(), request.runner_session};
  const auto& words = request.runner_session.empty() ? runner.arguments : runner.resume;
  std::vector<std::string> arguments;
  arguments.reserve(words.size());
  for (const std::string& word : words) arguments.push_back(expand_template(word, values));
  return arguments;
}

std::optional<core::Error> write_agent_files(const SupervisorSettings& settings, const Runner& runner,
                                             const LaunchRequest& request, const std::string& directory,
                                             const KeeperFiles& files) {
  LaunchOrder order;
  order.id = request.order.id;
  order.arguments = agent_arguments(runner, request, directory, files);
  order.environment = agent_environment(settings, runner, request, files);
  order.directory = directory;
  order.input = runner.input;
  order.output_is_terminal = !runner.stream_json;
  order.output_limit = runner.output_mb << 20;
  order.timeout_seconds =
      request.order.timeout_seconds > 0 ? request.order.timeout_seconds : runner.timeout_seconds;
  order.grace_ms = settings.grace.count();
  order.memory_bytes = runner.memory_mb << 20;
  order.daemon_lock = settings.daemon_lock;
  order.tmux_socket = settings.tmux_socket();
  const std::pair<std::string, std::string> contents[] = {
      {files.prompt(), request.prompt},
      {files.token(), request.token},
      {files.mcp_config(), mcp_json(settings, request, files)},
      {files.settings(), hooks_json(settings)},
      {files.launch(), launch_json(order)},
  };
  for (const auto& [path, content] : contents) {
    if (const auto written = ipc::replace_file(path, content); !written)
      return core::Error(core::ErrorCode::internal_error, written.error().message,
                         "Make room on the disk of the state directory, then deploy again.");
  }
  return std::nullopt;
}

}  // namespace governor::daemon
