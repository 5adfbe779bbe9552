#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "daemon/store/raw_statement.hpp"

namespace governor::daemon {

/// Rowids from `first` to `last`, whose rows could not be read.
struct UnreadRange {
  std::int64_t first = 0;
  std::int64_t last = 0;  ///< the highest number there is: to the end of the table
};

/// Reads what reads of a damaged table: around pages that do not, from both sides and between them. A number
/// of tries bounds the time, so of a table that is damaged everywhere rows may stay behind.
class ReadableRows {
 public:
  /// Column 0 of each row is its rowid, those named in `columns` follow.
  using Take = std::function<void(RawStatement& row)>;

  ReadableRows(sqlite3* database, const std::string& table, const std::string& columns);

  /// Each row once, in no particular order. The ranges say where rows may have been.
  std::vector<UnreadRange> read(const Take& take);

  static constexpr int kTries = 50'000;
  static constexpr int kTriesWithoutRow = 2'000;

 private:
  /// From one end of the range as far as rows can be read; the range is then what lies beyond them. False if
  /// something lies beyond.
  bool read_on(RawStatement& rows, UnreadRange& range, bool up, const Take& take);
  void read_between(UnreadRange whole, std::vector<UnreadRange>& unread, const Take& take);

  RawStatement up_;
  RawStatement down_;
  std::size_t taken_ = 0;
};

}  // namespace governor::daemon
