#include "daemon/tools/governance/analysis_json.hpp"

namespace governor::daemon {

void write_optional(JsonWriter& json, std::string_view name, std::optional<double> number) {
  json.key(name);
  number ? json.value(*number) : json.null();
}

void write_trends(JsonWriter& json, const core::Trends& trends) {
  json.begin_object();
  json.field("risk", core::to_string(trends.risk)).field("coherence", core::to_string(trends.coherence));
  json.field("E", core::to_string(trends.E)).field("I", core::to_string(trends.I));
  json.field("S", core::to_string(trends.S)).field("V", core::to_string(trends.V));
  json.end_object();
}

void write_anomaly_members(JsonWriter& json, const core::Anomaly& anomaly) {
  json.field("kind", core::to_string(anomaly.kind)).field("severity", core::to_string(anomaly.severity));
  json.field("change", anomaly.change()).field("message", core::anomaly_message(anomaly));
}

void write_decision_counts(JsonWriter& json, const core::DecisionCounts& counts) {
  json.begin_object();
  json.field("approve", counts.approve).field("revise", counts.revise).field("reject", counts.reject);
  json.end_object();
}

}  // namespace governor::daemon
