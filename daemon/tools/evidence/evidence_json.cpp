#include "daemon/tools/evidence/evidence_json.hpp"

#include <string>

#include "daemon/support/json_time.hpp"

namespace governor::daemon {
namespace {

template <class Number>
void field_if_known(JsonWriter& json, std::string_view name, const std::optional<Number>& number) {
  if (number) json.field(name, static_cast<std::int64_t>(*number));
}

void field_unless_empty(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.field(name, text);
}

struct ItemWriter {
  JsonWriter& json;

  void operator()(const core::ToolUsed& item) const {
    json.field("tool", item.tool);
    field_unless_empty(json, "program", item.program);
    json.field("class", to_string(item.tool_class)).field("success", item.success);
    field_if_known(json, "exit_code", item.exit_code);
    field_if_known(json, "duration_ms", item.duration_ms);
    field_unless_empty(json, "command", item.command);
  }
  void operator()(const core::FileChanged& item) const {
    json.field("path", item.path).field("lines_added", item.lines_added);
    json.field("lines_removed", item.lines_removed);
    if (item.created) json.field("created", true);
    if (item.deleted) json.field("deleted", true);
  }
  void operator()(const core::TestsRun& item) const {
    json.field("framework", item.framework).field("success", item.success);
    field_if_known(json, "passed", item.passed);
    field_if_known(json, "failed", item.failed);
  }
  void operator()(const core::Reverted& item) const {
    json.field("how", to_string(item.how));
    field_unless_empty(json, "path", item.path);
  }
  void operator()(const core::Repeated& item) const {
    json.field("what", to_string(item.what)).field("subject", item.subject).field("times", item.times);
  }
  void operator()(const core::Refused& item) const {
    json.field("by", to_string(item.by));
    field_unless_empty(json, "path", item.path);
  }
  void operator()(const core::RiskyAction& item) const {
    json.field("rule", item.rule).field("severity", to_string(item.severity));
    field_unless_empty(json, "program", item.program);
  }
  void operator()(const core::TurnBegan&) const {}
  void operator()(const core::TurnEnded&) const {}
  void operator()(const core::ProseSaid& item) const { json.field("bytes", item.bytes); }
  void operator()(const core::Judged& item) const {
    json.field("update", item.update).field("failure_probability", item.failure_per_million / 1e6);
    json.field("provisional", item.provisional);
    field_unless_empty(json, "account", item.account);
  }
  void operator()(const core::Stated& item) const {
    if (item.confidence_per_mille) json.field("confidence", *item.confidence_per_mille / 1e3);
    if (item.complexity_per_mille) json.field("complexity", *item.complexity_per_mille / 1e3);
  }
};

}  // namespace

void write_item(JsonWriter& json, const core::EvidenceItem& item) {
  std::visit(ItemWriter{json}, item);
}

void write_evidence(JsonWriter& json, const StoredEvidence& row, bool with_agent) {
  const core::Evidence& evidence = row.evidence;
  time_field(json.begin_object().field("key", evidence.key), "timestamp", evidence.timestamp_us);
  if (with_agent) json.field("agent_id", row.agent_id);
  json.field("epoch", evidence.epoch).field("turn", evidence.turn);
  json.field("provenance", to_string(evidence.provenance)).field("kind", kind_of(evidence.item));
  write_item(json, evidence.item);
  json.end_object();
}

}  // namespace governor::daemon
