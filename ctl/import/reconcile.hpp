#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ctl/import/align.hpp"
#include "ctl/import/document.hpp"
#include "ctl/import/imported_agent.hpp"
#include "ctl/import/metadata.hpp"

namespace governor::ctl::legacy {

/// All that the files say of one agent.
struct AgentSources {
  std::optional<Metadata> metadata;
  std::optional<Document> state;
  std::vector<Document> exports;
  std::string metadata_file;  ///< which should name the agent; empty: there is none
};

/// Makes one agent of it. The state file counts before exports, and the newest export before older ones; what
/// contradicts it is a finding.
ImportedAgent reconcile(const std::string& id, AgentSources sources, ShortList shorter, Findings& findings);

}  // namespace governor::ctl::legacy
