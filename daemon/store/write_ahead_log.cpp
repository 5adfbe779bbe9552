// The write-ahead log: how it is kept short, and emptied before another one is begun.
#include <sqlite3.h>
#include <sys/stat.h>

#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {

bool SqliteStore::empty_log() {
  sqlite3* database = database_->getHandle();
  int frames = 0;
  int copied = 0;
  // Whoever reads at this moment keeps the log from being emptied; commits shall not wait for that.
  ::sqlite3_busy_timeout(database, 0);
  const int outcome =
      ::sqlite3_wal_checkpoint_v2(database, "main", SQLITE_CHECKPOINT_TRUNCATE, &frames, &copied);
  ::sqlite3_busy_timeout(database, kBusyTimeoutMs);
  return outcome == SQLITE_OK && frames == copied;
}

void SqliteStore::shorten_log() {
  struct stat info;
  const bool is_long = ::stat(files_.log_path().c_str(), &info) == 0 && info.st_size > kLogBytesKept;
  if (is_long && files_.find_loss() == OpenFiles::Loss::none) empty_log();
}

}  // namespace governor::daemon
