#include "daemon/store/open_store.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "daemon/store/find_trouble.hpp"
#include "daemon/store/migrate.hpp"
#include "daemon/store/recovery.hpp"

namespace governor::daemon {
namespace {

core::Result<OpenedStore> open_checked(const std::string& state_directory, Migrations migrations) {
  const std::string path = database_path(state_directory);
  const std::string backups = backup_directory(state_directory);
  OpenedStore opened;
  finish_recovery(path);
  if (auto refusal = refuse_foreign(path, migrations)) return *std::move(refusal);
  const auto record = ProgressRecord::read(progress_path(state_directory));
  if (record.progress) opened.completeness = Completeness::complete;
  std::string notice;
  if (const auto trouble = find_trouble(path, backups, record, migrations, notice)) {
    opened.notices.push_back(recover(path, backups, *trouble, record, migrations));
    opened.completeness = Completeness::lossy;
  }
  if (!notice.empty()) opened.notices.push_back(std::move(notice));
  auto database =
      std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE |
                                                   SQLite::OPEN_NOMUTEX);  // one thread at a time uses it
  configure_connection(*database);
  if (auto failure = migrate(*database, path, backups, migrations)) return *std::move(failure);
  opened.store = std::make_unique<SqliteStore>(std::move(database));
  opened.store->keep_progress(std::make_unique<ProgressRecord>(progress_path(state_directory)));
  return opened;
}

}  // namespace

std::string database_path(const std::string& state_directory) {
  return state_directory + "/governor.db";
}
std::string backup_directory(const std::string& state_directory) {
  return state_directory + "/backups";
}
std::string progress_path(const std::string& state_directory) {
  return state_directory + "/governor.progress";
}

core::Result<OpenedStore> open_store(const std::string& state_directory, Migrations migrations) {
  try {
    return open_checked(state_directory, migrations);
  } catch (const std::exception& failure) {  // SQLite::Exception and filesystem_error alike
    return core::Error(
        core::ErrorCode::storage_unavailable,
        fmt::format("{} cannot be opened: {}.", database_path(state_directory), failure.what()),
        "Check the state directory's permissions and free space. Nothing that was there was removed.");
  }
}

}  // namespace governor::daemon
