#include "daemon/files/hook_switches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "daemon/files/git_settings.hpp"
#include "ipc/json_text.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::string_view kClaudeGuard = " guard claude-code";

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view directory_of(std::string_view path) {
  return path.substr(0, std::min(path.rfind('/'), path.size()));
}

bool is_claude_settings(std::string_view path) {
  const std::string_view name = file_name(path);
  return name == "settings.json" || name == "settings.local.json";
}

bool is_within_git(std::string_view path) {
  return path.find(".git/") != std::string_view::npos;
}

bool is_git_configuration(std::string_view path) {
  const std::string_view name = file_name(path);
  if (name == ".gitconfig") return true;
  if (name != "config" && name != "config.worktree") return false;
  return is_within_git(path) || directory_of(path).ends_with("/git");
}

/// Where a checkout has its repository, and with it its hooks.
bool is_git_pointer(std::string_view path) {
  const std::string_view name = file_name(path);
  return name == ".git" || (name == "commondir" && is_within_git(path));
}

core::Error switch_refusal(const std::string& path, std::string_view what) {
  core::Error error(core::ErrorCode::conflict, fmt::format("{}: {}.", path, what),
                    "Leave that to the person who runs governor. Anything else in the file may be changed.");
  error.field = "path";
  error.given = path;
  error.expected = "a content with which all hooks go on to run";
  return error;
}

/// None: nobody reads it as settings.
std::optional<json::object> settings_in(std::string_view text) {
  text = ipc::without_byte_order_mark(text);
  boost::system::error_code failure;
  json::value parsed = json::parse(text, failure);
  if (const auto repaired = failure ? ipc::without_lone_surrogates(text) : std::nullopt)
    parsed = json::parse(*repaired, failure);
  if (failure || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.get_object());
}

const json::array* list_in(const json::value& object, std::string_view name) {
  const json::value* found = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return found != nullptr ? found->if_array() : nullptr;
}

/// Each hook of governor, with all that says when and how it runs.
std::vector<std::string> guards_in(const json::object& settings) {
  std::vector<std::string> guards;
  const json::value* events = settings.if_contains("hooks");
  if (events == nullptr || !events->is_object()) return guards;
  for (const auto& event : events->get_object()) {
    const json::array* groups = event.value().if_array();
    if (groups == nullptr) continue;
    for (const json::value& group : *groups) {
      const json::array* hooks = list_in(group, "hooks");
      if (hooks == nullptr) continue;
      const json::value* matcher = group.get_object().if_contains("matcher");
      for (const json::value& hook : *hooks) {
        std::string text = json::serialize(hook);
        if (text.find(kClaudeGuard) == std::string::npos) continue;
        guards.push_back(fmt::format("{} {} {}", std::string_view(event.key()),
                                     matcher != nullptr ? json::serialize(*matcher) : "", text));
      }
    }
  }
  std::sort(guards.begin(), guards.end());
  return guards;
}

bool is_on(const std::optional<json::object>& settings, std::string_view name) {
  const json::value* found = settings ? settings->if_contains(name) : nullptr;
  return found != nullptr && !(found->is_bool() && !found->get_bool());
}

/// Claude Code gives its hooks the variables of `env`: one by which another governor, or none, would answer.
std::optional<std::string> redirection_in(const std::optional<json::object>& settings) {
  const json::value* variables = settings ? settings->if_contains("env") : nullptr;
  if (variables == nullptr || !variables->is_object()) return std::nullopt;
  for (const auto& variable : variables->get_object()) {
    const std::string_view name = variable.key();
    if (name.starts_with("GOVERNOR_") || name == "XDG_RUNTIME_DIR" || name == "XDG_STATE_HOME" ||
        name == "LD_PRELOAD")
      return fmt::format("{}={}", name, json::serialize(variable.value()));
  }
  return std::nullopt;
}

std::optional<core::Error> find_claude_switch(const std::string& path, std::string_view before,
                                              std::string_view after) {
  const auto old_settings = settings_in(before);
  const auto new_settings = settings_in(after);
  const auto old_guards = old_settings ? guards_in(*old_settings) : std::vector<std::string>();
  const auto new_guards = new_settings ? guards_in(*new_settings) : std::vector<std::string>();
  if (!std::includes(new_guards.begin(), new_guards.end(), old_guards.begin(), old_guards.end())) {
    return switch_refusal(path,
                          "this would take away or change the hooks with which Claude Code asks governor");
  }
  if (is_on(new_settings, "disableAllHooks") && !is_on(old_settings, "disableAllHooks"))
    return switch_refusal(path, "disableAllHooks would keep Claude Code from asking governor");
  if (const auto name = redirection_in(new_settings); name && redirection_in(old_settings) != name)
    return switch_refusal(path, fmt::format("{} in \"env\" would send the hooks to another governor", *name));
  // What cannot be read here might be read by others.
  if (!new_settings && after.find("disableAllHooks") != std::string_view::npos)
    return switch_refusal(path, "it speaks of disableAllHooks and is no JSON object that could be checked");
  return std::nullopt;
}

/// Where hooks are, and other files in which that may stand.
std::vector<std::string> hook_places(std::string_view text) {
  auto settings = read_git_settings(text);
  std::erase_if(settings, [](const std::string& setting) {
    return !setting.starts_with("core.hookspath") && !setting.starts_with("include.path") &&
           !setting.starts_with("includeif ");
  });
  return settings;
}

}  // namespace

bool may_switch_hooks(std::string_view path) {
  return is_claude_settings(path) || is_git_configuration(path) || is_git_pointer(path);
}

bool holds_claude_guard(std::string_view path, std::string_view content) {
  if (!is_claude_settings(path)) return false;
  const auto settings = settings_in(content);
  return settings && !guards_in(*settings).empty();
}

std::optional<core::Error> switches_hooks_off(const std::string& path, std::string_view before,
                                              std::string_view after) {
  if (is_claude_settings(path)) return find_claude_switch(path, before, after);
  if (is_git_pointer(path) && before != after)
    return switch_refusal(path, "it says where this checkout has its repository, and with it its hooks");
  if (is_git_configuration(path) && hook_places(before) != hook_places(after)) {
    return switch_refusal(
        path, "this would change where git looks for hooks (core.hooksPath, or another file by include)");
  }
  return std::nullopt;
}

}  // namespace governor::daemon
