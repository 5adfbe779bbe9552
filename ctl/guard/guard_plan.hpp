#pragma once

#include <string>
#include <vector>

#include "ctl/guard/file_steps.hpp"
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
};

/// The hooks in <project>/.claude/settings.json. What was there before is kept beside it.
ipc::Result<GuardPlan> plan_settings(const std::string& project, const HookCommand& hook);
ipc::Result<GuardPlan> plan_settings_removal(const std::string& project);

/// The pre-commit hook in a directory of hooks. Another hook is kept beside it and run first.
ipc::Result<GuardPlan> plan_commit_hook(const std::string& hooks_directory, const std::string& governorctl,
                                        const std::string& fallback);
ipc::Result<GuardPlan> plan_commit_hook_removal(const std::string& hooks_directory);

}  // namespace governor::ctl
