#include "daemon/store/find_trouble.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "daemon/store/backup.hpp"
#include "daemon/store/best_backup.hpp"
#include "daemon/store/chain_scan.hpp"
#include "daemon/store/chained_rows.hpp"
#include "daemon/store/removed_rows.hpp"
#include "daemon/store/schema.hpp"

namespace governor::daemon {
namespace {

/// A start must not take long; what is damaged further on shows when it is read, and then the next start
/// looks at everything.
constexpr int kQuickCheckMs = 400;
constexpr std::chrono::milliseconds kCountingTime{200};

/// The two marks as they stand in the file's header, read without SQLite so that nothing is touched.
/// https://www.sqlite.org/fileformat2.html#the_database_header
struct FileMarks {
  std::int32_t user_version = 0;
  std::int32_t application_id = 0;
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
  return FileMarks{big_endian(60), big_endian(68)};
}

core::Error foreign(const std::string& path, const FileMarks& marks) {
  return {core::ErrorCode::storage_unavailable,
          fmt::format("{} is the database of another program (application id {:#x}).", path,
                      static_cast<std::uint32_t>(marks.application_id)),
          "Move it away, or give governor another state directory. It was left untouched."};
}

core::Error newer(const std::string& path, int version, std::size_t newest) {
  return {core::ErrorCode::storage_unavailable,
          fmt::format("{} was written by a newer governor (schema {}, this one knows {}).", path, version,
                      newest),
          "Install the newer governor again. The database was left untouched."};
}

/// As SQLite sees them: the write-ahead log may hold newer ones than the file.
struct Contents {
  FileMarks marks;
  SchemaObjects schema;
};

Contents read_contents(SQLite::Database& database) {
  return {{database.execAndGet("PRAGMA user_version").getInt(),
           database.execAndGet("PRAGMA application_id").getInt()},
          read_schema(database)};
}

SQLite::Database open_to_look(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE, 2000);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return database;
}

std::optional<StoreTrouble> find_schema_trouble(SQLite::Database& database, Migrations migrations,
                                                std::string& notice) {
  const Contents contents = read_contents(database);
  const auto marked = static_cast<std::size_t>(
      std::clamp(contents.marks.user_version, 0, static_cast<std::int32_t>(migrations.size())));
  if (marked == 0 && contents.schema.empty()) return std::nullopt;  // its first start was interrupted
  const bool marked_well = marked > 0 && contents.marks.application_id == kApplicationId;
  const auto fault = find_schema_fault(contents.schema, expected_schema(migrations, marked));
  const std::size_t version = version_of_schema(contents.schema, migrations);
  if (marked_well && !fault && version <= marked) return std::nullopt;
  if (version != 0) {
    database.exec(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, version));
    notice = fmt::format("The database was marked as one of schema {}, but it is of schema {}; put right.",
                         contents.marks.user_version, version);
    return std::nullopt;
  }
  return StoreTrouble{fault.value_or("its schema is not that of governor")};
}

/// Looks at every row, which is done only where damage was met.
std::optional<StoreTrouble> find_missing_rows(SQLite::Database& database) {
  const StoreProgress there = read_progress(database);
  const auto is_whole = [](const ChainScan& scan, const RowChain::End& end) {
    return scan.missing.empty() && scan.changed.empty() && scan.end.entries == end.entries;
  };
  if (is_whole(scan_history(database), there.history) && is_whole(scan_audit(database), there.audit) &&
      is_whole(scan_evidence(database), there.evidence)) {
    return std::nullopt;
  }
  return StoreTrouble{"rows of the history, of the audit log or of the evidence are missing or were changed"};
}

RowHash hash_at(SQLite::Database& database, const char* table, std::int64_t key) {
  SQLite::Statement row(database, fmt::format("SELECT hash FROM {} WHERE key = ?", table));
  row.bind(1, key);
  return row.executeStep() ? read_row_hash(row, 0) : RowHash{};
}

/// Another hash at the same place is another history.
bool differs(SQLite::Database& database, const char* table, const RowChain::End& remembered) {
  if (remembered.last == 0 || !database.tableExists(table)) return false;
  const RowHash there = hash_at(database, table, remembered.last);
  return there != RowHash{} && there != remembered.hash;
}

std::optional<StoreTrouble> compare_with(SQLite::Database& database, const StoreProgress& remembered) {
  const StoreProgress there = read_progress(database);
  if (differs(database, "history", remembered.history) || differs(database, "audit", remembered.audit) ||
      differs(database, "evidence", remembered.evidence)) {
    StoreTrouble trouble{"it is another one than was used here last"};
    trouble.is_another = true;
    return trouble;
  }
  if (there.commits.entries >= remembered.commits.entries && there.history.last >= remembered.history.last &&
      there.audit.last >= remembered.audit.last && there.evidence.last >= remembered.evidence.last) {
    return std::nullopt;
  }
  StoreTrouble trouble{"it was set back to an earlier state, or its write-ahead log was removed"};
  trouble.set_back = true;
  return trouble;
}

}  // namespace

std::optional<core::Error> refuse_foreign(const std::string& path, Migrations migrations) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) == 0 || error) return std::nullopt;
  const auto newest = static_cast<std::int32_t>(migrations.size());
  if (const auto in_file = read_marks(path)) {
    if (in_file->application_id != kApplicationId && in_file->application_id != 0)
      return foreign(path, *in_file);
    if (in_file->application_id == kApplicationId && in_file->user_version > newest)
      return newer(path, in_file->user_version, migrations.size());
  }
  try {
    SQLite::Database database = open_to_look(path);
    const Contents contents = read_contents(database);
    const FileMarks& marks = contents.marks;
    const bool used = marks.application_id != 0 || marks.user_version != 0 || !contents.schema.empty();
    // A mark that is lost makes nobody else's database of ours.
    const bool ours =
        marks.application_id == kApplicationId || likely_version(contents.schema, migrations) != 0;
    if (used && !ours) return foreign(path, marks);
    if (used && marks.user_version > newest) return newer(path, marks.user_version, migrations.size());
  } catch (const SQLite::Exception& failure) {
    const int code = failure.getErrorCode();
    if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB && code != SQLITE_IOERR) throw;
  }
  return std::nullopt;
}

std::optional<StoreTrouble> find_trouble(const std::string& path, const std::string& backups,
                                         const ProgressRecord::Found& record, Migrations migrations,
                                         LookNotes& notes) {
  const bool exists = std::filesystem::exists(path);
  if (!exists || std::filesystem::file_size(path) == 0) {
    const bool was_one = record.exists || find_best_backup(backups, migrations).has_value();
    if (!was_one) return std::nullopt;  // a new one is to be made
    return StoreTrouble{exists ? "it was emptied" : "it was gone"};
  }
  if (const auto damage = find_damage(path, record.suspect ? kWholeCheckMs : kQuickCheckMs))
    return StoreTrouble{*damage};
  SQLite::Database database = open_to_look(path);
  if (auto trouble = find_schema_trouble(database, migrations, notes.notice)) return trouble;
  if (database.execAndGet("PRAGMA user_version").getInt() == 0) {
    // Its first start was interrupted, unless commits are remembered: a young database lies in its log alone.
    if (!record.progress || record.progress->commits.entries == 0) return std::nullopt;
    StoreTrouble trouble{"all that was in it is gone: its write-ahead log was removed or damaged"};
    trouble.set_back = true;
    return trouble;
  }
  if (record.suspect) {
    if (auto trouble = find_missing_rows(database)) return trouble;
  }
  if (record.progress) {
    if (auto trouble = compare_with(database, *record.progress)) return trouble;
  }
  const RowCount count = count_rows(database, kCountingTime);
  if (count.miscounted) return StoreTrouble{miscount_text(*count.miscounted)};
  notes.are_counted = count.complete;
  return std::nullopt;
}

}  // namespace governor::daemon
