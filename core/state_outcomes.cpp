// How predictions turned out.
#include <fmt/format.h>

#include <algorithm>

#include "core/state.hpp"

namespace governor::core {
namespace {

/// More than can be on their way between the reading of the store and here.
constexpr std::size_t kRecentTruths = 4096;

std::string_view in_words(bool correct) {
  return correct ? "right" : "wrong";
}

}  // namespace

Result<TruthOutcome> State::record_outcome(const Caller& caller, TruthCommand command, std::int64_t now_us,
                                           Changes& changes) {
  if (const Agent* agent = find_agent(command.agent_id)) {
    if (auto error = check_owner(agent->profile, caller, {})) return *std::move(error);
  }
  const Prediction& prediction = command.prediction;
  // What was recorded after the store was read is known here, durable or not.
  const auto newer =
      std::find_if(recent_truths_.rbegin(), recent_truths_.rend(),
                   [&](const GroundTruth& truth) { return truth.prediction.history == prediction.history; });
  if (newer != recent_truths_.rend()) command.known = *newer;
  const std::string id = prediction_id(command.agent_id, prediction.number);

  TruthOutcome outcome;
  outcome.replaced = command.known && command.known->correct != command.correct;
  if (command.known && !outcome.replaced) {
    outcome.truth = *std::move(command.known);
    audit(
        caller, "outcome_recorded", prediction.agent,
        fmt::format("{} was {}, told again by {}", id, in_words(command.correct), to_string(command.source)),
        now_us, changes);
    return outcome;
  }
  outcome.truth = {prediction, command.correct, command.source, std::move(command.detail),
                   now_us,     actor_of(caller)};
  audit(caller, "outcome_recorded", prediction.agent,
        fmt::format("{} was {}, told by {}{}{}{}", id, in_words(command.correct), to_string(command.source),
                    outcome.replaced ? ", instead of " : "",
                    outcome.replaced ? in_words(!command.correct) : std::string_view(),
                    outcome.truth.detail.empty() ? "" : ": " + outcome.truth.detail),
        now_us, changes);
  outcome.truth.actor = actor_of(caller);  // the entry may be the one that says who this is
  changes.emplace_back(OutcomeRecorded{outcome.truth});
  recent_truths_.push_back(outcome.truth);
  if (recent_truths_.size() > kRecentTruths) recent_truths_.pop_front();
  return outcome;
}

}  // namespace governor::core
