#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <vector>

#include "core/analysis/series.hpp"

namespace governor::core::test {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// Rows in which one figure has these values, told from the oldest to the newest as people think of them;
/// the rows are newest first.
inline std::vector<UpdateRecord> rows_with(Figure figure, const std::vector<double>& oldest_first) {
  std::vector<UpdateRecord> rows(oldest_first.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    UpdateRecord& row = rows[rows.size() - 1 - i];
    row.number = i + 1;
    row.*figure = oldest_first[i];
  }
  return rows;
}

}  // namespace governor::core::test
