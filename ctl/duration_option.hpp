#pragma once

namespace CLI {
class Option;
}

namespace governor::ctl {

/// An option of seconds also takes "90s", "15m", "2h" or "1d". Its limits are still in seconds.
CLI::Option* takes_durations(CLI::Option* option);

}  // namespace governor::ctl
