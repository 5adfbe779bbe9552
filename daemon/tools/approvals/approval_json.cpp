#include "daemon/tools/approvals/approval_json.hpp"

#include "daemon/support/timestamp.hpp"

namespace governor::daemon {

void write_approval(JsonWriter& json, const core::Approval& approval) {
  const core::ApprovalSubject& subject = approval.subject;
  const core::ApprovalStanding& standing = approval.standing;
  json.begin_object().field("approval", approval.key).field("kind", core::to_string(subject.kind));
  json.field("status", core::to_string(standing.status));
  if (!approval.asker.agent_id.empty()) json.field("agent_id", approval.asker.agent_id);
  json.field("client", approval.asker.client).field("asks", approval.asks).field("why", approval.why);
  json.field("without_answer", core::default_of(subject.kind));
  if (!subject.paths.empty()) {
    json.key("paths").begin_array();
    for (const core::LeasePath& path : subject.paths) json.value(path.text());
    json.end_array();
  }
  if (subject.kind == core::ApprovalKind::overwrite)
    json.field("from_sha256", subject.before).field("to_sha256", subject.content);
  if (subject.kind == core::ApprovalKind::lease_break) json.field("lease", subject.target);
  if (!subject.target_id.empty()) json.field("deployment_id", subject.target_id);
  json.field("created", iso_timestamp(approval.created_us));
  json.field("expires", iso_timestamp(approval.expires_us));
  if (standing.answered_us != 0) {
    json.key("answer").begin_object().field("time", iso_timestamp(standing.answered_us));
    if (!standing.answered_by.empty()) json.field("by", standing.answered_by);
    if (!standing.note.empty()) json.field("note", standing.note);
    json.end_object();
  }
  if (standing.until_us != 0) json.field("until", iso_timestamp(standing.until_us));
  if (standing.used_us != 0) json.field("used", iso_timestamp(standing.used_us));
  json.end_object();
}

}  // namespace governor::daemon
