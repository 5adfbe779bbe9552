#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ctl/import/histories.hpp"
#include "ctl/import/imported_deployment.hpp"
#include "ctl/import/metadata.hpp"

namespace governor::ctl::legacy {

/// An agent as it is handed to the daemon.
struct ImportedAgent {
  std::string id;
  std::string status = "active";
  std::string status_reason;
  std::optional<std::int64_t> status_since_us;
  std::optional<std::int64_t> created_us;  ///< none: the files do not say
  std::string purpose, parent_id, notes;
  std::vector<std::string> tags;
  std::vector<LifecycleEvent> events;
  std::string source;  ///< for the audit entry: the files, and what has no place elsewhere

  Histories rows;  ///< all columns equally long; the newest row is the state
  std::uint64_t updates = 0;
  double integral = 0;
  double time = 0;
  bool void_active = false;

  std::optional<ImportedDeployment> deployment;  ///< that it was, if it was one
};

}  // namespace governor::ctl::legacy
