#include "daemon/tools/import/import_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "core/task.hpp"
#include "daemon/tools/arguments.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMaxTimeUs = 253'402'300'799'999'999;  // the year 9999

constexpr Parameter time_of(std::string_view name) {
  return integer(name, 1, kMaxTimeUs).or_null();
}

core::Error wrong_value(std::string field, std::string_view given, std::string expected) {
  return core::invalid_argument(std::move(field), fmt::format("\"{}\"", text::cut_text(given, 40)),
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

constexpr Parameter column(std::string_view name) {
  return text(name, 8 * 1024 * 1024);  // the line's own limit
}

constexpr Parameter kRowsParameters[] = {
    integer("first", 1, core::kMaxImportedRows).otherwise(1),
    integer("total", 0, core::kMaxImportedRows),
    column("decision"),
    column("timestamp_us"),
    column("E"),
    column("I"),
    column("S"),
    column("V"),
    column("coherence"),
    column("risk"),
    column("lambda1"),
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
  Arguments arguments(object, kRowsParameters);
  into.first = arguments.integer<std::uint64_t>("first");
  into.total = arguments.integer<std::uint64_t>("total");
  const auto actions = arguments.text_view("decision").value_or("");
  const auto times = arguments.text_view("timestamp_us").value_or("");
  into.rows.assign(count_words(actions), unknown_row());
  for (const FigureColumn& column : kColumns) {
    const auto text = arguments.text_view(column.name).value_or("");
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

constexpr Parameter kStateParameters[] = {
    integer("updates", 0, kMostExact),
    text("integral", 64),
    text("time", 64),
    flag("void_active"),
};

std::optional<core::Error> read_state(const json::object& object, core::AgentImport& into) {
  Arguments arguments(object, kStateParameters);
  into.updates = arguments.integer<std::uint64_t>("updates");
  const std::string integral = arguments.text("integral").value_or("0");
  const std::string time = arguments.text("time").value_or("0");
  const bool void_active = arguments.flag("void_active");
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

constexpr Parameter kEventParameters[] = {
    text("event", core::kMaxImportedTag),
    text("reason", core::kMaxImportedText),
    time_of("timestamp_us"),
};

std::optional<core::Error> read_events(const json::value& value, core::AgentImport& into) {
  const json::array* events = value.if_array();
  if (events == nullptr) return wrong_value("lifecycle_events", "no list", "a list of events");
  for (const json::value& item : *events) {
    if (!item.is_object()) return wrong_value("lifecycle_events", "no object", "an object with event");
    Arguments arguments(item.get_object(), kEventParameters);
    core::ImportedEvent event;
    event.event = arguments.text("event").value_or("");
    event.reason = arguments.text("reason").value_or("");
    event.timestamp_us = arguments.integer("timestamp_us");
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

constexpr Parameter kDeploymentEventParameters[] = {
    text("event", core::kMaxImportedTag),
    text("note", core::kMaxImportedText),
    object("data"),
    integer("progress", 0, 100).or_null(),
    time_of("timestamp_us"),
};

constexpr Parameter kDeploymentParameters[] = {
    object("events", Parameter::Type::anything),
    text("agent_type", core::kMaxAgentTypeBytes),
    text("task_id", core::kMaxTaskIdBytes),
    text("why", core::kMaxImportedText),
    text("note", core::kMaxImportedText),
    integer("depth", 1, core::kDeepestImport).otherwise(1),
    integer("prompt_bytes", 0, kMostExact),
    integer("progress", 0, 100).or_null(),
    choice("state", "finished failed stopped lost").otherwise("lost"),
    time_of("started_us"),
    time_of("ended_us"),
};

std::optional<core::Error> read_deployment_events(const json::value& value, core::DeploymentImport& into) {
  const json::array* events = value.if_array();
  if (events == nullptr) return wrong_value("deployment.events", "no list", "a list of events");
  for (const json::value& item : *events) {
    if (!item.is_object()) return wrong_value("deployment.events", "no object", "an object with event");
    Arguments arguments(item.get_object(), kDeploymentEventParameters);
    core::ImportedDeploymentEvent event;
    event.event = arguments.text("event").value_or("");
    event.note = arguments.text("note").value_or("");
    if (const json::object* data = arguments.object("data")) event.data = json::serialize(*data);
    event.progress = arguments.integer<int>("progress", -1);
    event.timestamp_us = arguments.integer("timestamp_us");
    if (auto error = arguments.finish()) return error;
    into.events.push_back(std::move(event));
  }
  return std::nullopt;
}

std::optional<core::Error> read_deployment(const json::object& object, core::AgentImport& into) {
  Arguments arguments(object, kDeploymentParameters);
  core::DeploymentImport deployment;
  deployment.agent_type = arguments.text("agent_type").value_or("");
  deployment.task_id = arguments.text("task_id").value_or("");
  deployment.why = arguments.text("why").value_or("");
  deployment.note = arguments.text("note").value_or("");
  deployment.depth = arguments.integer<int>("depth");
  deployment.prompt_bytes = arguments.integer<std::uint64_t>("prompt_bytes");
  deployment.progress = arguments.integer<int>("progress", -1);
  const auto state = arguments.choice("state");
  for (const core::DeploymentState known : core::kDeploymentStates) {
    if (state == core::to_string(known)) deployment.state = known;
  }
  deployment.started_us = arguments.integer("started_us");
  deployment.ended_us = arguments.integer("ended_us");
  const json::value* events = arguments.value("events");
  if (auto error = arguments.finish()) return error;
  if (events != nullptr) {
    if (auto error = read_deployment_events(*events, deployment)) return error;
  }
  into.deployment = std::move(deployment);
  return std::nullopt;
}

constexpr Parameter kImportedAgentParameters[] = {
    object("deployment"),
    object("rows"),
    object("state"),
    object("lifecycle_events", Parameter::Type::anything),
    agent_id(),
    choice("status", "active paused archived deleted"),
    text("status_reason", core::kMaxImportedText),
    time_of("status_since_us"),
    time_of("created_us"),
    text("purpose", core::kMaxImportedText),
    text("parent_agent_id", core::kMaxImportedText),
    text("notes", core::kMaxImportedNotes),
    texts("tags", core::kMaxImportedTags, core::kMaxImportedTag),
    text("source", core::kMaxImportedText),
};

}  // namespace

core::Result<core::AgentImport> parse_agent_import(const json::object& agent) {
  core::AgentImport result;
  Arguments arguments(agent, kImportedAgentParameters);
  const json::object* deployment = arguments.object("deployment");
  const json::object* rows = arguments.object("rows");
  const json::object* state = arguments.object("state");
  const json::value* events = arguments.value("lifecycle_events");
  core::AgentProfile& profile = result.profile;
  profile.id = arguments.agent_id().value_or("");
  profile.status = lifecycle_of(arguments.choice("status"));
  profile.status_reason = arguments.text("status_reason").value_or("");
  profile.status_since_us = arguments.integer("status_since_us");
  profile.created_us = arguments.integer("created_us");
  profile.purpose = arguments.text("purpose").value_or("");
  profile.parent_id = arguments.text("parent_agent_id").value_or("");
  profile.notes = arguments.text("notes").value_or("");
  profile.tags = arguments.texts("tags").value_or(std::vector<std::string>());
  result.source = arguments.text("source").value_or("");
  if (auto error = arguments.finish()) return *std::move(error);
  if (rows != nullptr) {
    if (auto error = read_rows(*rows, result)) return *std::move(error);
  }
  if (state != nullptr) {
    if (auto error = read_state(*state, result)) return *std::move(error);
  }
  if (deployment != nullptr) {
    if (auto error = read_deployment(*deployment, result)) return *std::move(error);
  }
  if (events != nullptr) {
    if (auto error = read_events(*events, result)) return *std::move(error);
  }
  if (auto error = core::validate(result)) return *std::move(error);
  return result;
}

}  // namespace governor::daemon
