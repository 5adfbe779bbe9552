#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/deployment.hpp"
#include "core/error.hpp"

namespace governor::core {

/// What happened to a deployment where it was kept before.
struct ImportedDeploymentEvent {
  std::int64_t timestamp_us = 0;  ///< 0: not known; then it counts as of the deployment's start
  std::string event;              ///< snake_case
  int progress = -1;              ///< 0 to 100; -1: none
  std::string note;
  std::string data;  ///< a JSON object; empty: none
};

/// A deployment as another system kept it, beside its agent. It is history: it is over, and no process or
/// terminal session is known of it, so that nothing of it can ever be signalled.
struct DeploymentImport {
  std::string agent_type;
  std::string task_id;  ///< empty: none. The task need not be here
  int depth = 1;
  std::uint64_t prompt_bytes = 0;
  DeploymentState state = DeploymentState::lost;  ///< one that is over
  std::string why;                                ///< of the state, for people
  int progress = -1;                              ///< 0 to 100; -1: never told
  std::string note;                               ///< the newest, by the agent
  std::int64_t started_us = 0;                    ///< 0: not known
  std::int64_t ended_us = 0;                      ///< 0: not known
  std::vector<ImportedDeploymentEvent> events;    ///< oldest first
};

inline constexpr int kDeepestImport = 1000;
inline constexpr std::size_t kMaxImportedDeploymentEvents = 500;
inline constexpr std::size_t kMaxImportedEventData = 64 * 1024;
/// Stands in the place of a runner, for people.
inline constexpr const char* kImportedRunner = "(imported)";

/// Refuses what no deployment that is over can have been, naming the field.
std::optional<Error> validate(const DeploymentImport& deployment);

}  // namespace governor::core
