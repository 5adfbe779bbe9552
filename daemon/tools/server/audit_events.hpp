#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace governor::daemon {

/// The events of the audit log, for those who ask for one that it has not. Those of other builds may be
/// there as well, so this list refuses nothing that is found.
inline constexpr std::array<std::string_view, 60> kAuditEvents{"update",
                                                               "refused",
                                                               "agent_created",
                                                               "agent_registered",
                                                               "agent_paused",
                                                               "agent_resumed",
                                                               "agent_archived",
                                                               "agent_deleted",
                                                               "agent_exported",
                                                               "agent_imported",
                                                               "agent_import_began",
                                                               "metadata_changed",
                                                               "monitor_reset",
                                                               "thresholds_changed",
                                                               "outcome_recorded",
                                                               "alert_acknowledged",
                                                               "loop_detected",
                                                               "loop_ended",
                                                               "lease_granted",
                                                               "lease_refused",
                                                               "lease_awaited",
                                                               "lease_renewed",
                                                               "lease_released",
                                                               "lease_expired",
                                                               "lease_ended",
                                                               "lease_broken",
                                                               "lease_kept",
                                                               "lease_taken_over",
                                                               "file_written",
                                                               "file_committed",
                                                               "file_restored",
                                                               "file_changed",
                                                               "file_displaced",
                                                               "file_written_late",
                                                               "files_unlocked",
                                                               "files_locked_again",
                                                               "protection_added",
                                                               "protection_removed",
                                                               "protected_write_allowed",
                                                               "protected_write_refused",
                                                               "guard_refused",
                                                               "watch_began",
                                                               "watch_ended",
                                                               "backups_pruned",
                                                               "task_defined",
                                                               "task_claimed",
                                                               "task_updated",
                                                               "task_claim_ended",
                                                               "task_claim_renewed",
                                                               "session_opened",
                                                               "session_closed",
                                                               "peer_refused",
                                                               "stale_lock_removed",
                                                               "storage_recovered",
                                                               "unclean_run",
                                                               "clock_jump",
                                                               "shutdown",
                                                               "lambda1_skip",
                                                               "session_resumed",
                                                               "damage_found"};

inline bool is_audit_event(std::string_view name) {
  return std::find(kAuditEvents.begin(), kAuditEvents.end(), name) != kAuditEvents.end();
}

}  // namespace governor::daemon
