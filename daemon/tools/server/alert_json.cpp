#include "daemon/tools/server/alert_json.hpp"

#include "daemon/support/timestamp.hpp"

namespace governor::daemon {

void write_alert(JsonWriter& json, const core::Alert& alert) {
  json.begin_object().field("alert_id", alert.key).field("kind", core::to_string(alert.kind));
  json.field("severity", core::to_string(alert.severity)).field("cause", alert.cause);
  if (!alert.agent_id.empty()) json.field("agent_id", alert.agent_id);
  json.field("message", alert.message).field("raised", iso_timestamp(alert.raised_us));
  if (alert.resolved_us != 0) json.field("resolved", iso_timestamp(alert.resolved_us));
  if (alert.acknowledged_us != 0) {
    json.key("acknowledged").begin_object().field("timestamp", iso_timestamp(alert.acknowledged_us));
    json.field("by", alert.acknowledged_by);
    if (!alert.note.empty()) json.field("note", alert.note);
    json.end_object();
  }
  json.end_object();
}

}  // namespace governor::daemon
