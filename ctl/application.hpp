#pragma once

#include "ctl/context.hpp"

namespace governor::ctl {

/// The whole program: reads the arguments, runs the command, returns the exit code. `context` holds what the
/// surroundings say (streams, environment, whether colours make sense); --json and --runtime-dir are added
/// here.
int run_application(int argc, const char* const* argv, Context context);

}  // namespace governor::ctl
