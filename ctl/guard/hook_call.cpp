#include "ctl/guard/hook_call.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "ctl/guard/edited_content.hpp"
#include "ipc/json_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

std::string member_text(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

bool is_true(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found && found->is_bool() && found->get_bool();
}

HookCall::Event event_of(std::string_view name) {
  using Event = HookCall::Event;
  struct Named {
    std::string_view name;
    Event event;
  };
  static constexpr Named kEvents[] = {
      {"PreToolUse", Event::before},
      {"PostToolUse", Event::after},
      {"PostToolUseFailure", Event::after_failure},
      {"SessionStart", Event::session_began},
      {"SessionEnd", Event::session_ended},
      {"UserPromptSubmit", Event::turn_began},
      {"Stop", Event::turn_ended},
      {"SubagentStart", Event::subagent_began},
      {"SubagentStop", Event::subagent_ended},
      {"PreCompact", Event::before_compaction},
  };
  for (const Named& known : kEvents)
    if (known.name == name) return known.event;
  return Event::other;
}

/// To be read to its end. What is no file of bytes on the disk has no lines that could be lost, and to open a
/// fifo would take until somebody writes to it.
std::ifstream open_file(const std::string& path) {
  std::error_code failure;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, failure)) file.open(path, std::ios::binary);
  return file;
}

std::int64_t newlines(std::string_view text) {
  return std::count(text.begin(), text.end(), '\n');
}

// How often the old text stands in the file: only an edit of all places that takes lines away needs to know.
std::int64_t occurrences(const std::string& path, std::string_view text) {
  constexpr std::size_t kLargest = 8 * 1024 * 1024;
  std::ifstream file = open_file(path);
  std::string content;
  for (char buffer[64 * 1024]; file.is_open() && file && content.size() < kLargest;) {
    file.read(buffer, sizeof buffer);
    content.append(buffer, static_cast<std::size_t>(file.gcount()));
  }
  std::int64_t found = 0;
  for (std::size_t at = content.find(text); at != std::string::npos;
       at = content.find(text, at + text.size()))
    ++found;
  return std::max<std::int64_t>(found, 1);
}

std::int64_t delta_of(const json::object& edit, const std::string& path) {
  const std::string before = member_text(edit, "old_string");
  const std::string after = member_text(edit, "new_string");
  const std::int64_t delta = newlines(after) - newlines(before);
  return delta < 0 && is_true(edit, "replace_all") ? delta * occurrences(path, before) : delta;
}

/// Whether so much of a long file would go that the daemon asks a person, who agrees to one content only.
bool may_lose_much(const HookCall& call, const std::string& path) {
  constexpr std::int64_t kLongFile = 50;
  if (call.line_delta) return *call.line_delta < -kLongFile / 2;
  if (!call.new_lines) return false;
  std::ifstream file = open_file(path);
  std::int64_t lines = 0;
  for (char buffer[64 * 1024];
       file.is_open() && file && lines < std::max(kLongFile, *call.new_lines * 2 + 1);) {
    file.read(buffer, sizeof buffer);
    lines += newlines({buffer, static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0))});
  }
  return lines + 1 >= kLongFile && *call.new_lines * 2 < lines + 1;
}

void read_write(HookCall& call, const json::object& input) {
  const bool notebook = call.tool == "NotebookEdit";
  call.path = member_text(input, notebook ? "notebook_path" : "file_path");
  if (call.path.empty()) {
    call.problem = "tool_input of " + call.tool + " names no " + (notebook ? "notebook_path" : "file_path");
    return;
  }
  const std::string absolute =
      call.path.starts_with('/') || call.cwd.empty() ? call.path : call.cwd + '/' + call.path;
  if (call.tool == "Write") {
    const json::value* content = input.if_contains("content");
    if (content && content->is_string()) {
      call.new_lines = count_lines(content->get_string());
    } else {
      call.problem = "tool_input of Write has no content";
    }
  } else if (call.tool == "Edit") {
    call.line_delta = delta_of(input, absolute);
  } else if (call.tool == "MultiEdit") {
    std::int64_t sum = 0;
    if (const json::value* edits = input.if_contains("edits"); edits && edits->is_array()) {
      for (const json::value& edit : edits->get_array())
        if (edit.is_object()) sum += delta_of(edit.get_object(), absolute);
    }
    call.line_delta = sum;
  }
  if (call.event == HookCall::Event::before && (may_name_hooks(call.path) || may_lose_much(call, absolute)))
    call.new_content = content_after(call.tool, input, absolute);
}

void read_members(HookCall& call, const json::object& input) {
  call.event_name = member_text(input, "hook_event_name");
  call.session = member_text(input, "session_id");
  // Newer versions of Claude Code tell both; older ones leave agent_id out.
  call.subagent = member_text(input, "agent_id");
  call.tool_use = member_text(input, "tool_use_id");
  call.prompt = member_text(input, "prompt_id");
  call.stopped_before = is_true(input, "stop_hook_active");
  call.cwd = member_text(input, "cwd");
  call.tool = member_text(input, "tool_name");
  if (call.event_name.empty()) {
    call.problem = "the hook's input has no hook_event_name";
    return;
  }
  call.event = event_of(call.event_name);
  if (!call.is_about_tool()) return;
  if (call.tool.empty()) {
    call.problem = "the hook's input has no tool_name";
    return;
  }
  call.writes =
      call.tool == "Write" || call.tool == "Edit" || call.tool == "MultiEdit" || call.tool == "NotebookEdit";
  call.runs = call.tool == "Bash";
  if (call.runs) {
    const json::value* tool_input = input.if_contains("tool_input");
    if (tool_input && tool_input->is_object())
      call.command = member_text(tool_input->get_object(), "command");
  }
  if (!call.writes) return;
  if (call.session.empty()) {
    call.problem = "the hook's input has no session_id";
    return;
  }
  const json::value* tool_input = input.if_contains("tool_input");
  if (!tool_input || !tool_input->is_object()) {
    call.problem = "the hook's input has no tool_input";
    return;
  }
  read_write(call, tool_input->get_object());
}

}  // namespace

std::int64_t count_lines(std::string_view text) {
  return newlines(text) + (text.empty() || text.back() == '\n' ? 0 : 1);
}

HookCall read_hook_call(std::string_view text) {
  HookCall call;
  boost::system::error_code failure;
  json::value parsed = json::parse(text, failure);
  if (const auto repaired = failure ? ipc::without_lone_surrogates(text) : std::nullopt) {
    parsed = json::parse(*repaired, failure);
  }
  if (failure) {
    call.problem = text.empty() ? "the standard input is empty, expected the JSON of a hook"
                                : "the standard input is not JSON: " + failure.message();
  } else if (!parsed.is_object()) {
    call.problem = "the standard input is not a JSON object";
  } else {
    read_members(call, parsed.get_object());
    call.input = std::move(parsed.get_object());
  }
  return call;
}

}  // namespace governor::ctl
