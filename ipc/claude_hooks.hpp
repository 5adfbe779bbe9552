#pragma once

#include <string_view>

namespace governor::ipc {

/// An event of Claude Code that its hooks are asked about, and for which tools.
struct ClaudeHookEvent {
  std::string_view name;
  std::string_view matcher;  ///< empty: the event is about no tool
};
inline constexpr ClaudeHookEvent kClaudeHookEvents[] = {
    {"PreToolUse", "Write|Edit|MultiEdit|NotebookEdit|Bash"},
    {"PostToolUse", "*"},
    {"PostToolUseFailure", "*"},
    {"SessionStart", ""},
    {"SessionEnd", ""},
    {"UserPromptSubmit", ""},
    {"SubagentStart", ""},
    {"SubagentStop", ""},
    {"Stop", ""},
};
/// After which it gives a hook up.
inline constexpr int kClaudeHookSeconds = 15;

}  // namespace governor::ipc
