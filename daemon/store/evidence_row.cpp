#include "daemon/store/evidence_row.hpp"

#include <utility>

namespace governor::daemon {
namespace {

constexpr std::int64_t kMade = 1;
constexpr std::int64_t kGone = 2;

/// Empty texts, and zeros that mean that there is nothing, take no place.
std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}
std::optional<std::int64_t> unless_zero(std::uint64_t number) {
  return number == 0 ? std::nullopt : std::optional(static_cast<std::int64_t>(number));
}
template <class Number>
std::optional<std::int64_t> widened(const std::optional<Number>& number) {
  return number ? std::optional<std::int64_t>(*number) : std::nullopt;
}

struct Flatten {
  EvidenceRow& row;

  void operator()(const core::ToolUsed& item) const {
    row.subject = item.tool;
    row.program = unless_empty(item.program);
    row.sort = static_cast<std::int64_t>(item.tool_class);
    row.success = item.success ? 1 : 0;
    row.first = widened(item.exit_code);
    row.second = item.duration_ms;
    row.size = unless_zero(item.command_bytes);
    row.output_size = unless_zero(item.output_bytes);
    row.fingerprint = unless_zero(item.fingerprint);
    row.detail = unless_empty(item.command);
  }
  void operator()(const core::FileChanged& item) const {
    row.subject = item.path;
    row.sort = (item.created ? kMade : 0) | (item.deleted ? kGone : 0);
    row.first = item.lines_added;
    row.second = item.lines_removed;
    row.fingerprint = unless_zero(item.content);
  }
  void operator()(const core::TestsRun& item) const {
    row.subject = item.framework;
    row.success = item.success ? 1 : 0;
    row.first = widened(item.passed);
    row.second = widened(item.failed);
  }
  void operator()(const core::Reverted& item) const {
    row.subject = unless_empty(item.path);
    row.sort = static_cast<std::int64_t>(item.how);
  }
  void operator()(const core::Repeated& item) const {
    row.subject = item.subject;
    row.sort = static_cast<std::int64_t>(item.what);
    row.first = item.times;
  }
  void operator()(const core::Refused& item) const {
    row.subject = unless_empty(item.path);
    row.sort = static_cast<std::int64_t>(item.by);
  }
  void operator()(const core::RiskyAction& item) const {
    row.subject = item.rule;
    row.program = unless_empty(item.program);
    row.sort = static_cast<std::int64_t>(item.severity);
  }
  void operator()(const core::TurnBegan&) const {}
  void operator()(const core::TurnEnded&) const {}
  void operator()(const core::ProseSaid& item) const { row.first = item.bytes; }
  void operator()(const core::Judged& item) const {
    row.sort = item.provisional ? 1 : 0;
    row.first = static_cast<std::int64_t>(item.update);
    row.second = item.failure_per_million;
    row.detail = unless_empty(item.account);
  }
  void operator()(const core::Stated& item) const {
    row.first = widened(item.confidence_per_mille);
    row.second = widened(item.complexity_per_mille);
  }
};

/// A damaged row must not bring values into memory that the program does not know.
template <class Enumeration>
Enumeration sort_of(const EvidenceRow& row, Enumeration highest) {
  const std::int64_t sort = row.sort.value_or(0);
  return sort >= 0 && sort <= static_cast<std::int64_t>(highest) ? static_cast<Enumeration>(sort) : highest;
}
template <class Number>
Number number_of(const std::optional<std::int64_t>& column) {
  const std::int64_t number = column.value_or(0);
  return std::in_range<Number>(number) ? static_cast<Number>(number) : Number{0};
}
template <class Number>
std::optional<Number> optional_number(const std::optional<std::int64_t>& column) {
  return column ? std::optional(number_of<Number>(column)) : std::nullopt;
}
std::uint64_t bits_of(const std::optional<std::int64_t>& column) {
  return static_cast<std::uint64_t>(column.value_or(0));
}

std::optional<core::EvidenceItem> item_of(const EvidenceRow& row) {
  const std::string subject = row.subject.value_or("");
  switch (row.kind) {
    case 0: {
      core::ToolUsed item;
      item.tool = subject;
      item.program = row.program.value_or("");
      item.tool_class = sort_of(row, core::ToolClass::other);
      item.success = row.success.value_or(0) != 0;
      item.exit_code = optional_number<std::int32_t>(row.first);
      item.duration_ms = row.second;
      item.command_bytes = number_of<std::uint32_t>(row.size);
      item.fingerprint = bits_of(row.fingerprint);
      item.output_bytes = number_of<std::uint32_t>(row.output_size);
      item.command = row.detail.value_or("");
      return item;
    }
    case 1: {
      core::FileChanged item;
      item.path = subject;
      item.lines_added = number_of<std::uint32_t>(row.first);
      item.lines_removed = number_of<std::uint32_t>(row.second);
      item.created = (row.sort.value_or(0) & kMade) != 0;
      item.deleted = (row.sort.value_or(0) & kGone) != 0;
      item.content = bits_of(row.fingerprint);
      return item;
    }
    case 2:
      return core::TestsRun{subject, row.success.value_or(0) != 0, optional_number<std::uint32_t>(row.first),
                            optional_number<std::uint32_t>(row.second)};
    case 3: return core::Reverted{sort_of(row, core::Reverted::How::content), subject};
    case 4:
      return core::Repeated{sort_of(row, core::Repeated::What::edit), subject,
                            number_of<std::uint32_t>(row.first)};
    case 5: return core::Refused{sort_of(row, core::Refused::By::gate), subject};
    case 6: return core::RiskyAction{subject, sort_of(row, core::Severity::high), row.program.value_or("")};
    case 7: return core::TurnBegan{};
    case 8: return core::TurnEnded{};
    case 9: return core::ProseSaid{number_of<std::uint32_t>(row.first)};
    case 10:
      return core::Judged{bits_of(row.first), number_of<std::uint32_t>(row.second), row.sort.value_or(0) != 0,
                          row.detail.value_or("")};
    case 11:
      return core::Stated{optional_number<std::uint32_t>(row.first),
                          optional_number<std::uint32_t>(row.second)};
    default: return std::nullopt;
  }
}

static_assert(std::variant_size_v<core::EvidenceItem> == 12, "a new kind needs its columns here");

/// Walks the columns in their order, for writing and for reading.
template <class Row, class Visit>
void for_each_column(Row& row, Visit visit) {
  visit(row.key), visit(row.agent), visit(row.timestamp_us), visit(row.epoch), visit(row.turn);
  visit(row.provenance), visit(row.source), visit(row.actor), visit(row.kind);
  visit(row.subject), visit(row.program);
  visit(row.sort), visit(row.success), visit(row.first), visit(row.second), visit(row.size);
  visit(row.output_size), visit(row.fingerprint), visit(row.detail);
}

struct BindEvidence {
  SQLite::Statement& statement;
  int next;

  void operator()(std::int64_t value) { statement.bind(next++, value); }
  void operator()(const std::optional<std::int64_t>& value) {
    value ? statement.bind(next++, *value) : statement.bind(next++);
  }
  void operator()(const std::optional<std::string>& value) {
    value ? statement.bindNoCopy(next++, *value) : statement.bind(next++);
  }
};

struct ReadEvidence {
  SQLite::Statement& statement;
  int next;

  void operator()(std::int64_t& value) { value = statement.getColumn(next++).getInt64(); }
  void operator()(std::optional<std::int64_t>& value) {
    const SQLite::Column column = statement.getColumn(next++);
    if (!column.isNull()) value = column.getInt64();
  }
  void operator()(std::optional<std::string>& value) {
    const SQLite::Column column = statement.getColumn(next++);
    if (!column.isNull()) value = column.getString();
  }
};

}  // namespace

EvidenceRow row_of(const core::Evidence& evidence) {
  EvidenceRow row;
  row.key = evidence.key;
  row.agent = evidence.agent;
  row.timestamp_us = evidence.timestamp_us;
  row.epoch = evidence.epoch;
  row.turn = evidence.turn;
  row.provenance = static_cast<std::int64_t>(evidence.provenance);
  row.source = static_cast<std::int64_t>(evidence.source);
  row.actor = evidence.actor;
  row.kind = static_cast<std::int64_t>(evidence.item.index());
  std::visit(Flatten{row}, evidence.item);
  return row;
}

std::optional<core::Evidence> evidence_of(const EvidenceRow& row) {
  auto item = item_of(row);
  if (!item) return std::nullopt;
  core::Evidence evidence;
  evidence.key = row.key;
  evidence.agent = row.agent;
  evidence.timestamp_us = row.timestamp_us;
  evidence.epoch = number_of<std::uint32_t>(row.epoch);
  evidence.turn = number_of<std::uint32_t>(row.turn);
  const bool known = row.provenance >= 0 && row.provenance <= static_cast<int>(core::Provenance::prior);
  evidence.provenance = known ? static_cast<core::Provenance>(row.provenance) : core::Provenance::prior;
  evidence.source = static_cast<std::uint64_t>(row.source);
  evidence.actor = row.actor;
  evidence.item = *std::move(item);
  return evidence;
}

void bind_evidence(SQLite::Statement& statement, int first, const EvidenceRow& row) {
  for_each_column(row, [bind = BindEvidence{statement, first}](const auto& value) mutable { bind(value); });
}

EvidenceRow read_evidence(SQLite::Statement& statement, int first) {
  EvidenceRow row;
  for_each_column(row, [read = ReadEvidence{statement, first}](auto& value) mutable { read(value); });
  return row;
}

}  // namespace governor::daemon
