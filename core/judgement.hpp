#pragma once

#include <string>
#include <vector>

#include "core/behaviour.hpp"
#include "core/failure_model.hpp"
#include "core/governance_state.hpp"
#include "core/measured_input.hpp"
#include "core/reasons.hpp"
#include "core/thresholds.hpp"
#include "core/update_record.hpp"

namespace governor::core {

/// What governor makes of an agent's evidence: an update by the model's exact arithmetic, with inputs that
/// were measured, and what it rests on.
struct Judgement {
  UpdateRecord record;  ///< number, time and the like are the caller's
  FailureEstimate failure;
  MeasuredInput measured;
  std::vector<Reason> reasons;  ///< the strongest first
  bool provisional = false;     ///< too few turns to be sure: nobody is called
};

/// The turns in which a judgement is provisional, unless something was refused or risky.
inline constexpr std::uint32_t kProvisionalTurns = 5;

/// Whether somebody sees the turns of the agent in this epoch, by which it is to be judged. That governor
/// itself saw a commit or refused something is not enough.
bool is_measured(const Behaviour& behaviour);

/// Advances `state`; of an agent that begins, from the resting state of the model instead of its usual start.
/// A decision other than approve needs a reason in the evidence.
Judgement judge(GovernanceState& state, const Behaviour& behaviour, const StatedInput& stated,
                const Thresholds& thresholds, const Learning& learning);

/// What to do and why, in the words of the evidence.
std::string judgement_text(const UpdateRecord& record, const std::vector<Reason>& reasons, bool provisional);

}  // namespace governor::core
