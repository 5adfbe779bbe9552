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
  if (command.source == TruthSource::person && !may_decide(caller)) {
    Error error(ErrorCode::not_owner, "What a person found, only a person records.",
                "Give test or exit_code as the source, for what a program told you.");
    error.field = "source";
    error.given = "person";
    error.expected = "test or exit_code";
    return error;
  }
  const Prediction& prediction = command.prediction;
  // What was recorded after the store was read is known here, durable or not.
  const auto newer =
      std::find_if(recent_truths_.rbegin(), recent_truths_.rend(),
                   [&](const GroundTruth& truth) { return truth.prediction.history == prediction.history; });
  if (newer != recent_truths_.rend()) command.known = *newer;
  if (command.known && command.known->source == TruthSource::person &&
      command.known->correct != command.correct && !may_decide(caller)) {
    return Error(ErrorCode::not_owner,
                 "A person has told how this turned out, and is not contradicted by an agent.",
                 "Tell the person what you found.");
  }
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
  // That it was right is an agent's claim, which teaches nothing; that it was wrong is believed.
  if (command.correct && !may_decide(caller)) outcome.truth.prediction.failure.reset();
  if (const auto& failure = outcome.truth.prediction.failure)
    lessons_.take({now_us, prediction.history, failure->log_odds, !command.correct});
  else
    lessons_.forget(prediction.history);
  changes.emplace_back(OutcomeRecorded{outcome.truth});
  recent_truths_.push_back(outcome.truth);
  if (recent_truths_.size() > kRecentTruths) recent_truths_.pop_front();
  return outcome;
}

}  // namespace governor::core
