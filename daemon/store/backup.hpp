#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace governor::daemon {

/// Backups are whole databases in one directory, named `governor-<UTC time>-<label>.db`; the newest few are
/// kept.
inline constexpr std::size_t kBackupsKept = 7;

/// Copies the database, as of now, into `directory` and removes the oldest copies. May run beside a writer:
/// it reads through a connection of its own. `stop` ends it early, leaving no half-written copy. Returns the
/// copy's path.
core::Result<std::string> take_backup(const std::string& database, const std::string& directory,
                                      const std::string& label, const std::atomic<bool>& stop);

/// The same to this path, which must be free: nothing is written over.
core::Result<std::string> back_up_to(const std::string& database, const std::string& path,
                                     const std::atomic<bool>& stop);

/// Copies a database with what its log has, whoever writes to it. Throws; `complete` is false if it was
/// stopped.
void copy_database(const std::string& from, const std::string& to, const std::atomic<bool>& stop,
                   bool& complete);

/// Paths of the copies, newest first.
std::vector<std::string> list_backups(const std::string& directory);

/// For looking at all of a database, however large.
inline constexpr int kWholeCheckMs = 600'000;

/// What is wrong with the database file; none when it is sound as far as the time allows. `stop` ends it
/// early, which counts as damage: nothing is known then.
std::optional<std::string> find_damage(const std::string& database, int time_limit_ms,
                                       const std::atomic<bool>* stop = nullptr);

}  // namespace governor::daemon
