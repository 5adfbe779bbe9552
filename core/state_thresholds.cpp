// Thresholds of the process and of single agents.
#include <fmt/format.h>

#include "core/state.hpp"

namespace governor::core {
namespace {

std::string describe_changes(const Thresholds& before, const Thresholds& after, const std::string& reason) {
  std::string text;
  for (const ThresholdField& field : threshold_fields()) {
    if (field.get(before) == field.get(after)) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {} to {}", field.name, field.get(before), field.get(after));
  }
  if (text.empty()) text = "no figure differs";
  if (!reason.empty()) text += ": " + reason;
  return text;
}

}  // namespace

Result<ThresholdsOutcome> State::set_thresholds(const Caller& caller, const ThresholdsCommand& command,
                                                std::int64_t now_us, Changes& changes) {
  Agent* agent = nullptr;
  if (!command.agent_id.empty()) {
    agent = find_agent(command.agent_id);
    if (agent == nullptr) {
      Error error(ErrorCode::not_found, fmt::format("There is no agent \"{}\".", command.agent_id),
                  "list_agents names those that exist.");
      error.field = "agent_id";
      error.given = command.agent_id;
      return error;
    }
    if (auto error = check_owner(agent->profile, caller, command.token_hash)) return *std::move(error);
    if (auto error = check_orders(agent->profile, caller, kOrderedThresholds)) return *std::move(error);
    // Its own ones would undo those that were set for all.
    if (has_common_thresholds_) {
      if (auto error =
              check_decision(caller, "Once thresholds are set for all agents, what one of them has instead",
                             fmt::format("governorctl thresholds --agent {} set", command.agent_id)))
        return *std::move(error);
    }
  } else if (auto error =
                 check_decision(caller, "What thresholds all agents have", "governorctl thresholds set")) {
    return *std::move(error);
  }
  ThresholdsOutcome outcome;
  outcome.before = agent != nullptr ? thresholds_of(*agent) : thresholds_;
  outcome.after = outcome.before;
  if (command.reset) outcome.after = agent != nullptr ? thresholds_ : defaults_;
  if (command.profile) outcome.after = *command.profile;
  for (const auto& [field, value] : command.values) field->set(outcome.after, value);
  if (auto error = validate(outcome.after)) return *std::move(error);

  // Only a bare reset takes an agent's own set away; whatever is set beside it makes a new one.
  const bool inherits = command.reset && !command.profile && command.values.empty();
  if (agent != nullptr) {
    const bool is_order = is_person(caller) && (agent->profile.ordered & kOrderedThresholds) == 0;
    const bool is_same =
        inherits ? !agent->profile.thresholds : outcome.after == outcome.before && agent->profile.thresholds;
    if (is_same && !is_order) return outcome;
    if (is_order) agent->profile.ordered |= kOrderedThresholds;
    agent->profile.thresholds = inherits ? std::nullopt : std::optional(outcome.after);
    save_profile(agent->profile, changes);
  } else {
    if (outcome.after == outcome.before && (!inherits || !has_common_thresholds_)) return outcome;
    thresholds_ = outcome.after;
    has_common_thresholds_ = !inherits;
    changes.emplace_back(ThresholdsSaved{inherits ? std::nullopt : std::optional(thresholds_)});
  }
  audit(caller, "thresholds_changed", agent != nullptr ? agent->profile.key : 0,
        describe_changes(outcome.before, outcome.after, command.reason), now_us, changes);
  return outcome;
}

}  // namespace governor::core
