#include "proxy/options.hpp"

#include <charconv>
#include <optional>

namespace governor::proxy {
namespace {

constexpr std::string_view kTools = "--tools";
constexpr std::string_view kWaitAtEnd = "--wait-at-end";
constexpr unsigned kLongestWait = 3600;

Options usage_error(std::string message) {
  Options options;
  options.action = Options::Action::usage_error;
  options.error = std::move(message);
  return options;
}

bool is_tools_value(std::string_view value) {
  return !value.empty() && value.size() <= 256 &&
         value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-,.") ==
             std::string_view::npos;
}

/// The value of an option that begins the arguments at `i`, as "--name value" or "--name=value"; `i` moves to
/// what was used last. Nothing if it is another option, or the value is missing.
std::optional<std::string_view> value_of(std::string_view name, std::span<const char* const> arguments,
                                         std::size_t& i) {
  const std::string_view argument = arguments[i];
  if (argument.starts_with(name) && argument.substr(name.size()).starts_with('=')) {
    return argument.substr(name.size() + 1);
  }
  if (argument != name || i + 1 == arguments.size()) return std::nullopt;
  return arguments[++i];
}

std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  unsigned seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc() || end != text.data() + text.size() || seconds > kLongestWait)
    return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace

Options parse_options(std::span<const char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--help" || argument == "-h") {
      options.action = Options::Action::help;
    } else if (argument == "--version") {
      options.action = Options::Action::version;
    } else if (argument == "--health") {
      options.action = Options::Action::health;
    } else if (const auto tools = value_of(kTools, arguments, i)) {
      options.tools = *tools;
      if (!is_tools_value(options.tools)) {
        return usage_error("--tools is \"" + options.tools +
                           "\", expected core, full or a comma list of groups");
      }
    } else if (const auto wait = value_of(kWaitAtEnd, arguments, i)) {
      const auto seconds = parse_seconds(*wait);
      if (!seconds) {
        return usage_error("--wait-at-end is \"" + std::string(*wait) +
                           "\", expected a number of seconds up to " + std::to_string(kLongestWait));
      }
      options.wait_at_end = *seconds;
    } else if (argument == kTools) {
      return usage_error("--tools needs a profile, for example core");
    } else if (argument == kWaitAtEnd) {
      return usage_error("--wait-at-end needs a number of seconds");
    } else {
      return usage_error("unknown option \"" + std::string(argument) + "\"");
    }
  }
  return options;
}

std::string_view usage_text() {
  return R"(Usage: governor-proxy [--tools PROFILE] [--wait-at-end SECONDS]
       governor-proxy --health | --version | --help

Relays MCP messages between standard input and output and the governor daemon of this user, which it starts
when there is none. An IDE starts it; its configuration names it as the command of an MCP server. At the end of
its input it waits for the last answers and ends.

  --tools PROFILE        which tools to offer: core (default), full, or a comma list of groups to add to core,
                         such as tasks,server; -core leaves core out, as in -core,tasks
  --wait-at-end SECONDS  how long to wait, after the end of the input, for a next answer (default 60)
  --health               print the running daemon's health as JSON and exit with
                         0 ok, 1 degraded, 2 failing, 3 not running
  --version              print the version and build
  --help                 print this text

Exit codes: 0 all was answered, 1 failed, 2 wrong usage, 4 requests were left without an answer, or answers were
not read: standard error says how many.

Environment: GOVERNOR_RUNTIME_DIR, GOVERNOR_STATE_DIR, GOVERNOR_CONFIG (absolute paths), GOVERNOR_DAEMON (the
daemon's executable).
)";
}

}  // namespace governor::proxy
