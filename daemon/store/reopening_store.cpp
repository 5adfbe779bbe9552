#include "daemon/store/reopening_store.hpp"

#include <spdlog/spdlog.h>

namespace governor::daemon {
namespace {

/// The database that is there, and no other: it is neither made nor migrated, since it was in use until now.
std::unique_ptr<SqliteStore> open_again(const std::string& path) {
  auto database = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX);
  configure_connection(*database);
  return std::make_unique<SqliteStore>(std::move(database));
}

}  // namespace

std::optional<core::Error> ReopeningStore::commit(std::span<const core::Change> changes) {
  if (has_failed_) reopen();
  auto failure = store_->commit(changes);
  has_failed_ = failure.has_value();
  return failure;
}

core::Result<core::StateSeed> ReopeningStore::load_seed() {
  auto seed = store_->load_seed();
  if (seed) return seed;
  reopen();
  return store_->load_seed();
}

/// The new connection is opened beside the old one. If the old one were closed first, SQLite would read the
/// write-ahead log anew, and find in it what a commit had written whose syncing then failed: refused, and
/// nevertheless there.
void ReopeningStore::reopen() {
  const OpenFiles::Loss loss = store_->files().find_loss();
  if (loss == OpenFiles::Loss::log_missing) {
    // What was confirmed is in a file without a name, and must be in the database before that is let go.
    if (!store_->empty_log()) return;
    spdlog::warn("{} was removed; all that was in it is in the database, and a new one is begun",
                 store_->files().log_path());
  } else if (loss != OpenFiles::Loss::none && loss != OpenFiles::Loss::touched) {
    return;
  }
  try {
    auto fresh = open_again(store_->files().path());
    if (!fresh->files().is_same_database(store_->files())) {
      fresh->leave_alone();
      return;
    }
    fresh->take_over(*store_);
    store_ = std::move(fresh);
  } catch (const std::exception& failure) {
    spdlog::warn("the database cannot be opened again: {}", failure.what());
  }
}

}  // namespace governor::daemon
