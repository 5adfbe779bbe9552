#include "daemon/store/open_store.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>

#include "daemon/store/backup.hpp"

namespace governor::daemon {
namespace {

namespace fs = std::filesystem;
using Migrations = std::span<const char* const>;
constexpr int kCheckLimitMs = 400;
const std::atomic<bool> kNeverStop{false};

core::Error unusable(std::string message, std::string hint) {
  return {core::ErrorCode::storage_unavailable, std::move(message), std::move(hint)};
}

/// The two marks as they stand in the file's header, read without SQLite so that nothing is touched.
/// https://www.sqlite.org/fileformat2.html#the_database_header
struct FileMarks {
  std::int32_t user_version = 0;
  std::int32_t application_id = 0;
  bool has_tables = false;  ///< known only once SQLite has been asked
};

std::optional<FileMarks> read_marks(const std::string& path) {
  std::array<unsigned char, 100> header{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(header.data()), header.size())) return std::nullopt;
  if (std::memcmp(header.data(), "SQLite format 3", 16) != 0) return std::nullopt;
  const auto big_endian = [&](std::size_t at) {
    return static_cast<std::int32_t>((std::uint32_t{header[at]} << 24) |
                                     (std::uint32_t{header[at + 1]} << 16) |
                                     (std::uint32_t{header[at + 2]} << 8) | header[at + 3]);
  };
  return FileMarks{big_endian(60), big_endian(68), false};
}

std::optional<core::Error> refuse_foreign(const std::string& path, const FileMarks& marks,
                                          std::size_t migrations) {
  const auto newest = static_cast<std::int32_t>(migrations);
  const bool used = marks.application_id != 0 || marks.user_version != 0 || marks.has_tables;
  if (marks.application_id != kApplicationId && used) {
    return unusable(fmt::format("{} is the database of another program (application id {:#x}).", path,
                                static_cast<std::uint32_t>(marks.application_id)),
                    "Move it away, or give governor another state directory. It was left untouched.");
  }
  if (marks.user_version > newest) {
    return unusable(fmt::format("{} was written by a newer governor (schema {}, this one knows {}).", path,
                                marks.user_version, newest),
                    "Install the newer governor again. The database was left untouched.");
  }
  return std::nullopt;
}

/// Moves the damaged files away, so that nothing is lost that a person might still rescue.
std::string set_aside(const std::string& path) {
  const std::string stamp = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::time(nullptr)));
  std::string target = fmt::format("{}.damaged-{}", path, stamp);
  for (int n = 2; fs::exists(target); ++n) target = fmt::format("{}.damaged-{}-{}", path, stamp, n);
  // The database itself last: as long as it is in its place, the next start finds the damage again.
  for (const char* suffix : {"-wal", "-shm"}) {
    if (fs::exists(path + suffix)) fs::rename(path + suffix, target + suffix);
  }
  fs::rename(path, target);
  return target;
}

/// A copy of a backup that is complete but not yet in its place.
std::string restoring_path(const std::string& path) {
  return path + ".restoring";
}

std::string recover(const std::string& path, const std::string& backups, const std::string& damage) {
  for (const std::string& backup : list_backups(backups)) {
    if (find_damage(backup, kCheckLimitMs * 10)) continue;
    // Made ready before the damaged one goes: a crash in between must not lead to an empty database.
    const std::string partial = restoring_path(path) + ".part";
    fs::copy_file(backup, partial, fs::copy_options::overwrite_existing);
    fs::permissions(partial, fs::perms::owner_read | fs::perms::owner_write);
    fs::rename(partial, restoring_path(path));
    const std::string aside = set_aside(path);
    fs::rename(restoring_path(path), path);
    return fmt::format(
        "The database was damaged ({}). It was set aside as {}, and the backup {} took its place.", damage,
        aside, backup);
  }
  const std::string aside = set_aside(path);
  return fmt::format(
      "The database was damaged ({}) and there is no good backup. It was set aside as {}, and a new "
      "one was begun.",
      damage, aside);
}

std::optional<core::Error> migrate(SQLite::Database& db, const std::string& path, const std::string& backups,
                                   Migrations migrations) {
  int version = db.execAndGet("PRAGMA user_version").getInt();
  const bool is_new = version == 0;  // nothing in it is worth a backup
  for (; version < static_cast<int>(migrations.size()); ++version) {
    if (!is_new) {
      const auto backup =
          take_backup(path, backups, fmt::format("before-schema-{}", version + 1), kNeverStop);
      if (!backup) return backup.error();
    }
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    db.exec(migrations[static_cast<std::size_t>(version)]);
    db.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    db.exec(fmt::format("PRAGMA user_version = {}", version + 1));
    transaction.commit();
  }
  return std::nullopt;
}

core::Result<OpenedStore> open_checked(const std::string& path, const std::string& backups,
                                       Migrations migrations) {
  OpenedStore opened;
  if (!fs::exists(path) && fs::exists(restoring_path(path))) {
    fs::rename(restoring_path(path), path);
    opened.notices.push_back("The database was damaged and set aside; a backup has taken its place.");
  }
  if (fs::exists(path)) {
    if (const auto marks = read_marks(path)) {
      if (auto refusal = refuse_foreign(path, *marks, migrations.size())) return *std::move(refusal);
    }
    if (const auto damage = fs::file_size(path) == 0 ? std::nullopt : find_damage(path, kCheckLimitMs)) {
      opened.notices.push_back(recover(path, backups, *damage));
    }
  }
  auto db =
      std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE |
                                                   SQLite::OPEN_NOMUTEX);  // one thread at a time uses it
  // The header may be older than what the write-ahead log holds, so SQLite is asked again, before anything is
  // changed.
  const FileMarks marks{db->execAndGet("PRAGMA user_version").getInt(),
                        db->execAndGet("PRAGMA application_id").getInt(),
                        db->execAndGet("SELECT count(*) FROM sqlite_master").getInt() > 0};
  if (auto refusal = refuse_foreign(path, marks, migrations.size())) return *std::move(refusal);
  configure_connection(*db);
  if (auto failure = migrate(*db, path, backups, migrations)) return *std::move(failure);
  opened.store = std::make_unique<SqliteStore>(std::move(db));
  return opened;
}

}  // namespace

std::string database_path(const std::string& state_directory) {
  return state_directory + "/governor.db";
}
std::string backup_directory(const std::string& state_directory) {
  return state_directory + "/backups";
}

core::Result<OpenedStore> open_store(const std::string& state_directory, Migrations migrations) {
  const std::string path = database_path(state_directory);
  try {
    return open_checked(path, backup_directory(state_directory), migrations);
  } catch (const std::exception& failure) {  // SQLite::Exception and filesystem_error alike
    return unusable(fmt::format("{} cannot be opened: {}.", path, failure.what()),
                    "Check the state directory's permissions and free space.");
  }
}

}  // namespace governor::daemon
