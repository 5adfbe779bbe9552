#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace governor::ctl::legacy {

/// Cuts comma-separated values (RFC 4180) into rows: quoted fields may hold commas, quotes and line breaks;
/// lines end with or without a carriage return.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text);

  /// The cells of the next row, without the spaces around unquoted ones; an empty line is one empty cell.
  /// None at the end.
  std::optional<std::vector<std::string>> next();

 private:
  std::string quoted_cell();
  std::string plain_cell();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace governor::ctl::legacy
