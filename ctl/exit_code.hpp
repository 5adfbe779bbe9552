#pragma once

namespace governor::ctl {

/// What the shell sees. `health` has codes of its own (health.cpp), because it answers a question instead of
/// doing something.
enum class ExitCode {
  done = 0,
  failed = 1,
  bad_usage = 2,
  not_running = 3,
  found = 4  ///< done, and what was looked for is there: a tampered log, an open alert, a stale lock
};

}  // namespace governor::ctl
