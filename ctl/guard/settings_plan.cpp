#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "ctl/guard/guard_plan.hpp"

namespace governor::ctl {

namespace {

constexpr const char* kBackupSuffix = ".before-governor";

ipc::Error settings_left(const std::string& path, ipc::Error error) {
  error.message = path + " is left as it is: " + error.message;
  return error;
}

struct Settings {
  std::string path;
  std::optional<std::string> text;
  std::optional<HookCommand> hook;
};

ipc::Result<Settings> read_settings(const std::string& path) {
  Settings settings{path, {}, {}};
  auto text = read_if_there(settings.path);
  if (!text) return text.error();
  settings.text = std::move(*text);
  if (!settings.text || settings.text->empty()) return settings;
  auto hook = find_hook(*settings.text);
  if (!hook) return settings_left(settings.path, hook.error());
  settings.hook = std::move(*hook);
  return settings;
}

// Whether the file is what installing the hook has made of `original`, and nobody has changed it since.
bool made_from(const std::string& original, const Settings& settings) {
  const auto made = with_hooks(original, *settings.hook);
  return made && *made == *settings.text;
}

}  // namespace

std::string claude_settings(const std::string& project, const std::string& name) {
  const std::string path = project + "/.claude/" + name;
  std::error_code failure;
  const auto real = std::filesystem::canonical(path, failure);
  return failure ? path : real.string();
}

ipc::Result<GuardPlan> plan_settings(const std::string& path, const HookCommand& hook) {
  const auto settings = read_settings(path);
  if (!settings) return settings.error();
  auto changed = with_hooks(settings->text.value_or(""), hook);
  if (!changed) return settings_left(settings->path, changed.error());
  GuardPlan plan{settings->path,
                 settings->text ? "change" : "create",
                 settings->text.value_or(""),
                 std::move(*changed),
                 "",
                 {}};
  if (plan.before == plan.after) {
    plan.action = "none";
    plan.note = "the hooks are there already";
    return plan;
  }
  const mode_t mode = mode_of(plan.path, 0644);
  if (settings->text && !settings->hook) {
    const std::string backup = plan.path + kBackupSuffix;
    plan.steps.push_back({FileStep::Kind::write, backup, "", plan.before, mode});
    plan.note = "what is there now is kept in " + backup;
  }
  plan.steps.push_back({FileStep::Kind::write, plan.path, "", plan.after, mode});
  return plan;
}

ipc::Result<GuardPlan> plan_settings_removal(const std::string& path) {
  const auto settings = read_settings(path);
  if (!settings) return settings.error();
  GuardPlan plan{settings->path, "none", settings->text.value_or(""), settings->text.value_or(""), "", {}};
  if (!settings->hook) {
    plan.note = "no hook of governor is there";
    return plan;
  }
  const std::string backup = plan.path + kBackupSuffix;
  const auto original = read_if_there(backup);
  if (!original) return original.error();
  if (*original && made_from(**original, *settings)) {
    plan.action = "restore";
    plan.after = **original;
    plan.steps.push_back({FileStep::Kind::rename, plan.path, backup});
    return plan;
  }
  if (!*original && made_from("", *settings)) {
    plan.action = "remove";
    plan.after.clear();
    plan.steps.push_back({FileStep::Kind::remove, plan.path});
    plan.steps.push_back(
        {FileStep::Kind::remove_if_empty, std::filesystem::path(plan.path).parent_path().string()});
    return plan;
  }
  auto without = without_hooks(*settings->text);
  if (!without) return settings_left(plan.path, without.error());
  plan.action = "change";
  plan.after = std::move(*without);
  plan.note = "it was changed since the hooks were installed, so only they are taken out";
  if (*original) plan.note += "; what was there before them stays in " + backup;
  plan.steps.push_back({FileStep::Kind::write, plan.path, "", plan.after, mode_of(plan.path, 0644)});
  return plan;
}

}  // namespace governor::ctl
