#pragma once

namespace governor::proxy {

/// Prints the running daemon's health as one JSON line. Returns the exit code: 0 ok, 1 degraded, 2 failing or
/// not responding within 200 ms, 3 not running. Starts nothing.
int run_health_command();

}  // namespace governor::proxy
