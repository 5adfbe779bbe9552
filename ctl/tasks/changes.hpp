#pragma once

#include "ctl/commands.hpp"

namespace governor::ctl {

/// tasks create, update, cancel, reopen, reassign.
void add_task_changes(CLI::App& tasks, Action& action);

}  // namespace governor::ctl
