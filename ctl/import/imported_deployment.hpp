#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace governor::ctl::legacy {

/// What happened to a deployment, in the words of the daemon's history of deployments.
struct ImportedDeploymentEvent {
  std::string event;
  std::optional<std::int64_t> timestamp_us;
  std::optional<int> progress;  ///< 0 to 100
  std::string note;
  std::string data;  ///< a JSON object; empty: none
};

/// A deployment of the old orchestrator as it is handed to the daemon: over, and without any process.
struct ImportedDeployment {
  std::string agent_type, task_id;
  int depth = 1;
  std::uint64_t prompt_bytes = 0;
  std::string state = "lost";  ///< finished, failed, stopped or lost
  std::string why, note;
  std::optional<int> progress;
  std::optional<std::int64_t> started_us, ended_us;
  std::vector<ImportedDeploymentEvent> events;
};

}  // namespace governor::ctl::legacy
