#pragma once

#include <string>
#include <vector>

#include "ctl/guard/git_repository.hpp"
#include "ipc/deadline.hpp"
#include "ipc/environment.hpp"

namespace governor::ctl {

struct GuardsCheck {
  bool installed = false;            ///< there is something to miss
  std::vector<std::string> missing;  ///< what is no longer in place, for a person
  std::string remedy;                ///< the command that puts it back as it was
};

GuardsCheck check_guards(const ipc::Environment& environment, const GitPlaces& places);

/// In a directory that is in no repository, where there are only the hooks of Claude Code.
GuardsCheck check_guards_without_git(const ipc::Environment& environment, const std::string& project);

/// The hooks of Claude Code in the settings of the user.
GuardsCheck check_user_guards(const ipc::Environment& environment);

/// What the guards of the repository around a directory lack, with what to do; empty where nothing is missing
/// and where none were ever installed. The guards that are left ask this, since one that is gone cannot.
std::string missing_guards_message(const ipc::Environment& environment, const std::string& directory,
                                   ipc::Deadline deadline);

}  // namespace governor::ctl
