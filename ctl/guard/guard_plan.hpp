#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/guard/file_steps.hpp"
#include "ctl/guard/git_repository.hpp"
#include "ctl/guard/hook_place.hpp"
#include "ctl/guard/settings_text.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// What is to happen to one file of a project.
struct GuardPlan {
  std::string path;
  std::string action;  ///< "create", "change", "remove", "restore" or "none"
  std::string before;
  std::string after;
  std::string note;  ///< for a person
  std::vector<FileStep> steps;
  bool machine_only = false;  ///< it means something on this machine alone, so git must not take it along
};

/// <project>/.claude/NAME, or where that really is: people link it to a checkout of their own settings.
std::string claude_settings(const std::string& project, const std::string& name);

/// The hooks in settings of Claude Code. What was there before is kept beside them.
ipc::Result<GuardPlan> plan_settings(const std::string& path, const HookCommand& hook);
ipc::Result<GuardPlan> plan_settings_removal(const std::string& path);

/// The guard in one of git's hooks.
ipc::Result<GuardPlan> plan_hook(const GitPlaces& places, std::string_view hook, const HookPlace& place);
/// Takes the guard out of a file that may have it, and brings back what was moved away for it.
ipc::Result<GuardPlan> plan_hook_removal(const std::string& path);
/// What is left beside a directory of hooks when the programs that were moved are back.
GuardPlan plan_links_removal(const std::string& hooks);

/// The guard in the configuration that lefthook reads beside the team's.
ipc::Result<GuardPlan> plan_lefthook(const std::string& top, const std::vector<std::string_view>& hooks);
ipc::Result<GuardPlan> plan_lefthook_removal(const std::string& top);

/// Files that git must not take for the team's, or need no longer be kept from it.
ipc::Result<GuardPlan> plan_exclusion(const GitPlaces& places, const std::vector<std::string>& files,
                                      bool excluded);

/// The guard in every hook that it belongs in, wherever a manager of hooks lets it live.
ipc::Result<std::vector<GuardPlan>> plan_hooks(const GitPlaces& places);
ipc::Result<std::vector<GuardPlan>> plan_hooks_removal(const GitPlaces& places);

}  // namespace governor::ctl
