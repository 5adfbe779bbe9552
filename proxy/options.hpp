#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace governor::proxy {

struct Options {
  enum class Action { relay, help, version, health, usage_error };
  Action action = Action::relay;
  std::string tools;                     ///< tool profile, empty for the daemon's default
  std::chrono::seconds wait_at_end{60};  ///< as long as clients usually wait for an answer
  std::string error;                     ///< for usage_error
};

Options parse_options(std::span<const char* const> arguments);

std::string_view usage_text();

}  // namespace governor::proxy
