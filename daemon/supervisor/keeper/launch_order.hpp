#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace governor::daemon {

/// Where a program reads from.
enum class ProgramInput {
  nothing,  ///< /dev/null; it has no terminal
  prompt,   ///< the file with the prompt; it has no terminal
  terminal  ///< a terminal of its own, to which people can type
};

/// What a keeper is to start and keep. Reaches it as the file `launch.json`, in which bytes that are no text
/// stand as in text/path_text.hpp.
struct LaunchOrder {
  std::string id;
  std::vector<std::string> arguments;    ///< the first is the program, searched in the PATH that it gets
  std::vector<std::string> environment;  ///< "NAME=value", all that it gets
  std::string directory;
  ProgramInput input = ProgramInput::nothing;
  bool output_is_terminal = true;         ///< else a pipe, for programs that write JSON
  std::uint64_t output_limit = 16 << 20;  ///< bytes that are kept of what it writes
  std::int64_t timeout_seconds = 0;       ///< 0: none
  std::int64_t grace_ms = 10'000;         ///< between TERM and KILL
  std::uint64_t memory_bytes = 0;         ///< of each of its processes; 0: no limit
  std::string daemon_lock;  ///< whoever holds it is the daemon, which no end of an agent may end
  std::string tmux_socket;  ///< likewise the server there

  bool operator==(const LaunchOrder&) const = default;
};

std::string launch_json(const LaunchOrder& order);
core::Result<LaunchOrder> parse_launch(std::string_view json);

}  // namespace governor::daemon
