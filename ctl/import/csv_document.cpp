#include "ctl/import/csv_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ctl/import/csv.hpp"
#include "ctl/import/json_value.hpp"
#include "ctl/import/value_readers.hpp"

namespace governor::ctl::legacy {
namespace {

/// What a column of the file is read as.
struct Column {
  enum class Kind { number, decision, timestamp, update, unknown };
  Kind kind = Kind::unknown;
  const NumberColumn* numbers = nullptr;
  ColumnFaults faults;
};

Column make_column(const std::string& name) {
  std::string lower = lower_case(name);
  constexpr std::string_view kSuffix = "_history";
  if (lower.ends_with(kSuffix)) lower.resize(lower.size() - kSuffix.size());
  using Kind = Column::Kind;
  if (lower == "decision" || lower == "action") {
    return {Kind::decision, nullptr, {"decision", Severity::damaged, "unknown_value"}};
  }
  if (lower == "timestamp" || lower == "timestamps") {
    return {Kind::timestamp, nullptr, {"timestamp", Severity::damaged, "unreadable_time"}};
  }
  const NumberColumn* numbers = find_column(name);
  const Kind kind = numbers != nullptr ? Kind::number : lower == "update" ? Kind::update : Kind::unknown;
  return {kind, numbers, {numbers != nullptr ? numbers->name : "", Severity::damaged, "unreadable_value"}};
}

/// Cells that say that there is no value.
bool is_gap(const std::string& cell) {
  return cell.empty() || cell == "None" || cell == "null";
}

class CsvDocumentReader {
 public:
  CsvDocumentReader(DocumentContent& into, TimeReader& times, Notes& notes)
      : content_(into), times_(times), notes_(notes) {}

  /// Whether the row names columns that are known.
  bool take_header(const std::vector<std::string>& names) {
    bool any = false;
    for (const std::string& name : names) {
      columns_.push_back(make_column(name));
      if (is_repeated(columns_.back())) {
        notes_.contradiction("duplicate", name,
                             fmt::format("{} is a second column of the same; the first one counts", name));
        columns_.back() = {Column::Kind::unknown, nullptr, {"", Severity::damaged, "unreadable_value"}};
        any = true;
        continue;
      }
      const bool known = columns_.back().kind != Column::Kind::unknown;
      any = any || known;
      if (!known && !name.empty()) notes_.note("unknown_field", name, "governor does not know this column");
    }
    return any;
  }

  void take_row(std::vector<std::string> cells, bool unfinished) {
    if (row_ == kLongestHistory) return;
    if (unfinished && cells.size() < columns_.size()) {
      cells.back().clear();
      notes_.damaged("damaged_file", "", "the file ends within a row; what stands whole in it is used");
    } else if (unfinished) {
      notes_.note("damaged_file", "", "the last line has no end; its last value may be cut off");
    }
    if (cells.size() != columns_.size()) {
      widths_.add(row_, fmt::format("a row of {} cells", cells.size()), fmt::format("{}", columns_.size()));
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      take_cell(columns_[i], i < cells.size() ? cells[i] : std::string());
    }
    ++row_;
    content_.usable = true;
  }

  void take_summary(const std::string& name, const std::string& value) {
    Document& document = content_.document;
    const auto number = number_in(value);
    if (name == "agent_id") {
      document.agent_id = value;
    } else if (name == "total_updates" && count_in(value)) {
      document.figures.updates = count_in(value);
    } else if (name == "total_time" && number && *number >= 0) {
      document.figures.time = number;
    } else if (name == "lambda1_final" && number && *number >= 0 && *number <= 1) {
      document.figures.lambda1 = number;
    } else {
      notes_.damaged("unreadable_value", name, fmt::format("{} is {}", name, shown(value)));
    }
  }

  void finish() {
    for (const Column& column : columns_) column.faults.report(notes_);
    widths_.report(notes_);
    repetitions_.report(notes_);
  }

  [[nodiscard]] std::size_t rows() const { return row_; }

 private:
  void take_cell(Column& column, const std::string& cell) {
    Histories& histories = content_.document.histories;
    switch (column.kind) {
      case Column::Kind::number: {
        const auto value = number_in(cell);
        const bool good = value && in_range(*column.numbers, *value);
        if (!good && !is_gap(cell)) column.faults.add(row_, shown(cell), range_text(*column.numbers));
        (histories.*column.numbers->values).push_back(good ? *value : kUnknown);
        return;
      }
      case Column::Kind::decision: {
        const auto decision = decision_in(cell);
        if (!decision && !is_gap(cell)) column.faults.add(row_, shown(cell), "approve, revise or reject");
        histories.decision.push_back(decision.value_or(Decision::unknown));
        return;
      }
      case Column::Kind::timestamp: {
        const auto time = times_.read(cell);
        if (!time && !is_gap(cell)) column.faults.add(row_, shown(cell), std::string(kAcceptedTimes));
        histories.timestamp.push_back(time.value_or(kUnknownTime));
        return;
      }
      case Column::Kind::update: return take_number_of_update(cell);
      case Column::Kind::unknown: return;
    }
  }

  bool is_repeated(const Column& column) const {
    return std::any_of(columns_.begin(), columns_.end() - 1, [&](const Column& other) {
      return column.kind != Column::Kind::unknown && other.kind == column.kind &&
             other.numbers == column.numbers;
    });
  }

  /// Rows are taken as they come; their numbers only tell whether one stands there again.
  void take_number_of_update(const std::string& cell) {
    const auto number = count_in(cell);
    if (number && last_number_ && *number <= *last_number_) {
      repetitions_.add(row_, fmt::format("update {} after update {}", *number, *last_number_),
                       "each update once, in their order; all rows are kept as they stand");
    }
    if (number) last_number_ = number;
  }

  DocumentContent& content_;
  TimeReader& times_;
  Notes& notes_;
  std::vector<Column> columns_;
  std::optional<std::uint64_t> last_number_;
  ColumnFaults repetitions_{"update", Severity::contradiction, "duplicate"};
  ColumnFaults widths_{"", Severity::damaged, "unreadable_row"};
  std::size_t row_ = 0;
};

bool is_summary(const std::string& name) {
  constexpr std::array<std::string_view, 4> kNames{"agent_id", "total_updates", "total_time",
                                                   "lambda1_final"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

DocumentContent read_csv_document(std::string_view text, std::string file, TimeReader& times, Notes& notes) {
  DocumentContent content;
  content.document.file = std::move(file);
  CsvDocumentReader reader(content, times, notes);
  CsvReader rows(text);
  const auto header = rows.next();
  if (!header || !reader.take_header(*header)) {
    notes.refused(text.empty() ? "damaged_file" : "not_an_export",
                  text.empty()
                      ? "the file is damaged: it is empty"
                      : "its first line names none of E, I, S, V, coherence, risk, lambda1, decision, "
                        "timestamp");
    return content;
  }
  while (auto cells = rows.next()) {
    const std::string& first = cells->front();
    if (cells->size() == 1 && first.empty()) continue;
    if (first == "Summary") continue;
    if (is_summary(first)) {
      reader.take_summary(first, cells->size() > 1 ? (*cells)[1] : "");
    } else {
      reader.take_row(*std::move(cells), rows.unfinished());
    }
  }
  reader.finish();
  return content;
}

std::string agent_in_file_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  std::string_view stem = name.substr(0, dot);
  for (const std::string_view mark :
       {"_history_", "_session_", "_complete_package_", "_history", "_complete"}) {
    const std::size_t at = stem.rfind(mark);
    if (at == std::string_view::npos || at == 0) continue;
    const std::string_view rest = stem.substr(at + mark.size());
    if (rest.find_first_not_of("0123456789_") == std::string_view::npos)
      return std::string(stem.substr(0, at));
  }
  return std::string(stem);
}

}  // namespace governor::ctl::legacy
