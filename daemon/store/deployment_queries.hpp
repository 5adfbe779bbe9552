#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/deployment.hpp"

namespace governor::daemon {

/// What happened to a deployment, see core::DeploymentEventAppended.
struct DeploymentEvent {
  std::int64_t timestamp_us = 0;
  std::string event;
  core::DeploymentState state = core::DeploymentState::reserved;
  int progress = -1;
  std::string note;
  std::string data;    ///< JSON; empty: none
  std::string client;  ///< who did it; empty: the daemon
  std::int64_t pid = 0;
};

struct DeploymentHistory {
  std::vector<DeploymentEvent> events;
  bool more = false;  ///< there are older ones
};

}  // namespace governor::daemon
