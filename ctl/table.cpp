#include "ctl/table.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "ctl/printable.hpp"

namespace governor::ctl {

namespace {

const char* ansi_code(Tone tone) {
  switch (tone) {
    case Tone::good: return "32";
    case Tone::warning: return "33";
    case Tone::bad: return "31";
    case Tone::faint: return "2";
    case Tone::plain: break;
  }
  return "";
}

void append_line(std::string& result, const std::vector<Cell>& cells, const std::vector<Column>& columns,
                 const std::vector<std::size_t>& widths, bool colour) {
  std::size_t owed = 0;  // spaces that are written only if something follows them
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t padding = widths[i] - display_width(cells[i].text);
    if (columns[i].align == Align::right) owed += padding;
    if (!cells[i].text.empty()) {
      result.append(owed, ' ');
      owed = 0;
      result += toned(cells[i].text, cells[i].tone, colour);
    }
    if (columns[i].align == Align::left) owed += padding;
    owed += 2;
  }
  result += '\n';
}

}  // namespace

Cell::Cell(std::string shown, Tone shown_in) : text(std::move(shown)), tone(shown_in) {}
Cell::Cell(const char* shown) : text(shown) {}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add_row(std::vector<Cell> cells) {
  cells.resize(columns_.size(), Cell(""));
  for (Cell& cell : cells) cell.text = printable(cell.text);
  rows_.push_back(std::move(cells));
}

std::string Table::render(bool colour) const {
  std::vector<Cell> titles;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    titles.emplace_back(column.title, Tone::faint);
    widths.push_back(display_width(column.title));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
  }
  std::string result;
  append_line(result, titles, columns_, widths, colour);
  for (const auto& row : rows_) append_line(result, row, columns_, widths, colour);
  return result;
}

std::string toned(const std::string& text, Tone tone, bool colour) {
  if (!colour || tone == Tone::plain) return text;
  return std::string("\x1b[") + ansi_code(tone) + 'm' + text + "\x1b[0m";
}

}  // namespace governor::ctl
