#include "daemon/store/backup.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "daemon/store/durable_files.hpp"
#include "daemon/store/second_try.hpp"
#include "ipc/fault_point.hpp"

namespace governor::daemon {
namespace {

namespace fs = std::filesystem;
constexpr int kPagesPerStep = 256;
/// What a backup is called until it is complete and on the disk.
constexpr const char* kPartial = ".partial";

/// With the files that SQLite keeps beside it. What cannot be removed does no harm: it is no backup.
void remove_partial(const std::string& partial) {
  std::error_code ignored;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) fs::remove(partial + suffix, ignored);
}

/// What was left by a process that ended while it made one.
void remove_partial_backups(const std::string& directory) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("governor-") && name.find(std::string(".db") + kPartial) != std::string::npos)
      fs::remove(entry.path(), ignored);
  }
}

/// With microseconds, so that the names of backups of one second sort by their age too.
std::string new_backup_path(const std::string& directory, const std::string& label) {
  const auto now = std::chrono::system_clock::now();
  const auto fraction =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()) % 1'000'000;
  const std::string stamp = fmt::format(
      "{:%Y%m%dT%H%M%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), fraction.count());
  std::string path = fmt::format("{}/governor-{}-{}.db", directory, stamp, label);
  for (int n = 2; fs::exists(path); ++n)
    path = fmt::format("{}/governor-{}-{}-{}.db", directory, stamp, label, n);
  return path;
}

struct CheckLimit {
  std::chrono::steady_clock::time_point deadline;
  const std::atomic<bool>* stop;
};

std::optional<std::string> look_for_damage(const std::string& database, const CheckLimit& limit) {
  SQLite::Database db(database, SQLite::OPEN_READWRITE, 2000);
  // What may be damaged is looked at and left as it is.
  sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_progress_handler(
      db.getHandle(), 10000,
      [](void* given) {
        const auto* until = static_cast<const CheckLimit*>(given);
        const bool stopped = until->stop != nullptr && until->stop->load(std::memory_order_relaxed);
        return stopped || std::chrono::steady_clock::now() > until->deadline ? 1 : 0;
      },
      const_cast<CheckLimit*>(&limit));
  SQLite::Statement check(db, "PRAGMA quick_check(1)");
  if (!check.executeStep()) return "quick_check gave no answer";
  const std::string verdict = check.getColumn(0).getString();
  return verdict == "ok" ? std::nullopt : std::optional(verdict);
}

core::Error backup_failed(const std::string& why) {
  return {core::ErrorCode::storage_unavailable, fmt::format("The backup failed: {}.", why),
          "Look at free space and permissions of the state directory. If the database is damaged, "
          "governorctl restart looks for what can be saved."};
}

}  // namespace

void copy_database(const std::string& from, const std::string& to, const std::atomic<bool>& stop,
                   bool& complete) {
  SQLite::Database source(from, SQLite::OPEN_READONLY, 2000);
  // One read transaction around all steps: otherwise each commit of the daemon would begin the copy anew, and
  // under load it would never end.
  source.exec("BEGIN");
  source.execAndGet("SELECT count(*) FROM sqlite_master");
  SQLite::Database target(to, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  SQLite::Backup backup(target, source);
  complete = false;
  while (!stop.load(std::memory_order_relaxed)) {
    if (ipc::fault_at(ipc::FaultPoint::durable_copy)) throw std::runtime_error("cannot copy " + from);
    if (backup.executeStep(kPagesPerStep) == SQLITE_DONE) {
      complete = true;
      return;
    }
  }
}

core::Result<std::string> back_up_to(const std::string& database, const std::string& path,
                                     const std::atomic<bool>& stop) {
  const std::string partial = path + kPartial;
  bool named = false;
  try {
    if (fs::exists(path)) {
      return core::Error(core::ErrorCode::conflict, path + " is there already and is not written over.",
                         "Name a new file.");
    }
    remove_partial(partial);
    bool complete = false;
    copy_database(database, partial, stop, complete);
    std::optional<std::string> trouble =
        complete ? std::nullopt : std::optional<std::string>("it was stopped");
    // A copy of a damaged database is damaged as well, and would push out those that are not.
    if (!trouble) trouble = find_damage(partial, kWholeCheckMs, &stop);
    if (trouble) {
      remove_partial(partial);
      return backup_failed(*trouble);
    }
    fs::permissions(partial, fs::perms::owner_read | fs::perms::owner_write);
    sync_file(partial);
    named = true;
    rename_durably(partial, path);
    remove_partial(partial);  // looking at it has left files beside it
    return path;
  } catch (const std::exception& failure) {  // SQLite::Exception and filesystem_error alike
    // What has its name and is not surely on the disk is no backup.
    std::error_code ignored;
    if (named && !fs::exists(partial, ignored)) fs::remove(path, ignored);
    remove_partial(partial);
    return backup_failed(failure.what());
  }
}

core::Result<std::string> take_backup(const std::string& database, const std::string& directory,
                                      const std::string& label, const std::atomic<bool>& stop) {
  try {
    fs::create_directories(directory);
    fs::permissions(directory, fs::perms::owner_all);
    remove_partial_backups(directory);
    auto taken = back_up_to(database, new_backup_path(directory, label), stop);
    if (!taken) return taken;
    std::error_code ignored;
    const std::vector<std::string> backups = list_backups(directory);
    for (std::size_t i = kBackupsKept; i < backups.size(); ++i) fs::remove(backups[i], ignored);
    return taken;
  } catch (const std::exception& failure) {
    return backup_failed(failure.what());
  }
}

std::vector<std::string> list_backups(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("governor-") && name.ends_with(".db")) paths.push_back(entry.path().string());
  }
  std::sort(paths.rbegin(), paths.rend());  // the time in the name sorts them
  return paths;
}

std::optional<std::string> find_damage(const std::string& database, int time_limit_ms,
                                       const std::atomic<bool>* stop) {
  const CheckLimit limit{std::chrono::steady_clock::now() + std::chrono::milliseconds(time_limit_ms), stop};
  const auto look = [&] { return look_for_damage(database, limit); };
  try {
    const auto damage = with_second_try(look);
    return damage ? with_second_try(look) : std::nullopt;
  } catch (const SQLite::Exception& failure) {
    // A check that ran out of time found nothing so far; damage further on shows when it is read.
    if (failure.getErrorCode() == SQLITE_INTERRUPT) {
      if (stop != nullptr && stop->load()) return "it was stopped";
      return std::nullopt;
    }
    // What cannot be read the second time either is damage of the disk.
    const int code = failure.getErrorCode();
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_IOERR) return failure.what();
    throw;
  }
}

}  // namespace governor::daemon
