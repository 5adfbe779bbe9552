#include "core/agent_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/agent_id.hpp"

namespace governor::core {
namespace {

/// A figure of a row with its range in the model.
struct ImportedFigure {
  const char* name;
  double UpdateRecord::*value;
  double lowest;
  double highest;
};

constexpr std::array<ImportedFigure, 9> kFigures{{
    {"E", &UpdateRecord::E, 0, 1},
    {"I", &UpdateRecord::I, 0, 1},
    {"S", &UpdateRecord::S, 0, 2},
    {"V", &UpdateRecord::V, -2, 2},
    {"coherence", &UpdateRecord::coherence, 0, 1},
    {"risk", &UpdateRecord::risk, 0, 1},
    {"lambda1", &UpdateRecord::lambda1, 0, 1},
    {"integral", &UpdateRecord::integral, -5, 5},
    {"time", &UpdateRecord::time, 0, 1e15},
}};

/// The newest row must say all of this, since the agent goes on from it.
constexpr std::array<std::size_t, 7> kState{0, 1, 2, 3, 6, 7, 8};

std::string shown(double value) {
  return std::isnan(value) ? "not known" : fmt::format("{}", value);
}

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

std::optional<Error> check_text(const char* field, const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return std::nullopt;
  return invalid_argument(field, fmt::format("a text of {} bytes", text.size()),
                          fmt::format("at most {} bytes", longest));
}

std::optional<Error> check_profile(const AgentProfile& profile) {
  if (auto error = validate_agent_id("agent_id", profile.id)) return error;
  if (!profile.parent_id.empty()) {
    if (auto error = validate_agent_id("parent_agent_id", profile.parent_id)) return error;
  }
  if (auto error = check_text("notes", profile.notes, kMaxImportedNotes)) return error;
  if (auto error = check_text("purpose", profile.purpose, kMaxImportedText)) return error;
  if (auto error = check_text("status_reason", profile.status_reason, kMaxImportedText)) return error;
  if (profile.tags.size() > kMaxImportedTags) {
    return invalid_argument("tags", fmt::format("a list of {} tags", profile.tags.size()),
                            fmt::format("at most {}", kMaxImportedTags));
  }
  for (const std::string& tag : profile.tags) {
    if (auto error = check_text("tags", tag, kMaxImportedTag)) return error;
  }
  return std::nullopt;
}

std::optional<Error> check_events(const std::vector<ImportedEvent>& events) {
  if (events.size() > kMaxImportedEvents) {
    return invalid_argument("lifecycle_events", fmt::format("a list of {} events", events.size()),
                            fmt::format("at most {}", kMaxImportedEvents));
  }
  for (const ImportedEvent& event : events) {
    if (event.event.empty()) return invalid_argument("lifecycle_events", "an event without a name", "a name");
    if (auto error = check_text("lifecycle_events", event.event, kMaxImportedTag)) return error;
    if (auto error = check_text("lifecycle_events", event.reason, kMaxImportedText)) return error;
  }
  return std::nullopt;
}

std::optional<Error> check_rows(const AgentImport& agent) {
  if (agent.total > kMaxImportedRows || agent.first == 0 || agent.last() > agent.total ||
      (agent.rows.empty() && agent.total > 0)) {
    return invalid_argument(
        "rows", fmt::format("{} rows from number {} of {}", agent.rows.size(), agent.first, agent.total),
        fmt::format("some of 1 to total, which is at most {}", kMaxImportedRows));
  }
  for (std::size_t i = 0; i < agent.rows.size(); ++i) {
    for (const ImportedFigure& figure : kFigures) {
      const double value = agent.rows[i].*figure.value;
      if (std::isnan(value) || (value >= figure.lowest && value <= figure.highest)) continue;
      return invalid_argument(fmt::format("rows.{}[{}]", figure.name, i), shown(value),
                              fmt::format("a number from {} to {}", figure.lowest, figure.highest));
    }
  }
  if (!agent.is_last_part() || agent.total == 0) return std::nullopt;
  for (const std::size_t index : kState) {
    if (!std::isnan(agent.rows.back().*kFigures[index].value)) continue;
    return invalid_argument(fmt::format("rows.{}", kFigures[index].name), "not known in the newest row",
                            "a number, since the agent goes on from it");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> validate(const AgentImport& agent) {
  constexpr std::uint64_t kMaxUpdates = std::uint64_t{1} << 53;
  if (auto error = check_profile(agent.profile)) return error;
  if (auto error = check_events(agent.events)) return error;
  if (auto error = check_text("source", agent.source, kMaxImportedText)) return error;
  if (agent.deployment) {
    if (auto error = validate(*agent.deployment)) return error;
  }
  if (agent.updates > kMaxUpdates) {
    return invalid_argument("updates", fmt::format("{}", agent.updates),
                            fmt::format("at most {}", kMaxUpdates));
  }
  return check_rows(agent);
}

std::string difference(const UpdateRecord& stored, const UpdateRecord& imported) {
  for (const ImportedFigure& figure : kFigures) {
    const double here = stored.*figure.value;
    const double there = imported.*figure.value;
    if (!same(here, there)) {
      return fmt::format("update {}: {} is {} here, {} there", stored.number, figure.name, shown(here),
                         shown(there));
    }
  }
  if (stored.action != imported.action) {
    return fmt::format("update {}: the decision is {} here, {} there", stored.number,
                       to_string(stored.action), to_string(imported.action));
  }
  if (stored.timestamp_us != imported.timestamp_us) {
    return fmt::format("update {}: it has another time here", stored.number);
  }
  return {};
}

std::string_view to_string(ImportOutcome::Kind kind) {
  switch (kind) {
    case ImportOutcome::Kind::imported: return "imported";
    case ImportOutcome::Kind::unchanged: return "unchanged";
    case ImportOutcome::Kind::exists: return "exists";
  }
  return "exists";
}

}  // namespace governor::core
