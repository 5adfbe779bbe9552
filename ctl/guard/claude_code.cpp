#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/guard/ancestors.hpp"
#include "ctl/guard/bounded_input.hpp"
#include "ctl/guard/guard_client.hpp"
#include "ctl/guard/guards.hpp"
#include "ctl/guard/guards_check.hpp"
#include "ctl/guard/hook_answer.hpp"
#include "ctl/guard/hook_call.hpp"
#include "ctl/json_fields.hpp"
#include "text/path_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

// The hook after an edit carries the whole file twice.
constexpr std::size_t kLargestInput = 32 * 1024 * 1024;
// For looking after the other guards; a slow disk must not make the hook itself late.
constexpr std::chrono::seconds kCheckPatience{2};

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

json::object granted(const ClaudeCodeOptions& options, std::string_view reason) {
  return options.grant == "none" ? no_opinion() : permission("allow", reason);
}

// Whatever keeps the daemon from deciding: the hook must say something, since Claude Code takes silence, and
// every exit code but 2, for consent.
json::object fall_back(const ClaudeCodeOptions& options, HookCall::Event event, const std::string& why) {
  if (event == HookCall::Event::before) {
    const std::string reason = "governor could not check this write: " + why;
    json::object answer =
        options.fallback == "allow" ? granted(options, reason) : permission(options.fallback, reason);
    return options.fallback == "allow" ? with_warning(std::move(answer), reason) : answer;
  }
  const std::string reason = "governor could not record this write: " + why;
  return with_warning(options.fallback == "deny" ? objection(reason) : no_opinion(), reason);
}

json::object request_params(const HookCall& call) {
  json::array pids;
  for (const pid_t pid : ancestors()) pids.emplace_back(pid);
  std::string cwd = call.cwd;
  if (cwd.empty()) {
    std::error_code ignored;
    cwd = std::filesystem::current_path(ignored).string();
  }
  json::object params;
  params["agent_kind"] = "claude-code";
  params["agent_session"] = call.session;
  params["pids"] = std::move(pids);
  params["cwd"] = text::path_text(cwd);
  params["tool"] = call.tool;
  params["path"] = text::path_text(call.path);
  if (!call.subagent.empty()) params["subagent"] = call.subagent;
  if (!call.tool_use.empty()) params["tool_use"] = call.tool_use;
  return params;
}

json::object before_write(const Context& context, const ClaudeCodeOptions& options, const HookCall& call,
                          ipc::Deadline deadline) {
  json::object params = request_params(call);
  if (call.new_lines) params["new_lines"] = *call.new_lines;
  if (call.line_delta) params["line_delta"] = *call.line_delta;
  if (options.wait_seconds > 0) params["wait_seconds"] = options.wait_seconds;
  auto client = reach_daemon(context, deadline);
  if (!client) return fall_back(options, call.event, client.error().message);
  const auto patience = ipc::Deadline::at(deadline.time() + milliseconds_of(options.wait_seconds));
  const auto result = call_method(*client, "governor/guard_write", std::move(params), patience);
  if (!result) return fall_back(options, call.event, result.error().message);
  const std::string decision = text_field(*result, "decision");
  const std::string reason = text_field(*result, "reason");
  if (decision == "allow") return granted(options, reason);
  if (decision == "deny" || decision == "ask") return permission(decision, reason);
  return fall_back(options, call.event, "the daemon decided \"" + decision + "\", which means nothing here");
}

json::object after_write(const Context& context, const ClaudeCodeOptions& options, const HookCall& call,
                         ipc::Deadline deadline) {
  json::object params = request_params(call);
  params["success"] = call.event == HookCall::Event::after;
  auto client = reach_daemon(context, deadline);
  if (!client) return fall_back(options, call.event, client.error().message);
  const auto result = call_method(*client, "governor/guard_done", std::move(params), deadline);
  if (!result) return fall_back(options, call.event, result.error().message);
  return flag_field(*result, "loop") ? objection(text_field(*result, "reason")) : no_opinion();
}

// The person is told while there is still a guard that can.
std::string lacking_guards(const Context& context, const HookCall& call) {
  const auto project = context.environment.lookup("CLAUDE_PROJECT_DIR");
  const std::string directory = project ? std::string(*project) : call.cwd;
  if (directory.empty()) return "";
  const std::string message =
      missing_guards_message(context.environment, directory, ipc::Deadline::after(kCheckPatience));
  return message.empty() ? message : "governor: " + message;
}

json::object answer_hook(const Context& context, const ClaudeCodeOptions& options, HookCall& call) {
  const auto deadline = ipc::Deadline::after(milliseconds_of(options.timeout_seconds));
  const auto text = read_input(context.input, kLargestInput, deadline);
  if (!text) return fall_back(options, call.event, text.error().message);
  call = read_hook_call(*text);
  if (!call.problem.empty()) return fall_back(options, call.event, call.problem);
  if (call.event == HookCall::Event::other) {
    return with_warning(no_opinion(),
                        "governorctl guard claude-code is for PreToolUse and PostToolUse, not " +
                            call.event_name + "; see: governorctl install guards");
  }
  if (!call.writes) return no_opinion();
  if (call.event != HookCall::Event::before) return after_write(context, options, call, deadline);
  json::object answer = before_write(context, options, call, deadline);
  const std::string missing = lacking_guards(context, call);
  return missing.empty() ? answer : with_warning(std::move(answer), missing);
}

}  // namespace

int guard_claude_code(const Context& context, const ClaudeCodeOptions& options) {
  HookCall call;
  json::object answer;
  try {
    answer = answer_hook(context, options, call);
  } catch (const std::exception& error) {
    answer = fall_back(options, call.event, error.what());
  }
  context.out << json::serialize(answer) << '\n';
  return static_cast<int>(ExitCode::done);
}

}  // namespace governor::ctl
