#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/evidence.hpp"
#include "core/evidence_rules.hpp"

namespace governor::core {

/// What is to be known of a command without keeping it.
struct CommandFacts {
  ToolClass tool_class = ToolClass::other;
  std::string program;    ///< the one that the class comes from
  std::string framework;  ///< of the tests that it runs; empty: it runs none
  bool reverts = false;   ///< it takes back changes of files: git restore, reset, stash and the like
  std::vector<std::string> reverted;  ///< the paths it names for that, as they were given
  std::vector<std::string> written;   ///< files it writes, as far as the words say so, as they were given
  std::vector<const RiskRule*> risks;
  std::uint32_t bytes = 0;
  std::uint64_t fingerprint = 0;  ///< the same for the same words; 0: there are none
};

/// Never fails. A command line of several programs has the class of the weightiest: test, edit, version
/// control, network, run, read, other. `rules` must outlive the facts.
CommandFacts examine_command(std::string_view command, const EvidenceRules& rules);

}  // namespace governor::core
