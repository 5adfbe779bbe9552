#pragma once

#include <string>
#include <vector>

namespace governor::ctl {

enum class Align { left, right };
enum class Tone { plain, good, warning, bad, faint };

struct Column {
  std::string title;
  Align align = Align::left;
};

struct Cell {
  Cell(std::string shown,
       Tone shown_in = Tone::plain);  // NOLINT(google-explicit-constructor): rows read better
  Cell(const char* shown);            // NOLINT(google-explicit-constructor)

  std::string text;
  Tone tone = Tone::plain;
};

/// Rows under titles, aligned for a person. Texts are made printable when they are added.
class Table {
 public:
  explicit Table(std::vector<Column> columns);

  /// Cells that are missing are empty; more cells than columns are a mistake of the caller and are dropped.
  void add_row(std::vector<Cell> cells);

  /// Two spaces between columns, nothing after the last character of a line. With `colour`, ANSI sequences.
  std::string render(bool colour) const;

  bool empty() const { return rows_.empty(); }

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// The same text with the ANSI sequence of its tone, or unchanged without `colour`.
std::string toned(const std::string& text, Tone tone, bool colour);

}  // namespace governor::ctl
