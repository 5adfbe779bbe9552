#include "daemon/tools/import/import_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "core/cut_text.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxColumnBytes = 8 * 1024 * 1024;  // the line's own limit
constexpr std::size_t kMaxNumberBytes = 64;
constexpr std::int64_t kMaxTimeUs = 253'402'300'799'999'999;  // the year 9999
constexpr std::int64_t kMaxCount = std::int64_t{1} << 53;

core::Error wrong_value(std::string field, std::string_view given, std::string expected) {
  return core::invalid_argument(std::move(field), fmt::format("\"{}\"", core::cut_text(given, 40)),
                                std::move(expected));
}

/// Exactly the double that the digits mean: a JSON number would be rounded by the parser.
bool read_value(std::string_view word, double& into) {
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), into);
  return failure == std::errc() && end == word.data() + word.size() && std::isfinite(into);
}

bool read_value(std::string_view word, std::int64_t& into) {
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), into);
  return failure == std::errc() && end == word.data() + word.size() && into > 0 && into <= kMaxTimeUs;
}

bool read_value(std::string_view word, core::Action& into) {
  for (const auto action : {core::Action::approve, core::Action::revise, core::Action::reject}) {
    if (word != core::to_string(action)) continue;
    into = action;
    return true;
  }
  return false;
}

/// A column of values separated by single spaces, "-" standing for a gap.
template <class Value>
std::optional<core::Error> read_column(std::string_view field, std::string_view text, const char* expected,
                                       std::vector<core::UpdateRecord>& rows,
                                       Value core::UpdateRecord::*member) {
  std::size_t index = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    std::string name = fmt::format("rows.{}[{}]", field, index);
    if (index == rows.size())
      return wrong_value(std::move(name), word, fmt::format("{} values", rows.size()));
    if (word != "-" && !read_value(word, rows[index].*member))
      return wrong_value(std::move(name), word, expected);
    ++index;
  }
  if (index == rows.size()) return std::nullopt;
  return wrong_value(fmt::format("rows.{}", field), fmt::format("{} values", index),
                     fmt::format("{} values", rows.size()));
}

struct FigureColumn {
  std::string_view name;
  double core::UpdateRecord::*figure;
};

constexpr FigureColumn kColumns[] = {
    {"E", &core::UpdateRecord::E},
    {"I", &core::UpdateRecord::I},
    {"S", &core::UpdateRecord::S},
    {"V", &core::UpdateRecord::V},
    {"coherence", &core::UpdateRecord::coherence},
    {"risk", &core::UpdateRecord::risk},
    {"lambda1", &core::UpdateRecord::lambda1},
};

core::UpdateRecord unknown_row() {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  core::UpdateRecord row;
  for (const FigureColumn& column : kColumns) row.*column.figure = kUnknown;
  row.integral = row.time = kUnknown;
  row.action = core::Action::unknown;
  return row;
}

std::size_t count_words(std::string_view text) {
  return text.empty() ? 0 : 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
}

std::optional<core::Error> read_rows(const json::object& object, core::AgentImport& into) {
  Arguments arguments(object);
  constexpr auto kMost = static_cast<std::int64_t>(core::kMaxImportedRows);
  into.first = static_cast<std::uint64_t>(arguments.integer("first", 1, 1, kMost));
  into.total = static_cast<std::uint64_t>(arguments.integer("total", 0, 0, kMost));
  const auto actions = arguments.text_view("decision", kMaxColumnBytes).value_or("");
  const auto times = arguments.text_view("timestamp_us", kMaxColumnBytes).value_or("");
  into.rows.assign(count_words(actions), unknown_row());
  for (const FigureColumn& column : kColumns) {
    const auto text = arguments.text_view(column.name, kMaxColumnBytes).value_or("");
    if (auto error = read_column(column.name, text, "a number, or -", into.rows, column.figure)) return error;
  }
  if (auto error = arguments.finish()) return error;
  if (auto error = read_column("decision", actions, "approve, revise, reject, or -", into.rows,
                               &core::UpdateRecord::action)) {
    return error;
  }
  return read_column("timestamp_us", times, "microseconds since 1970, or -", into.rows,
                     &core::UpdateRecord::timestamp_us);
}

std::optional<core::Error> read_state(const json::object& object, core::AgentImport& into) {
  Arguments arguments(object);
  into.updates = static_cast<std::uint64_t>(arguments.integer("updates", 0, 0, kMaxCount));
  const std::string integral = arguments.text("integral", kMaxNumberBytes).value_or("0");
  const std::string time = arguments.text("time", kMaxNumberBytes).value_or("0");
  const bool void_active = arguments.flag("void_active", false);
  if (auto error = arguments.finish()) return error;
  double integral_value = 0;
  double time_value = 0;
  if (!read_value(integral, integral_value))
    return wrong_value("state.integral", integral, "a number as text");
  if (!read_value(time, time_value)) return wrong_value("state.time", time, "a number as text");
  if (into.rows.empty() || !into.is_last_part()) return std::nullopt;
  into.rows.back().integral = integral_value;
  into.rows.back().time = time_value;
  into.rows.back().void_active = void_active;
  return std::nullopt;
}

std::optional<core::Error> read_events(const json::value& value, core::AgentImport& into) {
  const json::array* events = value.if_array();
  if (events == nullptr) return wrong_value("lifecycle_events", "no list", "a list of events");
  for (const json::value& item : *events) {
    if (!item.is_object()) return wrong_value("lifecycle_events", "no object", "an object with event");
    Arguments arguments(item.get_object());
    core::ImportedEvent event;
    event.event = arguments.text("event", core::kMaxImportedTag).value_or("");
    event.reason = arguments.text("reason", core::kMaxImportedText).value_or("");
    event.timestamp_us = arguments.integer_or_null("timestamp_us", 0, 1, kMaxTimeUs);
    if (auto error = arguments.finish()) return error;
    into.events.push_back(std::move(event));
  }
  return std::nullopt;
}

core::Lifecycle lifecycle_of(std::string_view word) {
  for (const auto status : {core::Lifecycle::paused, core::Lifecycle::archived, core::Lifecycle::deleted}) {
    if (word == core::to_string(status)) return status;
  }
  return core::Lifecycle::active;
}

}  // namespace

core::Result<core::AgentImport> parse_agent_import(const json::object& agent) {
  core::AgentImport result;
  Arguments arguments(agent);
  const json::object* rows = arguments.object("rows");
  const json::object* state = arguments.object("state");
  const json::value* events = arguments.value("lifecycle_events");
  core::AgentProfile& profile = result.profile;
  profile.id = arguments.agent_id().value_or("");
  profile.status = lifecycle_of(arguments.choice("status", {"active", "paused", "archived", "deleted"}));
  profile.status_reason = arguments.text("status_reason", core::kMaxImportedText).value_or("");
  profile.status_since_us = arguments.integer_or_null("status_since_us", 0, 1, kMaxTimeUs);
  profile.created_us = arguments.integer_or_null("created_us", 0, 1, kMaxTimeUs);
  profile.purpose = arguments.text("purpose", core::kMaxImportedText).value_or("");
  profile.parent_id = arguments.text("parent_agent_id", core::kMaxImportedText).value_or("");
  profile.notes = arguments.text("notes", core::kMaxImportedNotes).value_or("");
  profile.tags = arguments.texts("tags", core::kMaxImportedTags, core::kMaxImportedTag)
                     .value_or(std::vector<std::string>());
  result.source = arguments.text("source", core::kMaxImportedText).value_or("");
  if (auto error = arguments.finish()) return *std::move(error);
  if (rows != nullptr) {
    if (auto error = read_rows(*rows, result)) return *std::move(error);
  }
  if (state != nullptr) {
    if (auto error = read_state(*state, result)) return *std::move(error);
  }
  if (events != nullptr) {
    if (auto error = read_events(*events, result)) return *std::move(error);
  }
  if (auto error = core::validate(result)) return *std::move(error);
  return result;
}

}  // namespace governor::daemon
