#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/agent.hpp"
#include "core/judgement.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/tools/governance/update_json.hpp"

namespace governor::daemon {

/// What a judgement from evidence rests on, as answers show it.
struct EvidenceFigures {
  double failure_probability = 0;
  bool provisional = false;
  std::array<core::Provenance, core::kInputs> provenance{};
  std::vector<core::Reason> reasons;  ///< the strongest first
};

EvidenceFigures figures_of(const core::Judgement& judgement);
/// Of the agent's newest update; none if that was not made from evidence.
std::optional<EvidenceFigures> figures_of(const core::Agent& agent);

/// `{"failure_probability", "provisional", "reasons"}`, with `inputs` where all is shown.
void write_evidence(JsonWriter& json, const EvidenceFigures& figures, Detail detail);
/// The signals and habits of the agent, by which the model of failure is trained.
void write_signals(JsonWriter& json, const core::Behaviour& behaviour);

}  // namespace governor::daemon
