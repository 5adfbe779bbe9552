#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace governor::ctl {

/// What Claude Code tells a hook, as far as it matters here.
struct HookCall {
  enum class Event { before, after, after_failure, other };

  Event event = Event::before;
  std::string event_name;
  std::string session;   ///< the tool's own session id
  std::string subagent;  ///< which of its subagents acts; empty: the tool itself, or it did not say
  std::string tool_use;  ///< the tool's own id of this call; empty: it did not say
  std::string cwd;
  std::string tool;
  bool writes = false;                     ///< the tool is one of those that write files
  std::string path;                        ///< as the tool was given it
  std::optional<std::int64_t> new_lines;   ///< of the whole file, where the tool writes it anew
  std::optional<std::int64_t> line_delta;  ///< where it edits: lines added less lines removed
  std::string problem;                     ///< why this cannot be judged; empty if it can
};

/// Never fails: what is wrong with the text is in `problem`, with as much of the rest as could be read.
HookCall read_hook_call(std::string_view text);

/// Lines of a text, the last one counting without a newline as well.
std::int64_t count_lines(std::string_view text);

}  // namespace governor::ctl
