#pragma once

#include <string>
#include <vector>

#include "ctl/guard/git_repository.hpp"
#include "ctl/guard/guard_plan.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

// What a repository knows of its guards, in <git's directory>/governor, which is never committed.

/// The script that the hooks run: it knows where governorctl is on this machine.
std::string guard_script(const GitPlaces& places);

ipc::Result<GuardPlan> plan_guard_script(const GitPlaces& places, const std::string& governorctl,
                                         const std::string& fallback);
ipc::Result<GuardPlan> plan_guard_script_removal(const GitPlaces& places);

struct GuardRecord {
  std::vector<std::string>
      settings;         ///< of Claude Code, that have hooks of ours, so that a commit can miss them
  std::string options;  ///< of `install guards`, so that putting them back is putting back the same
};
ipc::Result<GuardRecord> read_record(const GitPlaces& places);
/// Writes it; one that says nothing is taken away.
ipc::Result<GuardPlan> plan_record(const GitPlaces& places, const GuardRecord& record);

}  // namespace governor::ctl
