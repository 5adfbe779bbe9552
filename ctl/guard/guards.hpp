#pragma once

#include <string>

#include "ctl/context.hpp"

namespace governor::ctl {

struct ClaudeCodeOptions {
  std::string fallback = "ask";  ///< allow, deny or ask: the answer where there is none of the daemon
  std::string grant = "allow";   ///< allow, or none: a granted write is left to the tool's own rules
  double wait_seconds = 0;       ///< for a lease that another holds
  double timeout_seconds = 5;    ///< for everything else together
};

/// A hook of Claude Code: its JSON on the standard input, the answer on the standard output.
int guard_claude_code(const Context& context, const ClaudeCodeOptions& options);

struct GitOptions {
  std::string hook = "pre-commit";  ///< which of git's hooks runs this
  std::string fallback = "allow";   ///< allow or deny, where the daemon cannot be asked
  double timeout_seconds = 5;
};

/// git's hooks before a commit.
int guard_git(const Context& context, const GitOptions& options);

}  // namespace governor::ctl
