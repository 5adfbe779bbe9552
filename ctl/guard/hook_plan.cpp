#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "ctl/guard/guard_plan.hpp"
#include "ctl/guard/guarded_hooks.hpp"

namespace governor::ctl {

namespace {

namespace fs = std::filesystem;

ipc::Error hook_left(const std::string& path, const std::string& why) {
  return {ipc::Errc::protocol_error, 0, path + " is left as it is: " + why};
}

// What earlier versions wrote: a whole hook, with the one from before beside it under another name.
bool is_old_hook(std::string_view text) {
  return text.find("# Written by `governorctl install guards`") != std::string_view::npos &&
         text.find("\nguard=") != std::string_view::npos;
}

std::string old_backup(const std::string& path) {
  return path + ".before-governor";
}

// A hook as it is without us, and the steps that make it so.
struct BareHook {
  std::optional<std::string> text;  ///< as it is now
  std::optional<std::string> rest;  ///< without our lines; nothing where the file is ours alone
  std::vector<FileStep> steps;
};

ipc::Result<BareHook> read_hook(const std::string& path) {
  BareHook hook;
  auto present = read_if_there(path);
  if (!present) return present.error();
  hook.text = std::move(*present);
  if (!hook.text) {
    // A link to nothing is no hook for git, and nothing that may be written over.
    if (is_there(path)) return hook_left(path, "it is a link to nothing; take it away");
    return hook;
  }
  if (is_old_hook(*hook.text)) {
    if (!hook.text->ends_with("exit 0\n") && !hook.text->ends_with("exit 1\n"))
      return hook_left(path, "it was changed after it was installed; remove it or repair it by hand");
    const auto original = read_if_there(old_backup(path));
    if (!original) return original.error();
    hook.rest = *original;
    hook.steps.push_back(*original ? FileStep{FileStep::Kind::rename, path, old_backup(path)}
                                   : FileStep{FileStep::Kind::remove, path});
    return hook;
  }
  auto rest = without_block(*hook.text);
  if (!rest) return hook_left(path, rest.error().message);
  if (!is_bare_hook(*rest)) hook.rest = std::move(*rest);
  return hook;
}

bool is_link(const std::string& path) {
  std::error_code ignored;
  return fs::is_symlink(fs::symlink_status(path, ignored));
}

bool is_guarded(std::string_view name) {
  return std::find(kGuardedHooks.begin(), kGuardedHooks.end(), name) != kGuardedHooks.end();
}

// Moved to a directory beside that of the hooks, so that its name, what it finds at relative paths and what
// it finds beside itself stay what they were.
ipc::Result<GuardPlan> plan_program(GuardPlan plan, const GitPlaces& places, std::string_view hook) {
  if (!is_within(plan.path, places.common)) {
    return hook_left(plan.path,
                     "it is a program, or a link, in which the guard cannot stand. Let it run `governorctl "
                     "guard git --hook " +
                         std::string(hook) + "`, or install the rest with --only claude-code");
  }
  const std::string moved = places.hooks + std::string(kMovedHooks) + '/' + std::string(hook);
  if (is_there(moved))
    return hook_left(plan.path,
                     "it would be moved to " + moved + ", where something is; take one of them away");
  plan.action = "change";
  plan.note = "the hook that is there now is moved to " + moved + " and runs first";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(places.hooks, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::string link = places.hooks + std::string(kMovedHooks) + '/' + name;
    // A guard beside it would run itself again through such a link.
    if (is_guarded(name) || name.ends_with(".sample") || is_there(link)) continue;
    plan.steps.push_back(
        {FileStep::Kind::link, link, "../" + fs::path(places.hooks).filename().string() + '/' + name});
  }
  plan.steps.push_back({FileStep::Kind::rename, moved, plan.path});
  plan.after = new_hook(hook);
  plan.steps.push_back({FileStep::Kind::write, plan.path, "", plan.after, 0755});
  return plan;
}

}  // namespace

ipc::Result<GuardPlan> plan_hook(const GitPlaces& places, std::string_view hook, const HookPlace& place) {
  auto bare = read_hook(place.path);
  if (!bare) return bare.error();
  GuardPlan plan{place.path, bare->text ? "change" : "create", bare->text.value_or(""), "", "", bare->steps};
  const std::string standing = bare->steps.empty() ? place.path : old_backup(place.path);
  mode_t mode = 0755;
  if (!bare->rest) {
    plan.after = new_hook(hook);
    plan.machine_only = true;
  } else if (is_link(standing) || !is_shell_script(*bare->rest)) {
    return plan_program(std::move(plan), places, hook);
  } else {
    mode = mode_of(standing, 0755);
    if (place.runner == HookRunner::git && (mode & 0111) == 0) {
      return hook_left(
          place.path,
          "git does not run it, since it is not executable; make it so (chmod +x) or move it away");
    }
    plan.after = with_block(*bare->rest, hook, place.runner);
    plan.note = "what is there now runs first";
  }
  if (bare->text && plan.before == plan.after) {
    plan.action = "none";
    plan.note = "the guard is there already";
    plan.steps.clear();
    return plan;
  }
  plan.steps.push_back({FileStep::Kind::write, place.path, "", plan.after, mode});
  return plan;
}

ipc::Result<GuardPlan> plan_hook_removal(const std::string& path) {
  const auto bare = read_hook(path);
  if (!bare) return bare.error();
  GuardPlan plan{path, "none", bare->text.value_or(""), "", "", bare->steps};
  if (!bare->text || (bare->steps.empty() && bare->rest == bare->text)) {
    plan.after = plan.before;
    return plan;
  }
  plan.after = without_our_name(bare->rest.value_or(""));
  if (bare->rest) {
    plan.action = "restore";
    if (bare->steps.empty())
      plan.steps.push_back({FileStep::Kind::write, path, "", plan.after, mode_of(path, 0755)});
    return plan;
  }
  plan.action = "remove";
  if (bare->steps.empty()) plan.steps.push_back({FileStep::Kind::remove, path});
  const fs::path file(path);
  const std::string moved =
      file.parent_path().string() + std::string(kMovedHooks) + '/' + file.filename().string();
  if (is_there(moved)) {
    plan.action = "restore";
    const auto original = read_if_there(moved);
    if (original) plan.after = original->value_or("");
    plan.steps.push_back({FileStep::Kind::rename, path, moved});
  }
  return plan;
}

GuardPlan plan_links_removal(const std::string& hooks) {
  const std::string directory = hooks + std::string(kMovedHooks);
  GuardPlan plan{directory, "none", "", "", "", {}};
  const std::string beside = "../" + fs::path(hooks).filename().string() + '/';
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const bool ours = is_link(entry.path().string()) &&
                      fs::read_symlink(entry.path(), ignored).string().starts_with(beside);
    if (ours) plan.steps.push_back({FileStep::Kind::remove, entry.path().string()});
  }
  if (!is_there(directory)) return plan;
  plan.action = "remove";
  plan.steps.push_back({FileStep::Kind::remove_if_empty, directory});
  return plan;
}

}  // namespace governor::ctl
