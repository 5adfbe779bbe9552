#pragma once

#include <cstdint>
#include <vector>

#include "core/evidence.hpp"

namespace governor::daemon::test {

/// One item of each kind, and those that lack what may be missing.
inline std::vector<core::EvidenceItem> every_item() {
  core::ToolUsed tool{"Bash", "pytest", core::ToolClass::test, false,      -2, 1234,
                      17,     4711,     0xFEDCBA9876543210ull, "pytest -q"};
  return {tool,
          core::ToolUsed{},
          core::FileChanged{"/p/a.txt", 1, 2, true, false, 5},
          core::FileChanged{"/p/a.txt", 0, 4'000'000'000, false, true, 0},
          core::TestsRun{"pytest", false, 3, 1},
          core::TestsRun{"go", true, std::nullopt, std::nullopt},
          core::Reverted{core::Reverted::How::content, "/p/a.txt"},
          core::Stated{700, std::nullopt},
          core::Repeated{core::Repeated::What::edit, "/p/a.txt", 4},
          core::Refused{core::Refused::By::shrink_guard, "/p/a.txt"},
          core::RiskyAction{"sudo", core::Severity::high, "sudo"},
          core::TurnBegan{},
          core::TurnEnded{},
          core::Judged{12, 345'678, true, "complexity=measured"},
          core::ProseSaid{99}};
}

inline core::Evidence evidence_with(core::EvidenceKey key, core::AgentKey agent, core::EvidenceItem item) {
  core::Evidence evidence;
  evidence.key = key;
  evidence.agent = agent;
  evidence.timestamp_us = 1'769'860'800'123'456 + key;
  evidence.turn = 3;
  evidence.provenance = core::Provenance::reported;
  evidence.source = 0xF000000000000000ull + static_cast<std::uint64_t>(key);
  evidence.actor = 42;
  evidence.item = std::move(item);
  return evidence;
}

}  // namespace governor::daemon::test
