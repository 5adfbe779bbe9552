#include "daemon/tools/evidence/record_events.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "daemon/tools/evidence/event_facts.hpp"
#include "daemon/tools/governance/evidence_figures.hpp"

namespace governor::daemon {
namespace {

bool ends_turn(const core::EvidenceCommand& command) {
  return std::any_of(command.items.begin(), command.items.end(), [](const core::EvidenceGiven& given) {
    return std::holds_alternative<core::TurnEnded>(given.item);
  });
}

/// Why an agent that ends its turn should not, in the words of the evidence; empty: it may.
std::string hold_text(const core::Agent* agent) {
  if (agent == nullptr || !agent->last || agent->last->action != core::Action::reject) return {};
  const auto figures = figures_of(*agent);
  if (!figures || figures->provisional) return {};
  return core::judgement_text(*agent->last, figures->reasons, false);
}

}  // namespace

core::Result<std::string> record_events(CallContext& context, const core::Caller& caller,
                                        const std::string& agent_id, const std::string& parent_id,
                                        std::vector<core::EvidenceCommand>& commands, bool stop_on_reject,
                                        const std::string& notice) {
  const bool may_hold = stop_on_reject && std::any_of(commands.begin(), commands.end(), ends_turn);
  std::vector<core::EvidenceOutcome> outcomes;
  for (core::EvidenceCommand& command : commands) {
    command.agent_id = agent_id;
    command.parent_id = parent_id;
    auto outcome = context.state.record_evidence(caller, std::move(command), context.now_us, context.changes);
    if (!outcome) return std::move(outcome.error());
    outcomes.push_back(*std::move(outcome));
  }
  return recorded_json(agent_id, outcomes,
                       may_hold ? hold_text(context.state.find_agent(agent_id)) : std::string(), notice);
}

}  // namespace governor::daemon
