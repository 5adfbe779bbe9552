#pragma once

#include <memory>
#include <vector>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// request_write, renew_write, release_write, check_write, list_leases.
std::vector<Tool> lease_tools();

/// governor/lease_break: what a person may do to any lease.
GovernorRequest lease_break_request();

/// request_write.
Tool request_write_tool();

/// commit_file.
Tool commit_tool();

/// list_backups, restore_file.
std::vector<Tool> backup_tools();

/// What asks git waits for nobody who reads files.
inline constexpr const char* kGitLane = "git";

/// predict_conflicts.
Tool predict_conflicts_tool();

/// The daemon's own call: whether the branches of the repository that was touched last will merge, and who
/// must be told. Null: none was.
inline constexpr Operation kMergeLook{"merge_look", Effect::idempotent};
std::unique_ptr<ToolCall> make_merge_look_call(core::State& state, MergePredictor& merges,
                                               std::int64_t now_us);

// What a person may do to files.

/// governor/restore {path, backup or at, reason}: no lease is needed, and protection does not count.
GovernorRequest restore_request();
/// governor/backup {path, backup or at, offset, limit}: what a version of a file held.
GovernorRequest backup_request();
/// governor/backups_below {path, at, limit, cursor}: what is known of the files of a directory at a time.
GovernorRequest backups_below_request();
/// governor/protect {pattern, reason, remove}.
GovernorRequest protect_request();
/// governor/protections: what is protected and what is unlocked.
GovernorRequest protections_request();
/// governor/unlock {path, agent_id, seconds, reason}; 0 seconds take it back.
GovernorRequest unlock_request();

/// governor/watch: begins or ends the watching of a project's directory.
GovernorRequest watch_request();
/// governor/watches: the directories that are watched.
GovernorRequest watches_request();

/// The daemon's own call at its start: writes that the last run did not end are taken down as what they have
/// become, and what they left beside files is looked at.
inline constexpr Operation kInterruptedWrites{"interrupted_writes", Effect::idempotent};
std::unique_ptr<ToolCall> make_interrupted_writes_call(const core::State& state);

/// governor/prune_backups, which the daemon also sends itself now and then: backups that are too many, too
/// old or too large together go, a bounded number of them each time.
GovernorRequest prune_request();

}  // namespace governor::daemon
