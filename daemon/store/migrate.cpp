#include "daemon/store/migrate.hpp"

#include <fmt/format.h>

#include <atomic>

#include "daemon/store/backup.hpp"
#include "daemon/store/schema.hpp"

namespace governor::daemon {
namespace {

const std::atomic<bool> kNeverStop{false};

}  // namespace

std::optional<core::Error> migrate(SQLite::Database& database, const std::string& path,
                                   const std::string& backups, Migrations migrations) {
  int version = database.execAndGet("PRAGMA user_version").getInt();
  const bool wants_backup = version != 0 && !backups.empty();  // nothing in a new one is worth a backup
  for (; version < static_cast<int>(migrations.size()); ++version) {
    if (wants_backup) {
      const auto backup =
          take_backup(path, backups, fmt::format("before-schema-{}", version + 1), kNeverStop);
      if (!backup) return backup.error();
    }
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(migrations[static_cast<std::size_t>(version)]);
    database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    database.exec(fmt::format("PRAGMA user_version = {}", version + 1));
    transaction.commit();
  }
  return std::nullopt;
}

}  // namespace governor::daemon
