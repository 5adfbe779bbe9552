#include "daemon/tools/coordination/lease_json.hpp"

#include "daemon/support/timestamp.hpp"

namespace governor::daemon {
namespace {

void write_paths(JsonWriter& json, const std::vector<core::LeasePath>& paths) {
  json.key("paths").begin_array();
  for (const core::LeasePath& path : paths) json.value(path.text());
  json.end_array();
}

const core::Worktree& worktree_of(const core::Lease& lease) {
  static const core::Worktree kNone;
  return lease.claim.paths.empty() ? kNone : lease.claim.paths.front().in_repository.worktree;
}

void write_others(JsonWriter& json, const std::vector<const core::Lease*>& elsewhere) {
  if (elsewhere.empty()) return;
  json.key("elsewhere").begin_array();
  for (const core::Lease* other : elsewhere) {
    json.begin_object().field("lease", other->key);
    write_holder(json, other->claim.holder);
    write_worktree(json, worktree_of(*other));
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_holder(JsonWriter& json, const core::LeaseHolder& holder) {
  if (!holder.agent_id.empty()) json.field("agent_id", holder.agent_id);
  json.field("client", holder.client).field("pid", holder.pid);
  if (!holder.worker.empty() && holder.worker != core::kMainWorker) json.field("subagent", holder.worker);
}

void write_worktree(JsonWriter& json, const core::Worktree& worktree) {
  if (!worktree.top.empty()) json.field("worktree", worktree.top);
  if (!worktree.branch.empty()) json.field("branch", worktree.branch);
}

void write_lease(JsonWriter& json, const core::Lease& lease,
                 const std::vector<const core::Lease*>& elsewhere) {
  json.begin_object().field("lease", lease.key).field("fence", lease.fence);
  write_holder(json, lease.claim.holder);
  json.field("mode", core::to_string(lease.claim.mode));
  write_paths(json, lease.claim.paths);
  write_worktree(json, worktree_of(lease));
  if (lease.claim.is_shared()) json.field("shared", true);
  if (lease.direct) json.field("direct", true);
  if (!lease.reason.empty()) json.field("reason", lease.reason);
  json.field("since", iso_timestamp(lease.granted_us)).field("until", iso_timestamp(lease.expires_us));
  if (lease.orphaned_us != 0) json.field("session_ended", iso_timestamp(lease.orphaned_us));
  if (lease.ended_us != 0) {
    json.field("ended", iso_timestamp(lease.ended_us)).field("ending", core::to_string(lease.ending));
    if (!lease.ending_detail.empty()) json.field("ending_reason", lease.ending_detail);
  }
  write_others(json, elsewhere);
  json.end_object();
}

void write_waiter(JsonWriter& json, const core::LeaseTable::Waiter& waiter) {
  json.begin_object();
  write_holder(json, waiter.claim.holder);
  json.field("mode", core::to_string(waiter.claim.mode));
  write_paths(json, waiter.claim.paths);
  json.field("since", iso_timestamp(waiter.since_us)).end_object();
}

void write_obstacles(JsonWriter& json, const std::vector<core::LeaseObstacle>& obstacles) {
  json.key("holders").begin_array();
  for (const core::LeaseObstacle& obstacle : obstacles) {
    json.begin_object();
    if (obstacle.lease != 0) {
      json.field("lease", obstacle.lease);
    } else if (obstacle.until_us == 0) {
      json.field("waiting", true);
    }
    if (!obstacle.host.empty()) json.field("host", obstacle.host).field("user", obstacle.who);
    write_holder(json, obstacle.holder);
    json.field("mode", core::to_string(obstacle.mode)).key("paths").begin_array();
    for (const std::string& path : obstacle.paths) json.value(path);
    json.end_array();
    write_worktree(json, obstacle.worktree);
    if (!obstacle.reason.empty()) json.field("reason", obstacle.reason);
    json.field("since", iso_timestamp(obstacle.since_us));
    if (obstacle.until_us != 0) json.field("until", iso_timestamp(obstacle.until_us));
    json.end_object();
  }
  json.end_array();
}

}  // namespace governor::daemon
