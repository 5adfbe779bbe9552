#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ipc/error.hpp"

namespace governor::ctl {

/// A hook as Claude Code's settings name it.
struct HookCommand {
  std::string command;
  int timeout_seconds = 0;
  bool operator==(const HookCommand&) const = default;
};

// The text of a settings.json is changed where the hooks are and nowhere else: every other byte stays, and
// with it order, layout and the digits of numbers. What is no JSON object of the expected shape is refused.

/// The text with this hook before and after each writing tool, in place of an older one of ours. An empty
/// text is a file that is not there.
ipc::Result<std::string> with_hooks(std::string_view text, const HookCommand& hook);

/// The text without any hook of ours.
ipc::Result<std::string> without_hooks(std::string_view text);

/// The first hook of ours.
ipc::Result<std::optional<HookCommand>> find_hook(std::string_view text);

}  // namespace governor::ctl
