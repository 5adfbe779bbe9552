#include "ctl/guard/hook_evidence.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/guard/hook_request.hpp"
#include "text/path_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::size_t kOutputTail = 4096;
constexpr std::size_t kLongestCommand = 64 * 1024;
constexpr std::size_t kLongestSource = 240;
constexpr std::size_t kLongestTool = 64;

const json::object& object_in(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const json::value* found = object.if_contains(name);
  return found && found->is_object() ? found->get_object() : kNone;
}

std::string_view member_of(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

/// The end of a text, from the beginning of a character.
std::string_view tail(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  text.remove_prefix(text.size() - most);
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0U) == 0x80U) text.remove_prefix(1);
  return text;
}

std::string_view head(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most);
}

/// 64 bits of FNV-1a: it only has to be the same for the same edit.
std::string fingerprint(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return std::to_string(hash);
}

/// The same for the same event, however often its hook runs; empty: the event has no name of its own.
std::string source_of(const HookCall& call) {
  const std::string& what = call.tool_use.empty() ? call.prompt : call.tool_use;
  if (what.empty()) return {};
  std::string source = call.session + '/' + call.subagent + '/' + call.event_name + '/' + what;
  if (call.stopped_before) source += "/again";
  return std::string(head(source, kLongestSource));
}

json::object event_named(std::string_view name, const HookCall& call) {
  json::object event;
  event["event"] = name;
  if (const std::string source = source_of(call); !source.empty()) event["source"] = source;
  return event;
}

/// Claude Code tells the exit code of a command that failed in the first line of its error.
std::optional<int> exit_code_of(std::string_view error) {
  constexpr std::string_view kBeginning = "Exit code ";
  if (!error.starts_with(kBeginning)) return std::nullopt;
  int code = 0;
  const char* const begin = error.data() + kBeginning.size();
  if (std::from_chars(begin, error.data() + error.size(), code).ec != std::errc()) return std::nullopt;
  return code;
}

void add_command(json::object& event, const HookCall& call) {
  event["command"] = head(call.command, kLongestCommand);
  const json::object& response = object_in(call.input, "tool_response");
  const std::string_view error = member_of(call.input, "error");
  if (const auto code = exit_code_of(error)) event["exit_code"] = *code;
  std::string output(member_of(response, "stdout"));
  if (const std::string_view more = member_of(response, "stderr"); !more.empty()) {
    output += '\n';
    output += more;
  }
  if (output.empty()) output = error;
  event["output"] = tail(output, kOutputTail);
  event["output_bytes"] = output.size();
}

/// What the tool says that it did to the lines of the file.
void add_lines(json::object& event, const HookCall& call) {
  const json::object& response = object_in(call.input, "tool_response");
  std::int64_t added = 0;
  std::int64_t removed = 0;
  const json::value* patch = response.if_contains("structuredPatch");
  for (const json::value& hunk : patch && patch->is_array() ? patch->get_array() : json::array()) {
    const json::value* lines = hunk.is_object() ? hunk.get_object().if_contains("lines") : nullptr;
    for (const json::value& line : lines && lines->is_array() ? lines->get_array() : json::array()) {
      if (!line.is_string()) continue;
      added += line.get_string().starts_with('+') ? 1 : 0;
      removed += line.get_string().starts_with('-') ? 1 : 0;
    }
  }
  const bool created = member_of(response, "type") == "create";
  if (created) added = call.new_lines.value_or(0);
  event["lines_added"] = added;
  event["lines_removed"] = removed;
  event["created"] = created;
}

json::object tool_event(const HookCall& call) {
  json::object event = event_named("tool_used", call);
  const bool success = call.event == HookCall::Event::after;
  event["tool"] = head(call.tool, kLongestTool);
  event["success"] = success;
  if (const json::value* took = call.input.if_contains("duration_ms"); took && took->is_int64())
    event["duration_ms"] = std::max<std::int64_t>(took->get_int64(), 0);
  if (call.runs) add_command(event, call);
  if (!call.writes) return event;
  event["path"] = text::path_text(call.path);
  event["edit"] = fingerprint(json::serialize(object_in(call.input, "tool_input")));
  if (success) add_lines(event, call);
  return event;
}

json::object ended_event(const HookCall& call) {
  json::object event = event_named("turn_ended", call);
  event["prose_bytes"] = member_of(call.input, "last_assistant_message").size();
  return event;
}

}  // namespace

json::array evidence_of(const HookCall& call) {
  using Event = HookCall::Event;
  switch (call.event) {
    case Event::after:
    case Event::after_failure: return {tool_event(call)};
    case Event::turn_began:
    case Event::subagent_began: return {event_named("turn_began", call)};
    case Event::turn_ended:
    case Event::subagent_ended: return {ended_event(call)};
    default: return {};
  }
}

json::array evidence_of_files(const HookCall& call, const json::array& changed) {
  json::array events;
  for (const json::value& file : changed) {
    if (!file.is_object()) continue;
    json::object event = event_named("file_changed", call);
    // One call of the tool may change many.
    const std::string number = '/' + std::to_string(events.size());
    if (json::value* source = event.if_contains("source")) source->get_string() += number;
    for (const auto& [name, value] : file.get_object())
      if (name != "content_sha256" || value != json::value("")) event[name] = value;
    events.emplace_back(std::move(event));
  }
  return events;
}

EvidenceReply send_evidence(ipc::Client& client, const HookCall& call, json::array events,
                            ipc::Deadline deadline) {
  json::object params = hook_origin(call);
  params["events"] = std::move(events);
  const auto result = call_method(client, "governor/record_evidence", std::move(params), deadline);
  if (!result) return {};
  return {std::string(member_of(*result, "hold")), std::string(member_of(*result, "loop")),
          std::string(member_of(*result, "notice"))};
}

}  // namespace governor::ctl
