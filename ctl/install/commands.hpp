#pragma once

#include "ctl/commands.hpp"

namespace governor::ctl {

/// `install guards`, below `install`.
void add_guards_installation(CLI::App& install, Action& action);

}  // namespace governor::ctl
