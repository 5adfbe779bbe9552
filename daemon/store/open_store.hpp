#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "daemon/store/schema.hpp"
#include "daemon/store/sqlite_store.hpp"

namespace governor::daemon {

struct OpenedStore {
  std::unique_ptr<SqliteStore> store;
  /// What the user must be told, e.g. that a damaged database was set aside; usually empty.
  std::vector<std::string> notices;
};

/// Opens `<state_directory>/governor.db`, creating or migrating it as needed. The caller must hold the
/// daemon's lock.
/// - A database of a newer governor, or of another program, is refused and left untouched.
/// - A damaged one is set aside under another name and the newest good backup takes its place.
/// - Before each migration a backup is taken.
/// `migrations` is the schema's history, oldest first.
core::Result<OpenedStore> open_store(const std::string& state_directory,
                                     std::span<const char* const> migrations = kMigrations);

std::string database_path(const std::string& state_directory);
std::string backup_directory(const std::string& state_directory);

}  // namespace governor::daemon
