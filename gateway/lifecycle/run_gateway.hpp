#pragma once

#include "gateway/lifecycle/options.hpp"

namespace governor::gateway {

/// Serves until a signal ends it. Returns the exit code.
int run_gateway(const Options& options);

}  // namespace governor::gateway
