#include "core/judgement.hpp"

#include <fmt/format.h>

#include "core/governance_model.hpp"

namespace governor::core {
namespace {

/// Where the model comes to rest without drift: in it, an agent that does nothing changes nothing.
GovernanceState resting_state() {
  GovernanceState state;
  state.E = 1.0;
  state.I = 1.0;
  state.S = 0.0;
  state.V = 0.0;
  return state;
}

/// Once may be a mistake; so often among the last steps, a person looks at it.
constexpr std::size_t kHarmToHalt = 3;

std::string_view advice(Action action) {
  switch (action) {
    case Action::revise: return "Correct yourself, then go on";
    case Action::approve:
    case Action::reject:
    case Action::unknown: break;
  }
  return "Halt";
}

/// The model's figures follow from how the work goes; what did lasting harm is a reason beside them.
void weigh_harm(UpdateRecord& record, std::size_t harm) {
  if (harm == 0) return;
  const bool must_halt = harm >= kHarmToHalt;
  if (must_halt) {
    record.action = Action::reject;
    record.verdict = Verdict::high_risk;
    record.human_reasons |= kHumanHighRisk;
  } else {
    if (record.action == Action::approve) record.action = Action::revise;
    if (record.verdict == Verdict::safe) record.verdict = Verdict::caution;
  }
  if (record.health == Health::healthy) record.health = Health::degraded;
}

}  // namespace

bool is_measured(const Behaviour& behaviour) {
  return behaviour.turn() > 0;
}

Judgement judge(GovernanceState& state, const Behaviour& behaviour, const StatedInput& stated,
                const Thresholds& thresholds, const Learning& learning) {
  Judgement judgement;
  const Signals signals = signals_of(behaviour);
  judgement.failure = estimate_failure(signals, learning);
  judgement.measured = measure_input(stated, behaviour, signals);
  judgement.reasons = reasons_of(behaviour, judgement.failure, judgement.measured);
  judgement.provisional = behaviour.turn() <= kProvisionalTurns && !has_incident(behaviour);

  if (state.updates == 0) state = resting_state();
  UpdateRecord& record = judgement.record;
  record = advance(state, judgement.measured.input, thresholds);
  const bool has_reason = !judgement.reasons.empty() && judgement.reasons.front().weight >= kDecidingWeight;
  if (!has_reason) record.action = Action::approve;
  // The risk of who claims nothing grows by no drift, but that what it does fails is a reason by itself.
  if (!judgement.provisional && record.action == Action::approve && is_failing(behaviour))
    record.action = Action::revise;
  weigh_harm(record, recent_harm(behaviour));
  if (judgement.provisional || !has_reason) {
    record.human_reasons = 0;
    // That an agent is critical is an alert.
    if (record.health == Health::critical) record.health = Health::degraded;
  }
  return judgement;
}

std::string judgement_text(const UpdateRecord& record, const std::vector<Reason>& reasons, bool provisional) {
  const std::string_view provisionally = provisional ? ", provisionally" : "";
  const bool speaks = !reasons.empty() && reasons.front().weight >= kDecidingWeight;
  if (record.action == Action::approve && speaks) {
    return fmt::format("Risk {:.4f}, to go on{}, but: {}.", record.risk, provisionally,
                       decisive_text(reasons));
  }
  if (record.action == Action::approve) {
    return fmt::format("Risk {:.4f}, and no evidence that asks for more than to go on{}.", record.risk,
                       provisionally);
  }
  return fmt::format("Risk {:.4f}: {}. {}{}.", record.risk, decisive_text(reasons), advice(record.action),
                     provisionally);
}

}  // namespace governor::core
