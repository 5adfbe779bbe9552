#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "daemon/store/schema.hpp"
#include "daemon/store/sqlite_store.hpp"

namespace governor::daemon {

/// What a comparison of the database with the record beside it says (see ProgressRecord).
enum class Completeness {
  unknown,   ///< there is no record
  complete,  ///< everything that is known to have been stored is there
  lossy,     ///< something is missing; an alert says what
};

struct OpenedStore {
  std::unique_ptr<SqliteStore> store;
  /// What was done to the database, for the log; usually empty. What a person must be told is an alert in the
  /// store.
  std::vector<std::string> notices;
  Completeness completeness = Completeness::unknown;
  /// False: there were too many for the time that a start has; see RowCounter.
  bool are_rows_counted = true;
};

/// Opens `<state_directory>/governor.db`, creating or migrating it as needed. The caller must hold the
/// daemon's lock.
/// - A database of a newer governor, or of another program, is refused and left untouched.
/// - One that is damaged, emptied, gone though there was one, or set back, is set aside, and one made of what
///   can be saved and of the best backup takes its place (see recover()).
/// - Before each migration a backup is taken.
/// `migrations` is the schema's history, oldest first.
core::Result<OpenedStore> open_store(const std::string& state_directory,
                                     std::span<const char* const> migrations = kMigrations);

std::string database_path(const std::string& state_directory);
std::string backup_directory(const std::string& state_directory);
/// Where it is remembered how far the database has come.
std::string progress_path(const std::string& state_directory);

}  // namespace governor::daemon
