#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/import/finding.hpp"
#include "ctl/import/legacy_time.hpp"

namespace governor::ctl::legacy {

/// An agent as one registry of the old orchestrator has it. Empty and none: the registry does not say.
struct RegistryEntry {
  std::string file;
  std::string task_id, type, parent, status, prompt, terminal;
  std::optional<int> depth, progress;
  std::optional<std::int64_t> started_us, updated_us, ended_us;
  std::string validation;  ///< JSON of what the orchestrator made of its end
};

/// A task as the registries have it.
struct RegistryTask {
  std::string file;
  std::string id, description, status, priority, workspace;
  std::optional<std::int64_t> created_us;
};

/// One registry file: GLOBAL_REGISTRY.json, or a task's AGENT_REGISTRY.json.
struct Registry {
  std::vector<std::pair<std::string, RegistryEntry>> agents;  ///< by id, as they stand in the file
  std::vector<RegistryTask> tasks;
};

/// Whether the orchestrator took an agent of this status for one that runs.
bool is_said_to_run(std::string_view status);

/// Reads a registry; what is odd about the file, counters among it, goes into `notes`. None when nothing of
/// it can be used.
std::optional<Registry> read_registry(std::string_view text, const std::string& file, TimeReader& times,
                                      Notes& notes);

}  // namespace governor::ctl::legacy
