#include "ctl/import/csv.hpp"

#include <algorithm>

#include "ipc/json_text.hpp"

namespace governor::ctl::legacy {

CsvReader::CsvReader(std::string_view text) : text_(ipc::without_byte_order_mark(text)) {}

std::string CsvReader::quoted_cell() {
  std::string cell;
  ++at_;
  for (;;) {
    const std::size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos) {
      cell += text_.substr(at_);
      at_ = text_.size();
      return cell;
    }
    cell += text_.substr(at_, quote - at_);
    at_ = quote + 1;
    if (at_ >= text_.size() || text_[at_] != '"') break;
    cell += '"';
    ++at_;
  }
  at_ = std::min(text_.find_first_of(",\r\n", at_), text_.size());  // what follows the quotes is no content
  return cell;
}

std::string CsvReader::plain_cell() {
  const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
  std::string_view cell = text_.substr(at_, end - at_);
  at_ = end;
  while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
  while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t')) cell.remove_suffix(1);
  return std::string(cell);
}

std::optional<std::vector<std::string>> CsvReader::next() {
  if (at_ >= text_.size()) return std::nullopt;
  std::vector<std::string> cells;
  for (;;) {
    cells.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_cell() : plain_cell());
    if (at_ >= text_.size()) return cells;
    const char separator = text_[at_++];
    if (separator == ',') continue;
    if (separator == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    return cells;
  }
}

}  // namespace governor::ctl::legacy
