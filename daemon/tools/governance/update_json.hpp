#pragma once

#include <string>
#include <string_view>

#include "core/state.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

struct EvidenceFigures;

// The same things have the same names and values in every tool that shows them.

/// `{"status", "message"}`; `last` may be null.
void write_health(JsonWriter& json, const core::UpdateRecord* last, const core::Thresholds& thresholds);
/// A flag of an update; null where the update was imported from where nobody recorded it.
void write_flag(JsonWriter& json, std::string_view name, const core::UpdateRecord& record, bool flag);
/// `evidence`: what the update was made from; null: its caller's inputs alone.
void write_decision(JsonWriter& json, const core::UpdateRecord& record, const core::Thresholds& thresholds,
                    const EvidenceFigures* evidence);
void write_metrics(JsonWriter& json, const core::UpdateRecord& record);
/// Before the first update there is no coherence, risk or verdict yet.
void write_start_metrics(JsonWriter& json, const core::GovernanceState& state);
void write_sampling(JsonWriter& json, double lambda1);

/// How much an answer says: what a caller acts on, or all figures exactly.
enum class Detail { brief, full };

/// What a result of `Detail::brief` says of an agent's newest update; fields of an object that is open.
void write_brief(JsonWriter& json, const core::UpdateRecord& record, const core::Thresholds& thresholds,
                 const EvidenceFigures* evidence);

/// The structured result of an update. The same outcome, thresholds and detail give the same bytes.
std::string update_json(const core::UpdateOutcome& outcome, const core::Thresholds& thresholds,
                        bool simulated, Detail detail);

}  // namespace governor::daemon
