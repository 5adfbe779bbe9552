#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/guard/bounded_input.hpp"
#include "ctl/guard/command_hook.hpp"
#include "ctl/guard/guard_client.hpp"
#include "ctl/guard/guards.hpp"
#include "ctl/guard/guards_check.hpp"
#include "ctl/guard/hook_answer.hpp"
#include "ctl/guard/hook_call.hpp"
#include "ctl/guard/hook_evidence.hpp"
#include "ctl/guard/hook_request.hpp"
#include "ctl/json_fields.hpp"
#include "text/path_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

// The hook after an edit carries the whole file twice.
constexpr std::size_t kLargestInput = 32 * 1024 * 1024;
// For looking after the other guards; a slow disk must not make the hook itself late.
constexpr std::chrono::seconds kCheckPatience{2};
// For what is only to be known: a daemon that is slower must not keep the model from working.
constexpr std::chrono::seconds kPatience{2};
// At the end of a session Claude Code gives its hooks a second and a half, all together.
constexpr std::chrono::seconds kEndPatience{1};

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

std::string warning_of(const json::object& result) {
  const json::value* warning = result.if_contains("warning");
  return warning && warning->is_string() ? std::string(warning->get_string()) : std::string();
}

json::object request_params(const HookCall& call) {
  json::object params = hook_origin(call);
  params["path"] = text::path_text(call.path);
  return params;
}

json::object before_write(const Context& context, const ClaudeCodeOptions& options, const HookCall& call,
                          ipc::Deadline deadline) {
  json::object params = request_params(call);
  if (call.new_lines) params["new_lines"] = *call.new_lines;
  if (call.line_delta) params["line_delta"] = *call.line_delta;
  if (call.new_content) params["content"] = *call.new_content;
  if (options.wait_seconds > 0) params["wait_seconds"] = options.wait_seconds;
  auto client = reach_daemon(context, deadline);
  if (!client) return fall_back(options, call.event, client.error().message);
  const auto patience = ipc::Deadline::at(deadline.time() + milliseconds_of(options.wait_seconds));
  const auto result = call_method(*client, "governor/guard_write", std::move(params), patience);
  if (!result) return fall_back(options, call.event, result.error().message);
  const std::string decision = text_field(*result, "decision");
  const std::string reason = text_field(*result, "reason");
  if (decision == "allow")
    return with_context(granted(options, reason), call.event_name, warning_of(*result));
  if (decision == "deny" || decision == "ask") return permission(decision, reason);
  return fall_back(options, call.event, "the daemon decided \"" + decision + "\", which means nothing here");
}

json::object after_write(ipc::Client& client, const ClaudeCodeOptions& options, const HookCall& call,
                         ipc::Deadline deadline) {
  json::object params = request_params(call);
  params["success"] = call.event == HookCall::Event::after;
  params["events"] = evidence_of(call);
  const auto result = call_method(client, "governor/guard_done", std::move(params), deadline);
  if (!result) return fall_back(options, call.event, result.error().message);
  json::object answer = flag_field(*result, "loop") ? objection(text_field(*result, "reason")) : no_opinion();
  return with_context(std::move(answer), call.event_name, warning_of(*result));
}

// The person is told while there is still a guard that can.
std::string lacking_guards(const Context& context, const HookCall& call) {
  const std::string directory = project_directory(context, call);
  if (directory.empty()) return "";
  const std::string message =
      missing_guards_message(context.environment, directory, ipc::Deadline::after(kCheckPatience));
  return message.empty() ? message : "governor: " + message;
}

/// What the model should know when it begins, or begins anew with less of what it knew.
json::object begin_session(ipc::Client& client, const HookCall& call, const std::string& project,
                           ipc::Deadline deadline) {
  json::object params = hook_origin(call);
  params["project"] = text::path_text(project);
  const auto result = call_method(client, "governor/session_began", std::move(params), deadline);
  const json::value* context = result ? result->if_contains("context") : nullptr;
  if (!context || !context->is_string() || context->get_string().empty()) return no_opinion();
  return told(call.event_name, context->get_string());
}

/// Where `evidence.stop_on_reject` is set: what the model reads instead of ending its turn, once.
std::string held_back(const std::string& why) {
  return "governor holds you back once before this turn ends. " + why +
         " Put right what you can, or tell the person plainly what does not work.";
}

/// What is only to be known, and what the model must know of it.
json::object observe(const Context& context, const ClaudeCodeOptions& options, HookCall& call,
                     ipc::Deadline deadline) {
  const auto patience = deadline.capped(kPatience);
  const bool has_written = call.writes && call.event != HookCall::Event::before;
  auto client = reach_daemon(context, has_written ? deadline : patience);
  if (!client) return has_written ? fall_back(options, call.event, client.error().message) : no_opinion();
  json::object answer = no_opinion();
  json::array changed;
  if (has_written) return after_write(*client, options, call, deadline);
  if (call.event == HookCall::Event::session_began) {
    answer = begin_session(*client, call, project_directory(context, call), patience);
  } else if (call.runs && call.event == HookCall::Event::before) {
    before_command(context, *client, call, patience);
  } else if (call.runs) {
    CommandReport report = after_command(context, *client, call, patience);
    answer = std::move(report.answer);
    changed = evidence_of_files(call, report.changed);
  }
  json::array events = evidence_of(call);
  events.insert(events.end(), changed.begin(), changed.end());
  if (events.empty()) return answer;
  const EvidenceReply reply = send_evidence(*client, call, std::move(events), patience);
  const bool may_hold = call.event == HookCall::Event::turn_ended && !call.stopped_before;
  if (may_hold && !reply.hold.empty()) return objection(held_back(reply.hold));
  const bool ended_tool =
      call.event == HookCall::Event::after || call.event == HookCall::Event::after_failure;
  if (ended_tool && answer.empty() && !reply.loop.empty())
    answer = told(call.event_name, "governor: " + reply.loop);
  if (ended_tool && !reply.notice.empty())
    answer = with_context(std::move(answer), call.event_name, "governor: " + reply.notice);
  return answer;
}

/// Where no daemon runs there is nothing to end, and Claude Code waits for no more than a moment.
void end_session(const Context& context, const HookCall& call, ipc::Deadline deadline) {
  const auto patience = deadline.capped(kEndPatience);
  if (auto client = reach_running_daemon(context, patience))
    (void)call_method(*client, "governor/session_ended", hook_origin(call), patience);
}

json::object answer_hook(const Context& context, const ClaudeCodeOptions& options, HookCall& call) {
  const auto deadline = ipc::Deadline::after(milliseconds_of(options.timeout_seconds));
  const auto text = read_input(context.input, kLargestInput, deadline);
  if (!text) return fall_back(options, call.event, text.error().message);
  call = read_hook_call(*text);
  if (!call.problem.empty()) return fall_back(options, call.event, call.problem);
  if (call.event == HookCall::Event::other) {
    return with_warning(no_opinion(), "governorctl guard claude-code does not know the hook " +
                                          call.event_name + "; see: governorctl install guards");
  }
  if (call.event == HookCall::Event::session_ended) {
    end_session(context, call, deadline);
    return no_opinion();
  }
  const bool asks_to_write = call.writes && call.event == HookCall::Event::before;
  json::object answer = asks_to_write ? before_write(context, options, call, deadline)
                                      : observe(context, options, call, deadline);
  // git is asked for it, which takes as long as all the rest of a hook: not at every tool.
  if (call.event != HookCall::Event::session_began && call.event != HookCall::Event::turn_ended)
    return answer;
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
