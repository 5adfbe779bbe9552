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

/// What the guards of the repository around a directory lack, with what to do; empty where nothing is missing
/// and where none were ever installed. Each guard asks this when it runs, since one that is gone cannot.
std::string missing_guards_message(const ipc::Environment& environment, const std::string& directory,
                                   ipc::Deadline deadline);

}  // namespace governor::ctl
