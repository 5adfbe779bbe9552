#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/import/document.hpp"
#include "ctl/import/finding.hpp"
#include "ctl/import/legacy_time.hpp"

namespace governor::ctl::legacy {

// One value each, from the text in which it stood. What cannot be used is a finding and becomes a gap.

/// Counts what is wrong with the values of one column, so that a column gives one finding and not a thousand.
class ColumnFaults {
 public:
  ColumnFaults(std::string_view field, Severity severity, std::string_view code)
      : field_(field), severity_(severity), code_(code) {}

  /// `index` from 0; `given` and `expected` are shown for the first fault.
  void add(std::size_t index, std::string given, std::string expected);
  void report(Notes& notes) const;

 private:
  std::string_view field_;
  Severity severity_;
  std::string_view code_;
  std::size_t count_ = 0;
  std::size_t first_ = 0;
  std::string given_;
  std::string expected_;
};

bool in_range(const NumberColumn& column, double value);

/// approve, revise or reject in any case of letters; none for another word.
std::optional<Decision> decision_in(std::string_view word);

/// The column with this name, with or without `_history`, in any case of letters; also by the names that the
/// exports use (risk_score). Null for another.
const NumberColumn* find_column(std::string_view name);

std::string lower_case(std::string_view text);

}  // namespace governor::ctl::legacy
