#include "proxy/options.hpp"

namespace governor::proxy {
namespace {

constexpr std::string_view kTools = "--tools";

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
    } else if (argument == kTools || argument.starts_with("--tools=")) {
      const bool separate = argument == kTools;
      if (separate && i + 1 == arguments.size())
        return usage_error("--tools needs a profile, for example core");
      options.tools = separate ? std::string_view(arguments[++i]) : argument.substr(kTools.size() + 1);
      if (!is_tools_value(options.tools)) {
        return usage_error("--tools is \"" + options.tools +
                           "\", expected core, full or a comma list of groups");
      }
    } else {
      return usage_error("unknown option \"" + std::string(argument) + "\"");
    }
  }
  return options;
}

std::string_view usage_text() {
  return R"(Usage: governor-proxy [--tools PROFILE]
       governor-proxy --health | --version | --help

Relays MCP messages between standard input and output and the governor daemon of this user, which it starts
when there is none. An IDE starts it; its configuration names it as the command of an MCP server.

  --tools PROFILE  which tools to offer: core (default), full, or a comma list of groups
  --health         print the running daemon's health as JSON and exit with
                   0 ok, 1 degraded, 2 failing, 3 not running
  --version        print the version and build
  --help           print this text

Environment: GOVERNOR_RUNTIME_DIR, GOVERNOR_STATE_DIR, GOVERNOR_CONFIG (absolute paths), GOVERNOR_DAEMON (the
daemon's executable).
)";
}

}  // namespace governor::proxy
