#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/context.hpp"

namespace governor::ctl {

/// A line of the daemon's log: "2026-01-31T12:00:00.000Z warning the disk is full". What follows such a line
/// and is none belongs to it.
struct LogLine {
  std::string_view time;   ///< empty: the line has none
  std::string_view level;  ///< likewise
  std::string_view text;
};

LogLine read_log_line(std::string_view line);

/// How much worse than the least a level is; unknown ones count as the worst, so that nothing is hidden.
int severity_of(std::string_view level);

/// For a person: with the time as they have it.
std::string shown_log_line(const Context& context, const LogLine& line);

}  // namespace governor::ctl
