// Judgements from evidence: an agent's turn becomes an update, and what that rests on becomes evidence.
#include <cmath>

#include "core/account.hpp"
#include "core/judgement.hpp"
#include "core/state.hpp"

namespace governor::core {
namespace {

constexpr double kMillion = 1'000'000;

std::uint32_t per(double share, double whole) {
  return static_cast<std::uint32_t>(std::lround(share * whole));
}

}  // namespace

void State::judge_turn(const Caller& caller, Agent& agent, std::int64_t now_us, Changes& changes) {
  // An agent that may not go on is not judged on: what a person has stopped stays as the person saw it.
  if (agent.profile.status == Lifecycle::active)
    judge_agent(caller, agent, {}, MadeOf::evidence, now_us, 0, changes);
}

Judgement State::judge_agent(const Caller& caller, Agent& agent, const StatedInput& stated, MadeOf made_of,
                             std::int64_t now_us, std::uint8_t warnings, Changes& changes) {
  Judgement judgement =
      judge(agent.state, agent.behaviour, stated, thresholds_of(agent), lessons_.learning());
  UpdateRecord& record = judgement.record;
  record.timestamp_us = now_us;
  record.warnings = warnings;
  append_record(caller, agent, record, made_of, changes);

  Account account;
  account.provenance = judgement.measured.provenance;
  account.log_odds = judgement.failure.log_odds;
  account.habits = agent.behaviour.habits();
  account.reasons = judgement.reasons;
  Judged judged;
  judged.update = record.number;
  judged.failure_per_million = per(judgement.failure.probability, kMillion);
  judged.provisional = judgement.provisional;
  judged.account = account.pack();
  append_evidence(caller, agent, {std::move(judged), Provenance::derived}, 0, now_us, changes);
  return judgement;
}

void State::note_statement(const Caller& caller, Agent& agent, const StatedInput& stated, std::int64_t now_us,
                           Changes& changes) {
  constexpr double kMille = 1'000;
  Stated said;
  if (stated.fields.confidence) said.confidence_per_mille = per(stated.input.confidence, kMille);
  if (stated.fields.complexity) said.complexity_per_mille = per(stated.input.complexity, kMille);
  if (said.confidence_per_mille || said.complexity_per_mille)
    append_evidence(caller, agent, {said, Provenance::reported}, 0, now_us, changes);
}

}  // namespace governor::core
