#include "daemon/tools/governance/history_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "core/ground_truth.hpp"
#include "daemon/support/json_time.hpp"
#include "daemon/tools/governance/update_json.hpp"

namespace governor::daemon {
namespace {

void append_figure(std::string& csv, double figure) {
  if (!std::isnan(figure)) fmt::format_to(std::back_inserter(csv), "{}", figure);
  csv += ',';
}

/// Empty where nobody knows.
std::string flag_text(const core::UpdateRecord& record, bool flag) {
  return record.was_judged() || flag ? fmt::format("{}", flag) : "";
}

}  // namespace

void write_history_row(JsonWriter& json, const std::string& agent_id, const core::UpdateRecord& r) {
  json.begin_object();
  json.field("update", r.number).field("epoch", r.epoch);
  time_field(json, "timestamp", r.timestamp_us);
  json.field("E", r.E).field("I", r.I).field("S", r.S).field("V", r.V);
  json.field("coherence", r.coherence).field("risk_score", r.risk).field("phi", r.phi);
  json.field("verdict", core::to_string(r.verdict)).field("action", core::to_string(r.action));
  write_flag(json, "require_human", r, r.require_human());
  json.field("health", core::to_string(r.health)).field("lambda1", r.lambda1);
  write_flag(json, "lambda1_skipped", r, r.lambda1_skipped);
  write_flag(json, "void_active", r, r.void_active);
  json.field("void_threshold", r.void_threshold);
  json.field("confidence", r.confidence).field("complexity", r.complexity);
  json.field("prediction_id", core::prediction_id(agent_id, r.number));
  json.end_object();
}

void write_history_rows(JsonWriter& json, const std::string& agent_id,
                        const std::vector<core::UpdateRecord>& rows) {
  json.begin_array();
  for (const core::UpdateRecord& row : rows) write_history_row(json, agent_id, row);
  json.end_array();
}

std::string_view history_csv_header() {
  return "update,epoch,timestamp,E,I,S,V,coherence,risk_score,phi,lambda1,void_threshold,confidence,"
         "complexity,"
         "verdict,action,require_human,health,lambda1_skipped,void_active,prediction_id\n";
}

void append_history_csv(std::string& csv, const std::string& agent_id, const core::UpdateRecord& r) {
  fmt::format_to(std::back_inserter(csv), "{},{},{},", r.number, r.epoch,
                 r.timestamp_us != 0 ? iso_timestamp(r.timestamp_us) : "");
  for (const double figure : {r.E, r.I, r.S, r.V, r.coherence, r.risk, r.phi, r.lambda1, r.void_threshold,
                              r.confidence, r.complexity}) {
    append_figure(csv, figure);
  }
  fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{}\n", core::to_string(r.verdict),
                 core::to_string(r.action), flag_text(r, r.require_human()), core::to_string(r.health),
                 flag_text(r, r.lambda1_skipped), flag_text(r, r.void_active),
                 core::prediction_id(agent_id, r.number));
}

std::string history_csv(const std::string& agent_id, const std::vector<core::UpdateRecord>& rows) {
  std::string csv(history_csv_header());
  for (const core::UpdateRecord& row : rows) append_history_csv(csv, agent_id, row);
  return csv;
}

}  // namespace governor::daemon
