#include "daemon/store/recovery.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include "daemon/store/backup.hpp"
#include "daemon/store/best_backup.hpp"
#include "daemon/store/durable_files.hpp"
#include "daemon/store/find_trouble.hpp"
#include "daemon/store/log_file.hpp"
#include "daemon/store/migrate.hpp"
#include "daemon/store/second_try.hpp"
#include "daemon/store/settle_rows.hpp"
#include "daemon/store/sqlite_store.hpp"

namespace governor::daemon {
namespace {

// Beside the database, with the time of the recovery in the place of the star:
//   governor.db.restoring-*.part  being made; worth nothing
//   governor.db.restoring-*       complete and on the disk, to take the place of the database
//   governor.db.damaged-*         what was set aside
// Beside the record of progress, while a restored database is made:
//   governor.progress.before-restore   what it says of the old one; it holds until the new one is ready
constexpr const char* kRestoring = ".restoring-";
constexpr const char* kPart = ".part";
constexpr const char* kDamaged = ".damaged-";
constexpr const char* kBeforeRestore = ".before-restore";

std::vector<std::string> files_beginning_with(const std::string& prefix) {
  std::vector<std::string> found;
  const std::filesystem::path begin(prefix);
  for (const auto& entry : std::filesystem::directory_iterator(begin.parent_path())) {
    if (entry.path().filename().string().starts_with(begin.filename().string()))
      found.push_back(entry.path().string());
  }
  return found;
}

void remove_parts(const std::string& path) {
  for (const std::string& file : files_beginning_with(path + kRestoring)) {
    if (file.find(kPart) != std::string::npos) std::filesystem::remove(file);
  }
}

/// A time that no other recovery has in its names.
std::string new_stamp(const std::string& path) {
  const std::string now = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::time(nullptr)));
  std::string stamp = now;
  for (int n = 2; std::filesystem::exists(path + kDamaged + stamp) ||
                  std::filesystem::exists(path + kDamaged + stamp + "-wal");
       ++n) {
    stamp = fmt::format("{}-{}", now, n);
  }
  return stamp;
}

/// The database itself goes last: as long as it is in its place, this can be done again.
void set_aside(const std::string& path, const std::string& target) {
  std::filesystem::remove(path + "-shm");  // made anew from the log whenever that is opened
  std::error_code error;
  if (std::filesystem::file_size(path + "-wal", error) == 0 && !error) std::filesystem::remove(path + "-wal");
  for (const char* suffix : {"-wal", ""}) {
    if (std::filesystem::exists(path + suffix)) rename_durably(path + suffix, target + suffix);
  }
}

void take_place(const std::string& path, const std::string& stamp) {
  set_aside(path, path + kDamaged + stamp);
  rename_durably(path + kRestoring + stamp, path);
}

/// Schema version of what reads of the database; 0 if nothing does.
std::size_t look_at_version(const std::string& path, Migrations migrations) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE, 2000);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const SchemaObjects found = read_schema(database);
  const std::size_t version = version_of_schema(found, migrations);
  const int marked = database.execAndGet("PRAGMA user_version").getInt();
  if (marked > static_cast<int>(version) && marked <= static_cast<int>(migrations.size())) {
    const auto higher = static_cast<std::size_t>(marked);
    if (!find_schema_fault(found, expected_schema(migrations, higher))) return higher;
  }
  return version != 0 ? version : likely_version(found, migrations);
}

std::size_t version_of(const std::string& path, Migrations migrations) {
  try {
    return with_second_try([&] { return look_at_version(path, migrations); });
  } catch (const SQLite::Exception&) {
    return 0;
  }
}

/// What the new database is made from.
struct Sources {
  std::string first;
  std::string second;
  std::size_t version = 0;
  std::string backup;  ///< the one among them; empty: none
};

/// A backup of an older schema is brought to the newest in a copy, so that it can fill holes.
std::string usable_backup(const Backup& backup, std::size_t version, const std::string& part,
                          Migrations migrations) {
  if (backup.version >= version) return backup.path;
  std::string copy = part + "-backup.part";
  copy_durably(backup.path, copy);
  SQLite::Database database(copy, SQLite::OPEN_READWRITE);
  if (auto failure = migrate(database, copy, "", migrations)) throw std::runtime_error(failure->message);
  return copy;
}

Sources find_sources(const std::string& path, const std::string& backups, const StoreTrouble& trouble,
                     const std::string& part, Migrations migrations) {
  Sources sources;
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > 0) sources.version = version_of(path, migrations);
  if (sources.version != 0) sources.first = path;
  if (sources.version == 0) {
    // SQLite would delete the log of an emptied database, which may have all of it.
    const std::string rebuilt = part + "-log.part";
    if (LogFile(path + "-wal").apply(path, rebuilt)) sources.version = version_of(rebuilt, migrations);
    if (sources.version != 0) sources.first = rebuilt;
  }
  if (const auto backup = find_best_backup(backups, migrations)) {
    if (sources.version == 0) sources.version = backup->version;
    sources.second = usable_backup(*backup, sources.version, part, migrations);
    sources.backup = backup->path;
    if (trouble.set_back && !sources.first.empty()) {
      SQLite::Database database(sources.first, SQLite::OPEN_READWRITE, 2000);
      if (backup->progress.audit.last > read_progress(database).audit.last)
        std::swap(sources.first, sources.second);
    }
  }
  if (sources.version == 0) sources.version = migrations.size();
  return sources;
}

std::int64_t system_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Says in the new database itself what happened, so that both become true at once.
void tell(SQLite::Database&& database, const RecoveryFacts& facts, const std::string& text,
          const std::string& stamp) {
  SqliteStore store(std::make_unique<SQLite::Database>(std::move(database)));
  const auto seed = store.load_seed();
  if (!seed) throw std::runtime_error(seed.error().message);
  core::AuditAppended entry;
  entry.key = seed.value().keys.audit + 1;
  entry.timestamp_us = system_us();
  entry.event = "database_recovered";
  entry.detail = text;
  core::Alert alert;
  alert.key = seed.value().keys.alert + 1;
  alert.cause = "data_loss/" + stamp;
  alert.kind = core::AlertKind::data_loss;
  alert.severity = facts.has_loss() ? core::AlertSeverity::critical : core::AlertSeverity::warning;
  alert.message = text;
  alert.raised_us = entry.timestamp_us;
  const core::Changes changes{std::move(entry), core::AlertSaved{std::move(alert), true}};
  if (const auto failure = store.commit(changes)) throw std::runtime_error(failure->message);
}

/// Makes the new database, complete and on the disk, under the name from which it takes its place.
std::string make_ready(const std::string& restoring, const Sources& sources,
                       const std::optional<StoreProgress>& remembered, Migrations migrations,
                       const std::string& stamp, RecoveryFacts& facts) {
  const std::string part = restoring + kPart;
  facts.backup = sources.backup;
  facts.tables = salvage(sources.first, sources.second, part, sources.version, migrations);
  std::filesystem::permissions(part,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  SQLite::Database database(part, SQLite::OPEN_READWRITE);
  configure_connection(database);
  if (auto failure = migrate(database, part, "", migrations)) throw std::runtime_error(failure->message);
  settle_rows(database, sources.second, remembered, system_us(), facts);
  std::string text = describe(facts);
  tell(std::move(database), facts, text, stamp);
  if (std::filesystem::exists(part + "-wal")) throw std::runtime_error(part + " cannot be completed");
  sync_file(part);
  rename_durably(part, restoring);
  return text;
}

/// From here on the new database counts. What the record says of the old one would set it back, so it is gone
/// for good before the new one takes its place: which of the two is there can be told until then only by
/// whether the new one is ready.
void forget_record(const std::string& progress) {
  if (std::filesystem::remove(progress + kBeforeRestore)) sync_directory_of(progress);
}

/// The old database stays, and with it what is known of it.
void put_record_back(const std::string& progress) {
  const std::string kept = progress + kBeforeRestore;
  if (!std::filesystem::exists(kept)) return;
  if (std::filesystem::exists(progress)) {
    std::filesystem::remove(kept);
  } else {
    rename_durably(kept, progress);
  }
}

}  // namespace

void finish_recovery(const std::string& path, const std::string& progress) {
  remove_parts(path);
  const std::vector<std::string> ready = files_beginning_with(path + kRestoring);
  if (ready.empty()) {
    put_record_back(progress);
  } else {
    forget_record(progress);
  }
  for (const std::string& file : ready) take_place(path, file.substr((path + kRestoring).size()));
}

std::string recover(const std::string& path, const std::string& backups, const StoreTrouble& trouble,
                    const ProgressRecord::Found& record, Migrations migrations) {
  const std::string stamp = new_stamp(path);
  RecoveryFacts facts;
  facts.trouble = trouble.what;
  if (std::filesystem::exists(path)) facts.set_aside = path + kDamaged + stamp;
  std::string text;
  try {
    const std::string restoring = path + kRestoring + stamp;
    const Sources sources = find_sources(path, backups, trouble, restoring + kPart, migrations);
    text = make_ready(restoring, sources, trouble.is_another ? std::nullopt : record.progress, migrations,
                      stamp, facts);
  } catch (const std::exception&) {
    remove_parts(path);  // the disk may be full
    throw;
  }
  take_place(path, stamp);
  remove_parts(path);
  return text;
}

std::string restore(const std::string& path, const std::string& progress, const std::string& file,
                    Migrations migrations) {
  const std::string stamp = new_stamp(path);
  const std::string restoring = path + kRestoring + stamp;
  const auto record = ProgressRecord::read(progress);
  RecoveryFacts facts;
  facts.restored_from = file;
  if (std::filesystem::exists(path)) facts.set_aside = path + kDamaged + stamp;
  std::string text;
  try {
    // A copy is looked at, since looking leaves files beside a database.
    const std::string copy = restoring + "-source" + kPart;
    bool complete = false;
    copy_database(file, copy, std::atomic<bool>{false}, complete);
    LookNotes notes;
    const auto trouble = find_trouble(copy, "", record, migrations, notes);
    if (trouble && !trouble->set_back && !trouble->is_another)
      throw std::runtime_error(file + " is damaged: " + trouble->what);
    const Sources sources{copy, "", version_of(copy, migrations), ""};
    // Out of the way before the new one is ready, since from then on that one takes its place, also after a
    // crash.
    if (record.exists) rename_durably(progress, progress + kBeforeRestore);
    text = make_ready(restoring, sources, trouble && trouble->is_another ? std::nullopt : record.progress,
                      migrations, stamp, facts);
  } catch (const std::exception&) {
    remove_parts(path);
    std::error_code ignored;
    std::filesystem::remove(restoring, ignored);  // it may have got its name, and not surely on the disk
    // What could not be removed takes its place at the next start, and needs no record then.
    if (!std::filesystem::exists(restoring, ignored))
      std::filesystem::rename(progress + kBeforeRestore, progress, ignored);
    throw;
  }
  try {
    forget_record(progress);
    take_place(path, stamp);
  } catch (const std::exception& failure) {
    throw std::runtime_error(fmt::format(
        "{}. The restored database is complete: the next start puts it in its place.", failure.what()));
  }
  remove_parts(path);
  return text;
}

}  // namespace governor::daemon
