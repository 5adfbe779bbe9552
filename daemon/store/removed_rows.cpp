#include "daemon/store/removed_rows.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cstdint>

namespace governor::daemon {
namespace {

struct CountedTable {
  const char* table;
  const char* key;
  const char* chain;    ///< whose end says how many rows there are
  const char* setting;  ///< without which nobody counted them yet; empty: they always were
};
constexpr std::array<CountedTable, 7> kCounted{{
    {"history", "key", "history", ""},
    {"audit", "key", "audit", ""},
    {"agent", "key", "sealed agent", "sealed_columns/agent"},
    {"alert", "key", "sealed alert", "sealed_columns/alert"},
    {"task", "key", "sealed task", "sealed_columns/task"},
    {"task_standing", "task", "sealed task_standing", "sealed_columns/task_standing"},
    {"lease", "key", "sealed lease", "sealed_columns/lease"},
}};

/// Statements of the connection end at this time.
class TimeLimit {
 public:
  TimeLimit(SQLite::Database& database, std::chrono::milliseconds limit)
      : handle_(database.getHandle()), until_(std::chrono::steady_clock::now() + limit) {
    sqlite3_progress_handler(
        handle_, 10000,
        [](void* until) {
          return std::chrono::steady_clock::now() >
                         *static_cast<std::chrono::steady_clock::time_point*>(until)
                     ? 1
                     : 0;
        },
        &until_);
  }
  ~TimeLimit() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

 private:
  sqlite3* handle_;
  std::chrono::steady_clock::time_point until_;
};

bool is_counted(SQLite::Database& database, const CountedTable& table) {
  if (*table.setting == '\0') return true;
  SQLite::Statement setting(database, "SELECT 1 FROM setting WHERE name = ?");
  setting.bind(1, table.setting);
  return setting.executeStep();
}

/// Row by row: SQLite's own way to count cannot be ended before it is through.
std::int64_t count_rows(SQLite::Database& database, const CountedTable& table) {
  return database
      .execAndGet(fmt::format("SELECT count(*) FROM {0} WHERE {1} >= {2}", table.table, table.key,
                              "-9223372036854775807"))
      .getInt64();
}

std::int64_t known_count(SQLite::Database& database, const CountedTable& table) {
  SQLite::Statement end(database, "SELECT entries FROM chain WHERE name = ?");
  end.bind(1, table.chain);
  return end.executeStep() ? end.getColumn(0).getInt64() : 0;
}

}  // namespace

std::optional<std::string> find_miscounted_table(SQLite::Database& database,
                                                 std::chrono::milliseconds limit) {
  const TimeLimit until(database, limit);
  try {
    for (const CountedTable& table : kCounted) {
      if (is_counted(database, table) && count_rows(database, table) != known_count(database, table))
        return table.table;
    }
  } catch (const SQLite::Exception& failure) {
    if (failure.getErrorCode() != SQLITE_INTERRUPT) throw;
  }
  return std::nullopt;
}

}  // namespace governor::daemon
