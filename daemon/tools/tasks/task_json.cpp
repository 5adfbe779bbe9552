#include "daemon/tools/tasks/task_json.hpp"

#include "daemon/support/json_time.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_json.hpp"

namespace governor::daemon {
namespace {

void write_claim(JsonWriter& json, const core::TaskClaim& claim, core::SessionKey viewer) {
  json.begin_object();
  if (!claim.agent_id.empty()) json.field("agent_id", claim.agent_id);
  json.field("client", claim.client).field("pid", claim.pid).field("since", iso_timestamp(claim.since_us));
  json.field("expires", iso_timestamp(claim.expires_us)).field("yours", claim.session == viewer);
  if (!claim.host.empty()) json.field("host", claim.host).field("who", claim.who);
  json.end_object();
}

void write_waiting_for(JsonWriter& json, const core::TaskTable& tasks, const std::vector<std::string>& ids) {
  json.key("waiting_for").begin_array();
  for (const std::string& id : ids) {
    const core::Task* task = tasks.find(id);
    json.begin_object().field("task_id", id);
    json.field("status", task == nullptr ? "not_defined" : core::to_string(task->standing.status));
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_task(JsonWriter& json, const core::TaskTable& tasks, const core::Task& task,
                core::SessionKey viewer, bool text) {
  const core::TaskDefinition& definition = task.definition;
  const core::TaskStanding& standing = task.standing;
  json.begin_object().field("task_id", definition.id).field("title", definition.title);
  if (text) json.field("description", definition.description);
  if (!task.source.empty()) json.field("task_file", task.source);
  if (!definition.agent.empty()) json.field("agent", definition.agent);
  json.field("priority", core::to_string(definition.priority)).key("depends_on");
  write_texts(json, definition.depends_on);
  json.field("status", core::to_string(standing.status)).field("ready", tasks.is_ready(task));
  json.field("progress", standing.progress);
  if (!standing.note.empty()) json.field("note", standing.note);
  json.field("created", iso_timestamp(task.created_us));
  time_field(json, "updated", standing.updated_us).field("claims", standing.claims);
  if (standing.claim) {
    json.key("claim");
    write_claim(json, *standing.claim, viewer);
  }
  if (!core::is_over(standing.status)) {
    const auto open = tasks.open_dependencies(task);
    if (!open.empty()) write_waiting_for(json, tasks, open);
  }
  json.end_object();
}

void write_task_counts(JsonWriter& json, const core::TaskCounts& counts) {
  json.begin_object().field("total", static_cast<std::uint64_t>(counts.total()));
  json.field("ready", static_cast<std::uint64_t>(counts.ready));
  for (const core::TaskStatus status : core::kTaskStatuses) {
    const std::size_t count = counts.of[static_cast<std::size_t>(status)];
    json.field(core::to_string(status), static_cast<std::uint64_t>(count));
  }
  json.end_object();
}

void write_task_history(JsonWriter& json, const TaskHistory& history) {
  json.begin_array();
  for (const TaskEvent& event : history.events) {
    json.begin_object().field("timestamp", iso_timestamp(event.timestamp_us)).field("event", event.event);
    json.field("status", core::to_string(event.status)).field("progress", event.progress);
    if (!event.agent_id.empty()) json.field("agent_id", event.agent_id);
    if (!event.client.empty()) json.field("client", event.client).field("pid", event.pid);
    if (!event.note.empty()) json.field("note", event.note);
    json.end_object();
  }
  json.end_array();
}

void write_task_history(JsonWriter& json, const std::vector<SharedTaskEvent>& events) {
  json.begin_array();
  for (const SharedTaskEvent& event : events) {
    json.begin_object().field("timestamp", iso_timestamp(event.timestamp_us)).field("event", event.event);
    json.field("status", core::to_string(event.status)).field("progress", event.progress);
    if (!event.agent_id.empty()) json.field("agent_id", event.agent_id);
    if (!event.client.empty()) json.field("client", event.client).field("pid", event.pid);
    if (!event.host.empty()) json.field("host", event.host);
    if (!event.note.empty()) json.field("note", event.note);
    json.end_object();
  }
  json.end_array();
}

}  // namespace governor::daemon
