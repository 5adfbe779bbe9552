#include "ctl/import/csv_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "ctl/import/csv.hpp"
#include "ctl/import/value_readers.hpp"
#include "ctl/records/json_value.hpp"

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
  const std::string lower = column_name(name);
  using Kind = Column::Kind;
  if (lower == "decision" || lower == "action")
    return {Kind::decision, nullptr, {"decision", "unknown_value"}};
  if (lower == "timestamp" || lower == "timestamps") {
    return {Kind::timestamp, nullptr, {"timestamp", "unreadable_time"}};
  }
  const NumberColumn* numbers = find_column(name);
  const Kind kind = numbers != nullptr ? Kind::number : lower == "update" ? Kind::update : Kind::unknown;
  return {kind, numbers, {name, ""}};
}

/// Cells that say that there is no value.
bool is_gap(const std::string& cell) {
  return cell.empty() || cell == "None" || cell == "null";
}

class CsvDocumentReader {
 public:
  CsvDocumentReader(DocumentContent& into, TimeReader& times, Notes& notes)
      : content_(into), times_(times), notes_(notes) {}

  void take_header(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      Column column = make_column(name);
      const bool known = column.kind != Column::Kind::unknown;
      const bool repeated = std::any_of(columns_.begin(), columns_.end(), [&](const Column& other) {
        return known && other.kind == column.kind && other.numbers == column.numbers;
      });
      if (repeated) broken(fmt::format("{} is a second column of the same", records::shown(name)));
      if (!known && !name.empty()) notes_.note("unknown_field", name, "governor does not know this column");
      columns_.push_back(std::move(column));
    }
    const bool any = std::any_of(columns_.begin(), columns_.end(),
                                 [](const Column& column) { return column.kind != Column::Kind::unknown; });
    if (!any) {
      broken("its first line names none of E, I, S, V, coherence, risk, lambda1, decision, timestamp");
    }
  }

  void take_row(const std::vector<std::string>& cells) {
    if (row_ == kLongestHistory) return broken(fmt::format("it has more than {} rows", kLongestHistory));
    if (cells.size() != columns_.size()) {
      return broken(fmt::format("row {} has {} cells of {}", row_ + 1, cells.size(), columns_.size()));
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) take_cell(columns_[i], cells[i]);
    ++row_;
    content_.usable = true;
  }

  /// Whether the row is one of the summary that the old monitor wrote below the others.
  bool take_summary(const std::vector<std::string>& cells) {
    const std::string& name = cells.front();
    const std::string value = cells.size() > 1 ? cells[1] : "";
    Figures& figures = content_.document.figures;
    if (name == "Summary") return true;
    if (name == "agent_id") {
      content_.document.agent_id = value;
    } else if (name == "total_updates") {
      figures.updates = records::count_in(value);
      if (!figures.updates) broken(fmt::format("total_updates is {}", records::shown(value)));
    } else if (name == "total_time") {
      figures.time = number(name, value, 1e15);
    } else if (name == "lambda1_final") {
      figures.lambda1 = number(name, value, 1);
    } else {
      return false;
    }
    return true;
  }

  void finish() {
    for (const Column& column : columns_) column.faults.report(notes_);
  }

 private:
  void broken(std::string why) {
    if (content_.broken.empty()) content_.broken = std::move(why);
  }

  std::optional<double> number(const std::string& name, const std::string& value, double highest) {
    const auto read = records::number_in(value);
    if (read && *read >= 0 && *read <= highest) return read;
    broken(fmt::format("{} is {}; accepted: a number from 0 to {}", name, records::shown(value), highest));
    return std::nullopt;
  }

  void take_cell(Column& column, const std::string& cell) {
    Histories& histories = content_.document.histories;
    const auto fault = [&](std::string_view expected) {
      if (!is_gap(cell)) column.faults.add(row_, records::shown(cell), expected);
    };
    switch (column.kind) {
      case Column::Kind::number: {
        const auto value = records::number_in(cell);
        const bool good = value && in_range(*column.numbers, *value);
        if (!good && !is_gap(cell)) {
          broken(fmt::format("value {} of {} is {}; accepted: {}", row_ + 1, column.numbers->name,
                             records::shown(cell), range_text(*column.numbers)));
        }
        (histories.*column.numbers->values).push_back(good ? *value : kUnknown);
        return;
      }
      case Column::Kind::decision: {
        const auto decision = decision_in(cell);
        if (!decision) fault(kAcceptedDecisions);
        histories.decision.push_back(decision.value_or(Decision::unknown));
        return;
      }
      case Column::Kind::timestamp: {
        const auto time = times_.read(cell);
        if (!time) fault(kAcceptedTimes);
        histories.timestamp.push_back(time.value_or(kUnknownTime));
        return;
      }
      case Column::Kind::update: return take_number_of_update(cell);
      case Column::Kind::unknown: return;
    }
  }

  /// Rows are taken as they come; their numbers only tell whether they are in order.
  void take_number_of_update(const std::string& cell) {
    const auto number = records::count_in(cell);
    if (number && last_number_ && *number <= *last_number_) {
      broken(fmt::format("update {} comes after update {}", *number, *last_number_));
    }
    if (number) last_number_ = number;
  }

  DocumentContent& content_;
  TimeReader& times_;
  Notes& notes_;
  std::vector<Column> columns_;
  std::optional<std::uint64_t> last_number_;
  std::size_t row_ = 0;
};

}  // namespace

DocumentContent read_csv_document(std::string_view text, std::string file, TimeReader& times, Notes& notes) {
  DocumentContent content;
  content.document.file = std::move(file);
  CsvDocumentReader reader(content, times, notes);
  CsvReader rows(text);
  const auto header = rows.next();
  if (!header) {
    content.broken = "it is empty";
    return content;
  }
  reader.take_header(*header);
  while (const auto cells = content.broken.empty() ? rows.next() : std::nullopt) {
    const bool blank = cells->size() == 1 && cells->front().empty();
    if (!blank && !reader.take_summary(*cells)) reader.take_row(*cells);
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
