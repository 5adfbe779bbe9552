#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "ctl/context.hpp"

namespace governor::ctl {

struct DaemonLogRequest {
  std::size_t lines = 50;
  std::string level;         ///< this one and worse; empty: all
  std::string filter;        ///< only lines with this in them
  bool follow = false;       ///< goes on with what comes
  std::int64_t seconds = 0;  ///< for that long; 0: without end
};

/// The daemon's own log. It is a file, so this needs no daemon.
int show_daemon_log(const Context& context, const DaemonLogRequest& request);

}  // namespace governor::ctl
