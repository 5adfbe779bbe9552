#include "ctl/import/value_readers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace governor::ctl::legacy {

std::string range_text(const NumberColumn& column) {
  return fmt::format("a number from {} to {}", column.lowest, column.highest);
}

void ColumnFaults::add(std::size_t index, std::string_view given, std::string_view expected) {
  if (count_++ == 0) first_ = fmt::format("value {} is {}; accepted: {}", index + 1, given, expected);
}

void ColumnFaults::report(Notes& notes) const {
  if (count_ == 0) return;
  notes.damaged(code_, field_,
                count_ > 1 ? fmt::format("{}; and {} more like it", first_, count_ - 1) : first_);
}

bool in_range(const NumberColumn& column, double value) {
  return value >= column.lowest && value <= column.highest;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::optional<Decision> decision_in(std::string_view word) {
  const std::string lower = lower_case(word);
  for (const Decision decision : {Decision::approve, Decision::revise, Decision::reject}) {
    if (lower == to_string(decision)) return decision;
  }
  return std::nullopt;
}

std::string column_name(std::string_view name) {
  std::string lower = lower_case(name);
  constexpr std::string_view kSuffix = "_history";
  if (lower.ends_with(kSuffix)) lower.resize(lower.size() - kSuffix.size());
  return lower;
}

const NumberColumn* find_column(std::string_view name) {
  std::string lower = column_name(name);
  if (lower == "risk_score") lower = "risk";
  if (lower == "lambda_1") lower = "lambda1";
  for (const NumberColumn& column : kNumberColumns) {
    if (lower == lower_case(column.name)) return &column;
  }
  return nullptr;
}

}  // namespace governor::ctl::legacy
