#include "ctl/guard/claude_switches.hpp"

#include <boost/json.hpp>
#include <string_view>
#include <vector>

#include "ctl/guard/guard_plan.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

#ifdef __APPLE__
constexpr const char* kManagedSettings = "/Library/Application Support/ClaudeCode/managed-settings.json";
#else
constexpr const char* kManagedSettings = "/etc/claude-code/managed-settings.json";
#endif

// Settings that cannot be read switch nothing off.
std::optional<bool> switch_in(const std::string& path, std::string_view name) {
  const auto text = read_if_there(path);
  if (!text || !*text) return std::nullopt;
  boost::system::error_code failure;
  const json::value settings = json::parse(**text, failure);
  const json::value* found =
      !failure && settings.is_object() ? settings.get_object().if_contains(name) : nullptr;
  if (!found || !found->is_bool()) return std::nullopt;
  return found->get_bool();
}

}  // namespace

std::string claude_settings_of_user(const ipc::Environment& environment) {
  if (const auto directory = environment.lookup("CLAUDE_CONFIG_DIR"))
    return std::string(*directory) + "/settings.json";
  const auto home = environment.lookup("HOME");
  return (home ? std::string(*home) + '/' : std::string()) + ".claude/settings.json";
}

std::optional<std::string> hooks_switched_off(const ipc::Environment& environment,
                                              const std::string& project) {
  for (const char* name : {"disableAllHooks", "allowManagedHooksOnly"})
    if (switch_in(kManagedSettings, name).value_or(false))
      return "Claude Code runs no hooks of projects here: " + std::string(name) + " in " + kManagedSettings;
  // The first that speaks of it decides.
  for (const std::string& path : {project + "/.claude/settings.local.json",
                                  project + "/.claude/settings.json", claude_settings_of_user(environment)}) {
    const auto disabled = switch_in(path, "disableAllHooks");
    if (disabled && *disabled) return "Claude Code runs no hooks here: disableAllHooks in " + path;
    if (disabled) break;
  }
  return std::nullopt;
}

}  // namespace governor::ctl
