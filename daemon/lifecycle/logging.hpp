#pragma once

#include <string>

namespace governor::daemon {

/// Sends the log to standard error, or to `file` (rotated, 5 files of 5 MB). A message that repeats within a
/// few seconds is counted instead of written. Throws spdlog::spdlog_ex when the file cannot be opened.
void set_up_logging(bool foreground, const std::string& file, const std::string& level);

}  // namespace governor::daemon
