// The write-ahead log: how it is kept short, emptied before another one is begun, and looked at when somebody
// else has written into it or into the database.
#include <sqlite3.h>
#include <sys/stat.h>

#include <utility>

#include "daemon/store/backup.hpp"
#include "daemon/store/log_file.hpp"
#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
namespace {

/// A transaction waits for this.
constexpr int kCloserLookMs = 400;

}  // namespace

/// SQLite calls this after each transaction, in place of its own hook.
int SqliteStore::on_log_grown(void* given, sqlite3* database, const char* name, int frames) {
  auto& store = *static_cast<SqliteStore*>(given);
  if (frames <= store.log_frames_ || store.log_frames_ == 0) store.has_log_begun_ = true;
  store.log_frames_ = frames;
  if (frames >= store.checkpoint_at_) {
    // What fails now is done after the next transaction.
    ::sqlite3_wal_checkpoint_v2(database, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    store.has_checkpointed_ = true;
  }
  return SQLITE_OK;
}

/// How the files look after a transaction that governor has written.
void SqliteStore::note_log() {
  if (std::exchange(has_log_begun_, false)) log_header_ = LogFile::read_header(files_.log_path());
  files_.note_commit(std::exchange(has_checkpointed_, false));
}

/// The checksums of its frames are looked at by nobody else before the next start.
bool SqliteStore::is_log_whole() const {
  const LogFile log(files_.log_path());
  if (log.header() == log_header_) return log.frames() >= static_cast<std::size_t>(log_frames_);
  // All of the one before is in the database, if SQLite has begun this one, or none.
  return log.frames() > 0 || log.is_empty();
}

/// Whether another connection, which remembers no page, reads all that was confirmed. A file that was cut off
/// is not even opened: SQLite would take an emptied database for a new one and delete its log.
bool SqliteStore::holds_all() const {
  const std::string& path = files_.path();
  if (files_.is_cut_off() || !is_log_whole() || find_damage(path, kCloserLookMs)) return false;
  SQLite::Database fresh(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
  ::sqlite3_db_config(fresh.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const RowChain there(fresh, "commit");
  return there.end().entries >= commit_chain_.end().entries;
}

/// Somebody who only set a file's time, or who changed rows by SQLite, has done no damage to the files.
OpenFiles::Loss SqliteStore::look_closer() {
  bool is_sound = false;
  try {
    is_sound = holds_all();
  } catch (const std::exception&) {
    is_sound = false;
  }
  if (is_sound) {
    files_.note_sound();
    return OpenFiles::Loss::none;
  }
  files_.note_overwritten();
  suspect_damage();
  return OpenFiles::Loss::overwritten;
}

bool SqliteStore::empty_log() {
  sqlite3* database = database_->getHandle();
  int frames = 0;
  int copied = 0;
  // Whoever reads at this moment keeps the log from being emptied; commits shall not wait for that.
  ::sqlite3_busy_timeout(database, 0);
  const int outcome =
      ::sqlite3_wal_checkpoint_v2(database, "main", SQLITE_CHECKPOINT_TRUNCATE, &frames, &copied);
  ::sqlite3_busy_timeout(database, kBusyTimeoutMs);
  files_.note_writing();
  log_frames_ = 0;
  return outcome == SQLITE_OK && frames == copied;
}

void SqliteStore::shorten_log() {
  struct stat info;
  const bool is_long = ::stat(files_.log_path().c_str(), &info) == 0 && info.st_size > kLogBytesKept;
  if (is_long && files_.find_loss() == OpenFiles::Loss::none) empty_log();
}

}  // namespace governor::daemon
