#pragma once

#include "bench/load/closed_loop.hpp"
#include "bench/load/options.hpp"
#include "bench/load/update_ledger.hpp"

namespace governor::bench {

// Prints one JSON object to stdout. `verification` may be null.
void print_report(const Options& options, Measurement& measurement, const Verification* verification);

}  // namespace governor::bench
