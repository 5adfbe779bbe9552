#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ctl/import/document.hpp"
#include "ctl/import/finding.hpp"

namespace governor::ctl::legacy {

inline constexpr std::string_view kAcceptedDecisions = "approve, revise or reject";
inline constexpr const char* kUnknownField = "governor does not know this field";

/// Counts the words and times of one column that governor has no room for: each is a gap, and the column
/// gives one finding and not a thousand.
class ColumnFaults {
 public:
  ColumnFaults(std::string_view field, std::string_view code) : field_(field), code_(code) {}

  /// `index` from 0; `given` and `expected` are shown for the first fault.
  void add(std::size_t index, std::string_view given, std::string_view expected);
  void report(Notes& notes) const;

 private:
  std::string field_;
  std::string_view code_;
  std::size_t count_ = 0;
  std::string first_;
};

bool in_range(const NumberColumn& column, double value);

/// approve, revise or reject in any case of letters; none for another word.
std::optional<Decision> decision_in(std::string_view word);

/// In small letters and without `_history`.
std::string column_name(std::string_view name);
/// The column with this name, as column_name() gives it or by the names that the exports use (risk_score).
/// Null for another.
const NumberColumn* find_column(std::string_view name);

std::string lower_case(std::string_view text);

}  // namespace governor::ctl::legacy
