#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/deployment.hpp"
#include "core/error.hpp"
#include "daemon/supervisor/keeper/launch_order.hpp"

namespace governor::daemon {

/// What a program shows when it waits for a person.
struct WaitSign {
  core::WaitingFor waiting_for = core::WaitingFor::nothing;
  std::string text;  ///< a part of it; the case of letters does not matter
};

/// How a kind of agent is started and understood. Comes from the configuration, never from a tool call.
struct Runner {
  std::string name;
  std::vector<std::string> arguments;  ///< templates, see `expand_template`
  std::vector<std::string> resume;     ///< likewise, to go on with a session of its own; empty: it cannot
  ProgramInput input = ProgramInput::nothing;
  bool stream_json = false;        ///< its output is JSON lines, else text
  bool ends_after_result = false;  ///< it is over with the event `result`, also if it stays
  std::vector<std::string> pass;   ///< names of variables that are let through; `*` at an end: all such
  std::vector<std::pair<std::string, std::string>> environment;  ///< always set
  std::vector<std::string> setup;    ///< command that prepares a worktree; empty: none
  std::int64_t timeout_seconds = 0;  ///< where none is asked for; 0: none
  std::uint64_t memory_mb = 0;       ///< of each of its processes; 0: no limit
  std::uint64_t output_mb = 16;      ///< that are kept
  std::vector<WaitSign> waits;
};

/// claude, codex, gemini, and generic, which needs a command from the configuration.
std::vector<Runner> built_in_runners();

/// What stands for the names in braces.
struct TemplateValues {
  std::string_view prompt;
  std::string prompt_file;
  std::string agent_id;
  std::string task_id;
  std::string cwd;
  std::string mcp_config;
  std::string settings;
  std::string session;
};

/// The element with each `{name}` that is known replaced, once and by nothing but its value; what else stands
/// in braces stays.
std::string expand_template(std::string_view element, const TemplateValues& values);

/// Linux refuses longer arguments.
inline constexpr std::size_t kLongestArgument = 128 * 1024 - 1;

/// Whether the runner lets the variable through.
bool lets_through(const Runner& runner, std::string_view name);

}  // namespace governor::daemon
