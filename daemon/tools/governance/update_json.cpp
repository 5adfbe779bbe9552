#include "daemon/tools/governance/update_json.hpp"

#include <fmt/format.h>

#include <cmath>

#include "daemon/support/timestamp.hpp"
#include "daemon/tools/governance/evidence_figures.hpp"

namespace governor::daemon {

void write_health(JsonWriter& json, const core::UpdateRecord* last, const core::Thresholds& thresholds) {
  json.begin_object();
  json.field("status", core::to_string(last != nullptr ? last->health : core::Health::unknown));
  json.field("message", last != nullptr ? core::health_message(*last, thresholds) : "No update yet");
  json.end_object();
}

void write_flag(JsonWriter& json, std::string_view name, const core::UpdateRecord& record, bool flag) {
  json.key(name);
  if (record.was_judged() || flag) {
    json.value(flag);
  } else {
    json.null();
  }
}

void write_decision(JsonWriter& json, const core::UpdateRecord& record, const core::Thresholds& thresholds,
                    const EvidenceFigures* evidence) {
  json.begin_object();
  json.field("action", core::to_string(record.action));
  json.field("reason", evidence != nullptr
                           ? core::judgement_text(record, evidence->reasons, evidence->provisional)
                           : core::decision_reason(record, thresholds));
  write_flag(json, "require_human", record, record.require_human());
  json.key("human_reasons").begin_array();
  for (const std::string& reason : core::human_reason_texts(record, thresholds)) json.value(reason);
  json.end_array();
  json.end_object();
}

void write_metrics(JsonWriter& json, const core::UpdateRecord& r) {
  json.begin_object();
  json.field("E", r.E).field("I", r.I).field("S", r.S).field("V", r.V);
  json.field("coherence", r.coherence).field("risk_score", r.risk).field("phi", r.phi);
  json.field("verdict", core::to_string(r.verdict));
  json.field("lambda1", r.lambda1);
  write_flag(json, "lambda1_skipped", r, r.lambda1_skipped);
  write_flag(json, "void_active", r, r.void_active);
  json.field("void_threshold", r.void_threshold);
  json.field("confidence", r.confidence).field("time", r.time).field("updates", r.updates);
  json.field("epoch", r.epoch);
  json.end_object();
}

void write_start_metrics(JsonWriter& json, const core::GovernanceState& state) {
  json.begin_object();
  json.field("E", state.E).field("I", state.I).field("S", state.S).field("V", state.V);
  json.field("lambda1", state.lambda1).field("time", state.time).field("updates", state.updates);
  json.end_object();
}

void write_sampling(JsonWriter& json, double lambda1) {
  const core::SamplingParameters sampling = core::sampling_parameters(lambda1);
  json.begin_object();
  json.field("temperature", sampling.temperature).field("top_p", sampling.top_p);
  json.field("max_tokens", sampling.max_tokens).field("lambda1", lambda1).field("advisory", true);
  json.end_object();
}

namespace {

/// Four decimals, as the reasons have them; what was not recorded stays so.
double rounded(double figure) {
  constexpr double kSteps = 10'000.0;
  return std::isfinite(figure) ? std::round(figure * kSteps) / kSteps : figure;
}

/// The reason without what follows from the action: what to do, and up to where the action reaches.
std::string why(const core::UpdateRecord& record, const core::Thresholds& thresholds) {
  std::string reason = core::decision_reason(record, thresholds);
  auto end = reason.find(" and below ");
  if (end == std::string::npos) end = reason.rfind(". ");
  if (end != std::string::npos) reason.replace(end, std::string::npos, ".");
  return reason;
}

void write_warnings(JsonWriter& json, const core::UpdateOutcome& outcome) {
  json.key("warnings").begin_array();
  if (outcome.record.warnings & core::kWarnGenericId) {
    json.value(fmt::format("A generic id: here it stands for {}.", outcome.agent_id));
  }
  if (outcome.record.warnings & core::kWarnCreatedOpenAgent) {
    json.value("Open to every session; register_agent makes it yours.");
  }
  json.end_array();
}

}  // namespace

void write_brief(JsonWriter& json, const core::UpdateRecord& record, const core::Thresholds& thresholds,
                 const EvidenceFigures* evidence) {
  json.key("decision").begin_object();
  json.field("action", core::to_string(record.action));
  json.field("reason", evidence != nullptr
                           ? core::judgement_text(record, evidence->reasons, evidence->provisional)
                           : why(record, thresholds));
  if (record.require_human()) json.field("require_human", true);
  json.end_object();
  json.key("health").begin_object().field("status", core::to_string(record.health)).end_object();
  json.field("risk_score", rounded(record.risk)).field("coherence", rounded(record.coherence));
  if (evidence != nullptr) json.field("failure_probability", rounded(evidence->failure_probability));
}

std::string update_json(const core::UpdateOutcome& outcome, const core::Thresholds& thresholds,
                        bool simulated, Detail detail) {
  const core::UpdateRecord& r = outcome.record;
  const auto evidence = outcome.judgement ? std::optional(figures_of(*outcome.judgement)) : std::nullopt;
  const EvidenceFigures* figures = evidence ? &*evidence : nullptr;
  std::string text;
  text.reserve(detail == Detail::full ? 1400 : 400);
  JsonWriter json(text);
  json.begin_object();
  json.field("agent_id", outcome.agent_id).field("update", r.number);
  if (!simulated) json.field("prediction_id", core::prediction_id(outcome.agent_id, r.number));
  if (detail == Detail::brief) {
    write_brief(json, r, thresholds, figures);
  } else {
    json.key("decision");
    write_decision(json, r, thresholds, figures);
    json.key("health");
    write_health(json, &r, thresholds);
    json.key("metrics");
    write_metrics(json, r);
    json.key("sampling_params");
    write_sampling(json, r.lambda1);
    if (figures != nullptr) {
      json.key("evidence");
      write_evidence(json, *figures, detail);
    }
  }
  write_warnings(json, outcome);
  if (detail == Detail::full) json.field("timestamp", iso_timestamp(r.timestamp_us));
  if (simulated) json.field("simulated", true);
  json.end_object();
  return text;
}

}  // namespace governor::daemon
