#pragma once

#include "core/governance_state.hpp"
#include "core/thresholds.hpp"
#include "core/update_input.hpp"
#include "core/update_record.hpp"

namespace governor::core {

/// One step of the governance model (dt = 0.1): advances `state` and returns all that it computed.
/// Pure arithmetic on IEEE doubles; `input` must be valid. The record's time stamp and warnings are the
/// caller's.
UpdateRecord advance(GovernanceState& state, const UpdateInput& input, const Thresholds& thresholds);

/// The one judgement of health that every tool uses.
Health assess_health(double risk, double coherence, bool void_active, const Thresholds& thresholds);

}  // namespace governor::core
