#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

namespace governor::daemon {

struct RowCount {
  /// A table from which others than governor have removed rows, or into which they have put some: how many
  /// there are to be is known from the ends of the chains and from the sums of the seals.
  std::optional<std::string> miscounted;
  bool complete = true;  ///< false: the time was over, or `stop` was set, before all were counted
};
RowCount count_rows(SQLite::Database& database, std::chrono::milliseconds limit,
                    const std::atomic<bool>* stop = nullptr);

/// What is to be said of such a table.
std::string miscount_text(const std::string& table);

}  // namespace governor::daemon
