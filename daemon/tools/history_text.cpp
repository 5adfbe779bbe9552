#include "daemon/tools/history_text.hpp"

#include <fmt/format.h>

#include <iterator>

#include "daemon/support/timestamp.hpp"

namespace governor::daemon {

void write_history_rows(JsonWriter& json, const std::vector<core::UpdateRecord>& rows) {
  json.begin_array();
  for (const core::UpdateRecord& r : rows) {
    json.begin_object();
    json.field("update", r.number).field("timestamp", iso_timestamp(r.timestamp_us));
    json.field("E", r.E).field("I", r.I).field("S", r.S).field("V", r.V);
    json.field("coherence", r.coherence).field("risk_score", r.risk).field("phi", r.phi);
    json.field("verdict", core::to_string(r.verdict)).field("action", core::to_string(r.action));
    json.field("require_human", r.require_human()).field("health", core::to_string(r.health));
    json.field("lambda1", r.lambda1).field("lambda1_skipped", r.lambda1_skipped);
    json.field("void_active", r.void_active).field("void_threshold", r.void_threshold);
    json.field("confidence", r.confidence).field("complexity", r.complexity);
    json.end_object();
  }
  json.end_array();
}

std::string history_csv(const std::vector<core::UpdateRecord>& rows) {
  std::string csv =
      "update,timestamp,E,I,S,V,coherence,risk_score,phi,verdict,action,require_human,health,lambda1,"
      "lambda1_skipped,void_active,void_threshold,confidence,complexity\n";
  for (const core::UpdateRecord& r : rows) {
    fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                   r.number, iso_timestamp(r.timestamp_us), r.E, r.I, r.S, r.V, r.coherence, r.risk, r.phi,
                   core::to_string(r.verdict), core::to_string(r.action), r.require_human(),
                   core::to_string(r.health), r.lambda1, r.lambda1_skipped, r.void_active, r.void_threshold,
                   r.confidence, r.complexity);
  }
  return csv;
}

}  // namespace governor::daemon
