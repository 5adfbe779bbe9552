#include "daemon/tools/governance/tools.hpp"

#include <algorithm>

#include "core/analysis/telemetry.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/governance/analysis_json.hpp"
#include "daemon/tools/governance/analysis_schemas.hpp"

namespace governor::daemon {
namespace {

constexpr double kUsPerHour = 3'600e6;

void write_distribution(JsonWriter& json, const core::Distribution& d) {
  json.begin_object();
  json.field("mean", d.mean).field("median", d.median).field("std", d.deviation);
  json.field("min", d.lowest).field("max", d.highest);
  json.field("p10", d.p10).field("p25", d.p25).field("p75", d.p75).field("p90", d.p90);
  json.end_object();
}

class TelemetryCall final : public AgentOrAllCall {
 public:
  TelemetryCall(std::optional<std::string> agent_id, std::size_t window, double hours)
      : AgentOrAllCall(std::move(agent_id)), window_(window), hours_(hours) {}

  std::optional<core::Error> read(Store& store) {
    auto window = store.load_window(agent().value_or(""), window_);
    if (!window) return std::move(window.error());
    if (!*window) return unknown_agent(*agent());
    updates_ = std::move(**window);
    return std::nullopt;
  }

  Step run_in_scope(CallContext& context) override {
    if (!std::exchange(is_read_, true))
      return Read{[this](Store& store) { return read(store); }, nullptr, depends()};
    const std::int64_t since =
        hours_ == 0.0 ? INT64_MIN : context.now_us - static_cast<std::int64_t>(hours_ * kUsPerHour);
    core::TelemetryCollector collector;
    for (const WindowUpdate& update : updates_) {
      if (update.record.timestamp_us < since) continue;
      collector.add(update.record,
                    update.own_interval.value_or(context.state.thresholds().lambda1_update_interval));
    }
    return Answer(written(std::move(collector).finish()), depends());
  }

 private:
  [[nodiscard]] std::string written(const core::Telemetry& telemetry) const {
    std::string text;
    JsonWriter json(text);
    write_scope(json.begin_object());
    json.field("updates", telemetry.updates);
    write_optional(json, "skip_rate", telemetry.skip_rate());
    json.field("skips", telemetry.skips).field("due", telemetry.due).key("confidence");
    telemetry.confidence ? write_distribution(json, *telemetry.confidence) : static_cast<void>(json.null());
    json.key("suspicious").begin_array();
    for (const core::SuspiciousPattern pattern : telemetry.suspicious()) {
      json.begin_object().field("pattern", core::to_string(pattern));
      json.field("message", core::suspicion_message(pattern, telemetry)).end_object();
    }
    json.end_array().key("decisions");
    write_decision_counts(json, telemetry.decisions);
    json.end_object();
    return text;
  }

  std::size_t window_;
  double hours_;  ///< 0: however old
  bool is_read_ = false;
  std::vector<WindowUpdate> updates_;
};

constexpr Parameter kTelemetryParameters[] = {
    agent_id("Default: all agents"),
    integer("window", 1, 1000, "Newest updates looked at").otherwise(1000),
    number("hours", 0.01, 87'600, "Of these, only the last hours"),
};

ParsedCall parse_telemetry(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  const auto window = arguments.integer<std::size_t>("window");
  const double hours = arguments.number("hours");
  return std::make_unique<TelemetryCall>(std::move(agent_id), window, hours);
}

}  // namespace

std::vector<Tool> telemetry_tools() {
  return {
      {{"get_telemetry_metrics", Effect::none, kTelemetryParameters, parse_telemetry},
       "governance",
       "Telemetry",
       "How one agent or all use their confidence: how often it was too low to adapt lambda1, its "
       "distribution, and patterns that look as if it were not honest.",
       kTelemetryOutput},
  };
}

}  // namespace governor::daemon
