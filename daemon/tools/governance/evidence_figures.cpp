#include "daemon/tools/governance/evidence_figures.hpp"

#include "core/account.hpp"

namespace governor::daemon {

EvidenceFigures figures_of(const core::Judgement& judgement) {
  return {judgement.failure.probability, judgement.provisional, judgement.measured.provenance,
          judgement.reasons};
}

std::optional<EvidenceFigures> figures_of(const core::Agent& agent) {
  const auto& judged = agent.behaviour.judged();
  if (!judged || !agent.last || agent.last->number != judged->update) return std::nullopt;
  auto account = core::Account::unpack(judged->account);
  if (!account) return std::nullopt;
  constexpr double kMillion = 1'000'000;
  return EvidenceFigures{judged->failure_per_million / kMillion, judged->provisional, account->provenance,
                         std::move(account->reasons)};
}

void write_evidence(JsonWriter& json, const EvidenceFigures& figures, Detail detail) {
  json.begin_object();
  json.field("failure_probability", figures.failure_probability).field("provisional", figures.provisional);
  json.key("reasons").begin_array();
  for (const core::Reason& reason : figures.reasons)
    json.begin_object().field("weight", reason.weight).field("text", reason.text).end_object();
  json.end_array();
  if (detail == Detail::full) {
    json.key("inputs").begin_object();
    for (std::size_t i = 0; i < core::kInputs; ++i)
      json.field(core::to_string(static_cast<core::Input>(i)), core::to_string(figures.provenance[i]));
    json.end_object();
  }
  json.end_object();
}

void write_signals(JsonWriter& json, const core::Behaviour& behaviour) {
  const core::Signals signals = core::signals_of(behaviour);
  json.key("signals").begin_object();
  for (std::size_t i = 0; i < core::kSignals; ++i)
    json.field(core::to_string(static_cast<core::Signal>(i)), signals[i]);
  json.end_object();
  const core::Habits& habits = behaviour.habits();
  json.key("habits").begin_object().field("turns", habits.turns());
  json.key("means").begin_array();
  for (const double mean : habits.means()) json.value(mean);
  json.end_array();
  json.key("squares").begin_array();
  for (const double square : habits.squares()) json.value(square);
  json.end_array().end_object();
}

}  // namespace governor::daemon
