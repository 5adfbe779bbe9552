#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace governor::daemon {

/// A prepared statement whose errors are values: for reading what may be damaged, where an error is an answer
/// like another, and for copying values without looking at them.
class RawStatement {
 public:
  RawStatement(sqlite3* database, const std::string& sql) {
    int outcome = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement_, nullptr);
    if (outcome == SQLITE_IOERR || outcome == SQLITE_CORRUPT)  // what fails once is no damage
      outcome = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement_, nullptr);
    if (outcome != SQLITE_OK) {
      sqlite3_finalize(statement_);
      statement_ = nullptr;
    }
  }
  ~RawStatement() { sqlite3_finalize(statement_); }
  RawStatement(const RawStatement&) = delete;
  RawStatement& operator=(const RawStatement&) = delete;

  /// Whether it could be prepared; nothing else may be called if not.
  explicit operator bool() const { return statement_ != nullptr; }
  [[nodiscard]] sqlite3_stmt* get() const { return statement_; }
  int step() { return sqlite3_step(statement_); }
  void reset() { sqlite3_reset(statement_); }
  void bind(int place, std::int64_t value) { sqlite3_bind_int64(statement_, place, value); }
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] int columns() const { return sqlite3_column_count(statement_); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace governor::daemon
