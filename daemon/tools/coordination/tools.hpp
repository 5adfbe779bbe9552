#pragma once

#include <memory>
#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// request_write, renew_write, release_write, check_write, list_leases.
std::vector<Tool> lease_tools();

/// governor/lease_break: what a person may do to any lease.
const Tool& lease_break_request();

/// request_write.
Tool request_write_tool();

/// commit_file.
Tool commit_tool();

/// list_backups, restore_file.
std::vector<Tool> backup_tools();

// What a person may do to files.

/// governor/restore {path, backup or at, reason}: no lease is needed, and protection does not count.
const Tool& restore_request();
/// governor/protect {pattern, reason, remove}.
const Tool& protect_request();
/// governor/protections: what is protected and what is unlocked.
const Tool& protections_request();
/// governor/unlock {path, agent_id, seconds, reason}; 0 seconds take it back.
const Tool& unlock_request();

/// governor/watch: begins or ends the watching of a project's directory.
const Tool& watch_request();
/// governor/watches: the directories that are watched.
const Tool& watches_request();

/// The daemon's own call at its start: writes that the last run did not end are taken down as what they have
/// become, and what they left beside files is looked at.
const Tool& interrupted_writes_request();
std::unique_ptr<ToolCall> make_interrupted_writes_call(const core::State& state);

/// The daemon's own call, now and then: backups that are too many, too old or too large together go, a
/// bounded number of them each time.
const Tool& prune_request();
std::unique_ptr<ToolCall> make_prune_call();

}  // namespace governor::daemon
