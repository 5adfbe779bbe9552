#include "daemon/store/readable_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <stdexcept>

namespace governor::daemon {
namespace {

constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();
/// How far above an unreadable end of a table rows are looked for.
constexpr std::int64_t kLookAhead = 1 << 22;

std::string ordered_select(const std::string& table, const std::string& columns, const char* order) {
  return fmt::format("SELECT rowid, {} FROM {} WHERE rowid >= ?1 AND rowid <= ?2 ORDER BY rowid {}", columns,
                     table, order);
}

}  // namespace

ReadableRows::ReadableRows(sqlite3* database, const std::string& table, const std::string& columns)
    : up_(database, ordered_select(table, columns, "ASC")),
      down_(database, ordered_select(table, columns, "DESC")) {}

bool ReadableRows::read_on(RawStatement& rows, UnreadRange& range, bool up, const Take& take) {
  rows.reset();
  rows.bind(1, range.first);
  rows.bind(2, range.last);
  int outcome = SQLITE_ROW;
  while ((outcome = rows.step()) == SQLITE_ROW) {
    const std::int64_t row = rows.integer(0);
    // Damaged pages may lead in a circle, or elsewhere.
    if (row < range.first || row > range.last) break;
    take(rows);
    ++taken_;
    if (row == (up ? range.last : range.first)) {
      outcome = SQLITE_DONE;
      break;
    }
    (up ? range.first : range.last) = up ? row + 1 : row - 1;
  }
  rows.reset();
  // These are no property of what was read.
  if (outcome == SQLITE_NOMEM || outcome == SQLITE_BUSY || outcome == SQLITE_CANTOPEN)
    throw std::runtime_error(sqlite3_errstr(outcome));
  return outcome == SQLITE_DONE;
}

std::vector<UnreadRange> ReadableRows::read(const Take& take) {
  UnreadRange whole{1, kToTheEnd};
  if (!up_ || !down_) return {whole};  // there is no such table, or not with these columns
  if (read_on(up_, whole, true, take) || read_on(down_, whole, false, take)) return {};
  std::vector<UnreadRange> unread;
  if (whole.last == kToTheEnd) {
    unread.push_back({whole.first + kLookAhead + 1, kToTheEnd});
    whole.last = whole.first + kLookAhead;
  }
  read_between(whole, unread, take);
  std::sort(unread.begin(), unread.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<UnreadRange> joined;
  for (const UnreadRange& range : unread) {
    if (!joined.empty() && joined.back().last + 1 == range.first) {
      joined.back().last = range.last;
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

/// The widest ranges first: if the tries do not suffice, they have gone where most can be found.
void ReadableRows::read_between(UnreadRange whole, std::vector<UnreadRange>& unread, const Take& take) {
  std::deque<UnreadRange> open{whole};
  for (int tries = 0; !open.empty(); ++tries) {
    const UnreadRange range = open.front();
    open.pop_front();
    const bool in_vain = tries >= kTries || (tries >= kTriesWithoutRow && taken_ == 0);
    if (in_vain || range.first == range.last) {
      unread.push_back(range);
      continue;
    }
    const std::int64_t middle = range.first + (range.last - range.first) / 2;
    UnreadRange upper{middle + 1, range.last};
    UnreadRange lower{range.first, middle};
    if (!read_on(up_, upper, true, take)) open.push_back(upper);
    if (!read_on(down_, lower, false, take)) open.push_back(lower);
  }
}

}  // namespace governor::daemon
