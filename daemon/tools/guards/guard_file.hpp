#pragma once

#include <optional>
#include <string>

#include "core/file_version.hpp"
#include "core/lease.hpp"
#include "core/result.hpp"
#include "core/state.hpp"
#include "daemon/files/backup_store.hpp"
#include "daemon/files/file_services.hpp"
#include "daemon/watch/git_worktree.hpp"

namespace governor::daemon {

/// The file that a hook is about, as a file thread has found it.
struct GuardFile {
  core::LeasePath path;
  WorktreeLookup worktrees;  ///< of its repository
  std::string real_path;
  core::FileState state;                ///< what it holds, and that a backup of it is kept
  std::optional<core::Error> no_copy;   ///< why there is neither
  std::optional<core::Error> own;       ///< it is governor's, or its hooks', and not to be written
  std::optional<core::Error> unshared;  ///< nobody may have it: it cannot be told with whom it is shared
  bool may_switch_hooks = false;        ///< and nobody has said what it will hold
  BackupStore::Pin pin;                 ///< until the state knows of the backup
};

/// File thread. The error is about a path that cannot be resolved.
core::Result<GuardFile> look_at_file(const std::string& given, const std::string& directory,
                                     FileServices& services,
                                     BackupStore::Durable durable = BackupStore::Durable::at_once);

/// File thread: looks besides whether the write would keep hooks from running. `content` is what the file is
/// to hold, if that was said.
void judge_content(GuardFile& file, const std::optional<std::string>& content, FileServices& services);

/// Who works on the file in other working trees, and with which of their branches its own will not merge, in
/// words for a model that were not said lately; empty: nothing. `moment`: said for itself.
std::string warn_of_elsewhere(core::State& state, const GuardFile& file, const core::LeaseHolder& self,
                              std::string_view moment, std::int64_t now_us);

}  // namespace governor::daemon
