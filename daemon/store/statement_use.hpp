#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace governor::daemon {

/// Leaves the statement ready for its next use, also when its use ends with an exception: one that stays busy
/// refuses every later bind, and keeps a transaction from ending.
class StatementUse {
 public:
  explicit StatementUse(SQLite::Statement& statement) : statement_(statement) {}
  ~StatementUse() { statement_.tryReset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

 private:
  SQLite::Statement& statement_;
};

inline void run(SQLite::Statement& statement) {
  const StatementUse use(statement);
  statement.exec();
}

}  // namespace governor::daemon
