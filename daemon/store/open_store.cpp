#include "daemon/store/open_store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <memory>
#include <utility>

#include "daemon/store/find_trouble.hpp"
#include "daemon/store/migrate.hpp"
#include "daemon/store/recovery.hpp"
#include "daemon/store/second_try.hpp"

namespace governor::daemon {
namespace {

struct Places {
  std::string database;
  std::string backups;
  std::string progress;
};

bool is_damage(const SQLite::Exception& failure) {
  return failure.getErrorCode() == SQLITE_CORRUPT || failure.getErrorCode() == SQLITE_NOTADB;
}

/// Throws, among others, when it meets damage that was not looked for.
core::Result<OpenedStore> open_as_it_is(const Places& places, Migrations migrations) {
  OpenedStore opened;
  auto database =
      std::make_unique<SQLite::Database>(places.database, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE |
                                                              SQLite::OPEN_NOMUTEX);  // one thread at a time
  configure_connection(*database);
  if (auto failure = migrate(*database, places.database, places.backups, migrations))
    return *std::move(failure);
  opened.store = std::make_unique<SqliteStore>(std::move(database));
  if (auto seed = opened.store->load_seed(); !seed && opened.store->has_met_damage())
    throw SQLite::Exception(seed.error().message, SQLITE_CORRUPT);
  return opened;
}

/// What fails once is no damage.
core::Result<OpenedStore> open_sound(const Places& places, Migrations migrations) {
  try {
    return open_as_it_is(places, migrations);
  } catch (const SQLite::Exception& failure) {
    if (!is_damage(failure)) throw;
    return open_as_it_is(places, migrations);
  }
}

core::Result<OpenedStore> open_or_recover(const Places& places, const ProgressRecord::Found& record,
                                          Migrations migrations) {
  std::vector<std::string> notices;
  LookNotes look;
  auto trouble = with_second_try(
      [&] { return find_trouble(places.database, places.backups, record, migrations, look); });
  if (!look.notice.empty()) notices.push_back(std::move(look.notice));
  if (!trouble) {
    try {
      auto opened = open_sound(places, migrations);
      if (!opened) return opened;
      opened.value().notices = std::move(notices);
      opened.value().are_rows_counted = look.are_counted;
      if (record.progress) opened.value().completeness = Completeness::complete;
      return opened;
    } catch (const SQLite::Exception& failure) {
      if (!is_damage(failure)) throw;
      trouble = StoreTrouble{failure.what()};
    }
  }
  notices.push_back(recover(places.database, places.backups, *trouble, record, migrations));
  auto opened = open_as_it_is(places, migrations);
  if (!opened) return opened;
  opened.value().notices = std::move(notices);
  opened.value().completeness = Completeness::lossy;
  return opened;
}

core::Result<OpenedStore> open_checked(const std::string& state_directory, Migrations migrations) {
  const Places places{database_path(state_directory), backup_directory(state_directory),
                      progress_path(state_directory)};
  const auto schemas = known_schemas(migrations);  // kept as long as they are needed
  finish_recovery(places.database, places.progress);
  if (auto refusal = with_second_try([&] { return refuse_foreign(places.database, migrations); }))
    return *std::move(refusal);
  auto opened = open_or_recover(places, ProgressRecord::read(places.progress), migrations);
  if (!opened) return opened;
  SqliteStore& store = *opened.value().store;
  if (store.index_was_wrong()) {
    opened.value().notices.emplace_back(
        "The index of each agent's newest update was changed by others than governor; it was made anew from "
        "the "
        "history.");
    store.note_event("index_rebuilt", opened.value().notices.back());
  }
  store.keep_progress(std::make_unique<ProgressRecord>(places.progress));
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
