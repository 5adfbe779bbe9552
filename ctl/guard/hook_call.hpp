#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace governor::ctl {

/// What Claude Code tells a hook, as far as it matters here.
struct HookCall {
  enum class Event {
    before,  ///< a tool runs
    after,
    after_failure,
    session_began,
    session_ended,
    turn_began,
    turn_ended,
    subagent_began,
    subagent_ended,
    before_compaction,
    other
  };

  Event event = Event::before;
  std::string event_name;
  std::string session;          ///< the tool's own session id
  std::string subagent;         ///< which of its subagents acts; empty: the tool itself, or it did not say
  std::string tool_use;         ///< the tool's own id of this call; empty: it did not say
  std::string prompt;           ///< its id of the prompt that all this is about
  bool stopped_before = false;  ///< the model was kept from stopping, and stops now
  std::string cwd;
  std::string tool;
  bool runs = false;                       ///< the tool runs a command
  std::string command;                     ///< which
  bool writes = false;                     ///< the tool is one of those that write files
  std::string path;                        ///< as the tool was given it
  std::optional<std::int64_t> new_lines;   ///< of the whole file, where the tool writes it anew
  std::optional<std::int64_t> line_delta;  ///< where it edits: lines added less lines removed
  std::optional<std::string> new_content;  ///< that it will hold, where the daemon has to see it
  std::string problem;                     ///< why this cannot be judged; empty if it can
  boost::json::object input;               ///< all of it

  [[nodiscard]] bool is_about_tool() const {
    return event == Event::before || event == Event::after || event == Event::after_failure;
  }
};

/// Never fails: what is wrong with the text is in `problem`, with as much of the rest as could be read.
HookCall read_hook_call(std::string_view text);

/// Lines of a text, the last one counting without a newline as well.
std::int64_t count_lines(std::string_view text);

}  // namespace governor::ctl
