#pragma once

#include <optional>
#include <string_view>

#include "core/analysis/anomaly.hpp"
#include "core/analysis/decision_counts.hpp"
#include "core/analysis/trend.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

// The same statistics have the same names in every tool that shows them.

/// `null` for what is not known.
void write_optional(JsonWriter& json, std::string_view name, std::optional<double> number);
/// `{"risk", "coherence", "E", "I", "S", "V"}`.
void write_trends(JsonWriter& json, const core::Trends& trends);
/// The members of an anomaly, within an object that the caller has begun.
void write_anomaly_members(JsonWriter& json, const core::Anomaly& anomaly);
/// `{"approve", "revise", "reject"}`.
void write_decision_counts(JsonWriter& json, const core::DecisionCounts& counts);

}  // namespace governor::daemon
