#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/evidence_command.hpp"
#include "core/result.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/evidence/evidence_settings.hpp"
#include "daemon/tools/parameter.hpp"

namespace governor::daemon {

inline constexpr std::size_t kMaxEventSource = 256;
inline constexpr std::size_t kMaxEventCommand = 256 * 1024;
inline constexpr std::size_t kMaxEventOutput = 16 * 1024;

/// What somebody saw of an agent, in the terms of its tool. Command and output are looked at and forgotten.
inline constexpr Parameter kEventParameters[] = {
    choice("event",
           "tool_used file_changed tests_run reverted refused risky_action prose_said turn_began turn_ended",
           "What happened")
        .required(),
    text("source", kMaxEventSource, "The same for the same event: it is taken down once").quiet(),
    text("tool", core::ToolUsed::kMaxNameBytes).quiet(),
    text("command", kMaxEventCommand).quiet(),
    flag("success").otherwise(true).quiet(),
    integer("exit_code", INT32_MIN, INT32_MAX).quiet(),
    integer("duration_ms", 0, kMostExact).quiet(),
    text("output", kMaxEventOutput, "Its end: test runs are counted").quiet(),
    integer("output_bytes", 0, UINT32_MAX, "Of all of it").quiet(),
    path(),
    integer("lines_added", 0, UINT32_MAX).quiet(),
    integer("lines_removed", 0, UINT32_MAX).quiet(),
    flag("created"),
    flag("deleted"),
    text("edit", 128, "The same for the same edit").quiet(),
    text("content_sha256", 64, "Of what the file holds now").quiet(),
    text("framework", 64).quiet(),
    integer("passed", 0, UINT32_MAX).quiet(),
    integer("failed", 0, UINT32_MAX).quiet(),
    choice("by", "lease protection shrink_guard person loop gate").otherwise("person").quiet(),
    text("rule", 64).quiet(),
    choice("severity", "low medium high").otherwise("medium").quiet(),
    integer("prose_bytes", 0, UINT32_MAX, "How much text it said").quiet(),
};

/// Of an event that is told later: when it happened.
inline constexpr auto kDatedEventParameters = joined(kEventParameters, {moment("at")});

/// Who tells of events, and what holds for them.
struct EventSource {
  core::Provenance provenance = core::Provenance::measured;
  std::optional<std::string> directory{};  ///< for relative paths; none: they stay so, see `resolve_paths`
  const EvidenceSettings& settings;
  bool dated = false;  ///< the table is kDatedEventParameters
  /// Nobody saw what commands changed: the files are taken that their words say they write.
  bool unwatched = false;
};

/// The items that an event comes to; the agent is left to the caller. What is wrong with it `arguments` know.
core::EvidenceCommand read_event(Arguments& arguments, const EventSource& source);

/// Makes relative paths absolute, for whoever knew the directory only later.
std::optional<core::Error> resolve_paths(core::EvidenceCommand& command, const std::string& directory);

/// For lists of events: how many come in one request at most.
inline constexpr std::size_t kMaxEvents = 256;

/// Reads the argument `events`: a list of objects, each with `kEventParameters`.
core::Result<std::vector<core::EvidenceCommand>> read_events(const boost::json::value* list,
                                                             const EventSource& source);

/// What a list of events came to, as the answer of a call. `hold`: why the agent should not end its turn yet.
/// `notice`: what it is told beside that.
std::string recorded_json(const std::string& agent_id, const std::vector<core::EvidenceOutcome>& outcomes,
                          const std::string& hold = {}, const std::string& notice = {});

}  // namespace governor::daemon
