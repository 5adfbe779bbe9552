#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/guard/guard_plan.hpp"

namespace governor::ctl {

namespace {

std::string lefthook_entries(const std::vector<std::string_view>& hooks) {
  std::string text =
      "# governor >>> Asks governor (governorctl install guards). This file is this machine's alone.\n";
  for (const std::string_view hook : hooks) {
    text += std::string(hook) + ":\n  commands:\n    governor:\n      run: |\n";
    text += "        governor_guard=\"$(git rev-parse --git-common-dir)/governor/guard\"\n";
    text += "        [ ! -f \"$governor_guard\" ] || sh \"$governor_guard\" " + std::string(hook) + "\n";
  }
  return text + "# governor <<<\n";
}

struct LocalConfiguration {
  std::string path;
  std::optional<std::string> text;
};

// lefthook takes the first that it finds.
ipc::Result<LocalConfiguration> find_local_configuration(const std::string& top) {
  for (const char* name : {"lefthook-local", ".lefthook-local", ".config/lefthook-local"}) {
    for (const char* ending : {".yml", ".yaml", ".json", ".jsonc", ".toml"}) {
      const std::string path = top + '/' + name + ending;
      auto text = read_if_there(path);
      if (!text) return text.error();
      if (*text) return LocalConfiguration{path, std::move(*text)};
    }
  }
  return LocalConfiguration{top + "/lefthook-local.yml", {}};
}

// Whether lines of ours can stand before the others without changing what those mean.
bool takes_entries(std::string_view text, const std::vector<std::string_view>& hooks) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with("---") || line.starts_with('%') || line.starts_with('{')) return false;
    if (line.starts_with('"') || line.starts_with('\'')) line.remove_prefix(1);
    const auto set_here = [line](std::string_view hook) {
      return line.starts_with(hook) && line.size() > hook.size() &&
             std::string_view(":\"' \t").find(line[hook.size()]) != std::string_view::npos;
    };
    if (std::any_of(hooks.begin(), hooks.end(), set_here)) return false;
  }
  return true;
}

}  // namespace

ipc::Result<GuardPlan> plan_lefthook(const std::string& top, const std::vector<std::string_view>& hooks) {
  const auto local = find_local_configuration(top);
  if (!local) return local.error();
  GuardPlan plan{local->path, local->text ? "change" : "create", local->text.value_or(""), "", "", {}};
  const auto rest = without_block(plan.before);
  const bool yaml = local->path.ends_with(".yml") || local->path.ends_with(".yaml");
  if (!rest || !yaml || !takes_entries(*rest, hooks)) {
    return ipc::Error{
        ipc::Errc::protocol_error, 0,
        local->path + " is left as it is: " +
            (rest ? "the guard cannot be added to what it holds. Add this by hand, or install the "
                    "rest with --only claude-code:\n" +
                        lefthook_entries(hooks)
                  : rest.error().message)};
  }
  plan.after = lefthook_entries(hooks) + *rest;
  plan.machine_only = rest->empty();
  if (plan.after == plan.before) {
    plan.action = "none";
    plan.note = "the guard is there already";
    return plan;
  }
  plan.note = "lefthook reads it beside the configuration of the team";
  plan.steps.push_back({FileStep::Kind::write, plan.path, "", plan.after, mode_of(plan.path, 0644)});
  return plan;
}

ipc::Result<GuardPlan> plan_lefthook_removal(const std::string& top) {
  const auto local = find_local_configuration(top);
  if (!local) return local.error();
  GuardPlan plan{local->path, "none", local->text.value_or(""), local->text.value_or(""), "", {}};
  if (!has_block(plan.before)) return plan;
  auto rest = without_block(plan.before);
  if (!rest)
    return ipc::Error{ipc::Errc::protocol_error, 0,
                      local->path + " is left as it is: " + rest.error().message};
  plan.after = std::move(*rest);
  plan.action = plan.after.empty() ? "remove" : "restore";
  plan.steps.push_back(plan.after.empty() ? FileStep{FileStep::Kind::remove, plan.path}
                                          : FileStep{FileStep::Kind::write, plan.path, "", plan.after,
                                                     mode_of(plan.path, 0644)});
  return plan;
}

}  // namespace governor::ctl
