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
constexpr std::array<CountedTable, 12> kCounted{{
    {"history", "key", "history", ""},
    {"audit", "key", "audit", ""},
    {"agent", "key", "sealed agent", "sealed_columns/agent"},
    {"alert", "key", "sealed alert", "sealed_columns/alert"},
    {"task", "key", "sealed task", "sealed_columns/task"},
    {"task_standing", "task", "sealed task_standing", "sealed_columns/task_standing"},
    {"lease", "key", "sealed lease", "sealed_columns/lease"},
    {"outcome", "history", "sealed outcome", "sealed_columns/outcome"},
    {"deployment", "key", "sealed deployment", "sealed_columns/deployment"},
    {"deployment_standing", "deployment", "sealed deployment_standing", "sealed_columns/deployment_standing"},
    {"approval", "key", "sealed approval", "sealed_columns/approval"},
    {"evidence", "key", "evidence", ""},  // the longest comes last
}};

/// Statements of the connection end when the time is over.
class CountLimit {
 public:
  CountLimit(SQLite::Database& database, std::chrono::milliseconds limit, const std::atomic<bool>* stop)
      : handle_(database.getHandle()), until_(std::chrono::steady_clock::now() + limit), stop_(stop) {
    sqlite3_progress_handler(
        handle_, 10000, [](void* self) { return static_cast<CountLimit*>(self)->is_over() ? 1 : 0; }, this);
  }
  ~CountLimit() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  CountLimit(const CountLimit&) = delete;
  CountLimit& operator=(const CountLimit&) = delete;

 private:
  [[nodiscard]] bool is_over() const {
    return (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) ||
           std::chrono::steady_clock::now() > until_;
  }

  sqlite3* handle_;
  std::chrono::steady_clock::time_point until_;
  const std::atomic<bool>* stop_;
};

bool is_counted(SQLite::Database& database, const CountedTable& table) {
  if (!database.tableExists(table.table)) return false;  // a migration will make it
  if (*table.setting == '\0') return true;
  SQLite::Statement setting(database, "SELECT 1 FROM setting WHERE name = ?");
  setting.bind(1, table.setting);
  return setting.executeStep();
}

/// Row by row: SQLite's own way to count cannot be ended before it is through.
std::int64_t rows_there(SQLite::Database& database, const CountedTable& table) {
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

RowCount count_rows(SQLite::Database& database, std::chrono::milliseconds limit,
                    const std::atomic<bool>* stop) {
  const CountLimit until(database, limit, stop);
  // Rows and ends of one moment.
  SQLite::Transaction moment(database);
  try {
    for (const CountedTable& table : kCounted) {
      if (is_counted(database, table) && rows_there(database, table) != known_count(database, table))
        return {table.table, true};
    }
  } catch (const SQLite::Exception& failure) {
    if (failure.getErrorCode() != SQLITE_INTERRUPT) throw;
    return {std::nullopt, false};
  }
  return {};
}

std::string miscount_text(const std::string& table) {
  return fmt::format("rows of the table {} were removed or added by others", table);
}

}  // namespace governor::daemon
