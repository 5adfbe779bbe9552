#include "ctl/guard/guards_check.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "ctl/guard/claude_switches.hpp"
#include "ctl/guard/guard_plan.hpp"
#include "ctl/guard/guard_record.hpp"
#include "ctl/guard/shell_word.hpp"

namespace governor::ctl {

namespace {

std::string project_of(const std::string& settings) {
  return std::filesystem::path(settings).parent_path().parent_path().string();
}

void check_hooks(const GitPlaces& places, GuardsCheck& check) {
  const auto plans = plan_hooks(places);
  const bool wanted = is_there(guard_script(places));
  check.installed = check.installed || wanted;
  if (!plans) {
    if (wanted) check.missing.push_back(plans.error().message);
    return;
  }
  for (const GuardPlan& plan : *plans) {
    if (wanted && plan.action != "none")
      check.missing.push_back(plan.path + " does not ask governor any more");
    // Lines in a hook of the team do not mean that anybody wants them here.
    if (!wanted && plan.machine_only && has_block(plan.before)) {
      check.installed = true;
      check.missing.push_back(guard_script(places) + " is gone, so no commit is checked");
      return;
    }
  }
}

void check_settings(const ipc::Environment& environment, const std::string& path, GuardsCheck& check) {
  const std::string project = project_of(path);
  if (!is_there(project)) return;  // a checkout that is no more
  const auto text = read_if_there(path);
  const auto hook =
      text ? find_hook(text->value_or("{}")) : ipc::Result<std::optional<HookCommand>>(text.error());
  if (!hook) {
    check.missing.push_back(path + " cannot be read: " + hook.error().message);
  } else if (!*hook || *with_hooks(**text, **hook) != **text) {
    check.missing.push_back(path + " has the hooks of governor no more");
  }
  if (auto off = hooks_switched_off(environment, project)) check.missing.push_back(std::move(*off));
}

}  // namespace

GuardsCheck check_guards(const ipc::Environment& environment, const GitPlaces& places) {
  GuardsCheck check;
  check_hooks(places, check);
  const auto record = read_record(places);
  if (!record) return check;
  for (const std::string& path : record->settings) check_settings(environment, path, check);
  check.installed = check.installed || !record->settings.empty();
  const std::string project = record->settings.empty() ? places.top : project_of(record->settings.front());
  check.remedy = "governorctl install guards --project " + shell_word(project) + record->options;
  return check;
}

GuardsCheck check_guards_without_git(const ipc::Environment& environment, const std::string& project) {
  GuardsCheck check;
  check.remedy = "governorctl install guards --project " + shell_word(project);
  for (const char* name : {"/.claude/settings.local.json", "/.claude/settings.json"}) {
    const auto text = read_if_there(project + name);
    if (!text || !*text || (*text)->find("guard claude-code") == std::string::npos) continue;
    check.installed = true;
    check_settings(environment, project + name, check);
  }
  return check;
}

GuardsCheck check_user_guards(const ipc::Environment& environment) {
  GuardsCheck check;
  const std::string path = claude_settings_of_user(environment);
  const auto text = read_if_there(path);
  check.installed = text && *text && (*text)->find("guard claude-code") != std::string::npos;
  check.remedy = "governorctl install guards --user";
  if (!check.installed) return check;
  const auto hook = find_hook(**text);
  if (!hook) {
    check.missing.push_back(path + " cannot be read: " + hook.error().message);
  } else if (!*hook || *with_hooks(**text, **hook) != **text) {
    check.missing.push_back(path + " lacks some of governor's hooks");
  }
  if (auto off = hooks_switched_off(environment, {})) check.missing.push_back(std::move(*off));
  return check;
}

std::string missing_guards_message(const ipc::Environment& environment, const std::string& directory,
                                   ipc::Deadline deadline) {
  const auto places = GitRepository(environment, directory).places(deadline);
  if (!places) return "";
  const GuardsCheck check = check_guards(environment, *places);
  if (check.missing.empty()) return "";
  std::string text = "not all guards of governor are in place: ";
  for (std::size_t i = 0; i < check.missing.size(); ++i) text += (i > 0 ? "; " : "") + check.missing[i];
  return text + ". To put them back: " + check.remedy;
}

}  // namespace governor::ctl
