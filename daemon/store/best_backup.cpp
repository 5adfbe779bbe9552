#include "daemon/store/best_backup.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/store/backup.hpp"
#include "daemon/store/schema.hpp"
#include "daemon/store/second_try.hpp"

namespace governor::daemon {
namespace {

/// None for what no database can be made from.
std::optional<Backup> look_at_backup(const std::string& path, Migrations migrations) {
  if (std::filesystem::file_size(path) == 0) return std::nullopt;  // SQLite takes that for a sound database
  SQLite::Database db(path, SQLite::OPEN_READWRITE, 2000);
  const int version = db.execAndGet("PRAGMA user_version").getInt();
  if (db.execAndGet("PRAGMA application_id").getInt() != kApplicationId) return std::nullopt;
  if (version < 1 || version > static_cast<int>(migrations.size())) return std::nullopt;
  Backup backup{path, static_cast<std::size_t>(version), {}};
  if (find_schema_fault(read_schema(db), expected_schema(migrations, backup.version))) return std::nullopt;
  backup.progress = read_progress(db);
  return backup;
}

std::optional<Backup> examine_backup(const std::string& path, Migrations migrations) {
  try {
    return with_second_try([&] { return look_at_backup(path, migrations); });
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

/// A directory that cannot be read is not the same as none.
void throw_if_unreadable(const std::string& directory) {
  std::error_code error;
  const std::filesystem::directory_iterator entries(directory, error);
  if (error && error != std::errc::no_such_file_or_directory)
    throw std::filesystem::filesystem_error("cannot read", directory, error);
}

}  // namespace

std::optional<Backup> find_best_backup(const std::string& directory, Migrations migrations) {
  throw_if_unreadable(directory);
  std::vector<Backup> candidates;
  for (const std::string& path : list_backups(directory)) {
    if (auto backup = examine_backup(path, migrations)) candidates.push_back(*std::move(backup));
  }
  // The newest, unless an older one has come further: then the newest is one of an emptied database.
  std::stable_sort(candidates.begin(), candidates.end(), [](const Backup& a, const Backup& b) {
    const auto reach = [](const StoreProgress& p) { return p.history.last + p.audit.last + p.evidence.last; };
    return reach(a.progress) > reach(b.progress);
  });
  for (Backup& backup : candidates) {
    try {
      if (!find_damage(backup.path, kWholeCheckMs)) return std::move(backup);
    } catch (const std::exception&) {
      continue;  // what cannot be read is none to rely on
    }
  }
  return std::nullopt;
}

}  // namespace governor::daemon
