#include "daemon/files/line_change.hpp"

#include <algorithm>
#include <unordered_map>

namespace governor::daemon {
namespace {

/// What both begin with need not be counted line by line; most of a file stays.
void drop_common_beginning(std::string_view& before, std::string_view& after) {
  const auto differs = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const auto same = static_cast<std::size_t>(differs.first - before.begin());
  if (same == 0) return;
  const std::size_t line = before.rfind('\n', same - 1);
  if (line == std::string_view::npos) return;
  before.remove_prefix(line + 1);
  after.remove_prefix(line + 1);
}

using Counts = std::unordered_map<std::string_view, std::int64_t>;

void count_each(std::string_view text, std::int64_t by, Counts& counts) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    counts[text.substr(0, end)] += by;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

LineChange compare_lines(std::string_view before, std::string_view after) {
  drop_common_beginning(before, after);
  Counts counts;
  count_each(before, -1, counts);
  count_each(after, 1, counts);
  LineChange change;
  for (const auto& [line, count] : counts) {
    if (count > 0) change.added += static_cast<std::uint32_t>(count);
    if (count < 0) change.removed += static_cast<std::uint32_t>(-count);
  }
  return change;
}

}  // namespace governor::daemon
