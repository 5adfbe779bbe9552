#pragma once

#include <string>
#include <vector>

#include "ctl/context.hpp"
#include "ctl/guard/guard_plan.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// What `install guards` was asked for.
struct InstallRequest {
  std::string project = ".";
  std::string only;
  std::string fallback = "ask";
  double wait_seconds = 0;
  bool approve = false;
  bool shared = false;
  bool user = false;  ///< Claude Code in all projects; `project` and `shared` do not count then
  bool dry_run = false;
  bool uninstall = false;
  bool check = false;
};

/// Everything that is to be done, found before anything is changed.
ipc::Result<std::vector<GuardPlan>> plan_installation(const Context& context, const InstallRequest& request);

}  // namespace governor::ctl
