#include "daemon/tools/agents/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "core/analysis/fleet_summary.hpp"
#include "daemon/tools/agents/agent_json.hpp"
#include "daemon/tools/agents/stored_agents.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/governance/analysis_json.hpp"
#include "daemon/tools/governance/analysis_schemas.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxListed = 100;
/// Agents looked at in one go, with their recent rows: a few milliseconds.
constexpr std::size_t kAgentSlice = 128;
/// Of those named, which are looked up one by one.
constexpr std::size_t kNamedSlice = 16;

constexpr std::array kStatuses{core::Lifecycle::active, core::Lifecycle::paused, core::Lifecycle::archived,
                               core::Lifecycle::deleted};

class AggregateCall final : public ToolCall {
 public:
  explicit AggregateCall(FleetFilter filter) : filter_(std::move(filter)) {}

  std::optional<core::Error> read(Store& store) {
    auto slice = store.load_fleet(filter_, after_, kAgentSlice);
    if (!slice) return std::move(slice.error());
    after_ = slice->looked_at;
    more_ = slice->more;
    for (const FleetAgent& agent : slice->agents) add(agent);
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (context.begins) return Read{[this](Store& store) { return read(store); }, [this] { return more_; }};
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.field("agents", summary_.agents).field("with_updates", summary_.with_updates);
    json.key("by_health").begin_object();
    for (std::size_t health = 0; health < core::kHealths; ++health) {
      json.field(core::to_string(static_cast<core::Health>(health)), summary_.by_health[health]);
    }
    json.end_object().key("by_decision");
    write_decision_counts(json, summary_.by_decision);
    json.key("by_status").begin_object();
    for (const core::Lifecycle status : kStatuses) {
      json.field(core::to_string(status), by_status_[static_cast<std::size_t>(status)]);
    }
    json.end_object().key("by_trend").begin_object();
    for (const core::Course course :
         {core::Course::improving, core::Course::stable, core::Course::degrading}) {
      json.field(core::to_string(course), by_trend_[static_cast<std::size_t>(course)]);
    }
    json.end_object();
    write_optional(json, "mean_risk", summary_.risk.mean());
    write_optional(json, "mean_coherence", summary_.coherence.mean());
    json.key("degrading");
    write_texts(json, degrading_);
    json.key("critical");
    write_texts(json, critical_);
    json.end_object();
    return text;
  }

 private:
  void add(const FleetAgent& agent) {
    summary_.add(agent.recent.empty() ? nullptr : &agent.recent.front());
    const auto status = static_cast<std::size_t>(agent.status);
    if (status < by_status_.size()) by_status_[status] += 1;  // a damaged row may hold anything
    const core::Course course = core::trends_of(agent.recent).course();
    by_trend_[static_cast<std::size_t>(course)] += 1;
    if (course == core::Course::degrading) list(degrading_, agent.id);
    if (!agent.recent.empty() && agent.recent.front().health == core::Health::critical)
      list(critical_, agent.id);
  }

  static void list(std::vector<std::string>& ids, const std::string& id) {
    if (ids.size() < kMaxListed) ids.push_back(id);
  }

  FleetFilter filter_;
  core::AgentKey after_ = 0;
  bool more_ = false;
  core::FleetSummary summary_;
  std::array<std::uint64_t, kStatuses.size()> by_status_{};
  std::array<std::uint64_t, 3> by_trend_{};
  std::vector<std::string> degrading_;
  std::vector<std::string> critical_;
};

constexpr Parameter kAggregateParameters[] = {
    choice("status", "active paused archived deleted", "Default: all but deleted"),
    text("tag", kMaxTagBytes),
};

ParsedCall parse_aggregate(Arguments& arguments, const ToolEnvironment&) {
  FleetFilter filter;
  const std::string_view status = arguments.choice("status");
  for (const core::Lifecycle one : kStatuses) {
    if (status == core::to_string(one)) filter.status = one;
  }
  filter.tag = arguments.text("tag").value_or("");
  return std::make_unique<AggregateCall>(std::move(filter));
}

/// Looks at agents by name, or at all of them from where the last page ended.
class AnomaliesCall final : public ToolCall {
 public:
  struct Request {
    std::vector<std::string> ids;  ///< empty: all agents
    core::AnomalySeverity least = core::AnomalySeverity::medium;
    std::size_t limit = 0;
    core::AgentKey after = 0;
  };

  explicit AnomaliesCall(Request request) : request_(std::move(request)), after_(request_.after) {}

  Step run(CallContext& context) override {
    if (context.begins) return begin(context);
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.field("checked", checked_).field("count", static_cast<std::uint64_t>(found_.size()));
    json.key("anomalies").begin_array();
    for (const auto& [id, anomaly] : found_) {
      json.begin_object().field("agent_id", id);
      write_anomaly_members(json, anomaly);
      json.end_object();
    }
    json.end_array();
    if (more_) json.field("next_cursor", std::to_string(after_));
    json.end_object();
    return text;
  }

 private:
  /// The store tells all; nothing need be loaded.
  Step begin(const CallContext& context) {
    auto resolved = resolve_agents(context, request_.ids);
    if (!resolved) return std::move(resolved.error());
    request_.ids = std::move(*resolved);
    return Read{[this](Store& store) { return request_.ids.empty() ? read_all(store) : read_named(store); },
                [this] { return more_ && !full_; }};
  }

  std::optional<core::Error> read_all(Store& store) {
    auto slice = store.load_fleet(FleetFilter{}, after_, kAgentSlice);
    if (!slice) return std::move(slice.error());
    more_ = slice->more;
    for (const FleetAgent& agent : slice->agents) {
      const auto anomalies = serious(agent.recent);
      if (found_.size() + anomalies.size() > request_.limit) {
        full_ = more_ = true;
        return std::nullopt;  // the next page begins with this agent
      }
      note(agent.id, anomalies);
      after_ = agent.key;
    }
    after_ = slice->looked_at;
    return std::nullopt;
  }

  std::optional<core::Error> read_named(Store& store) {
    const std::size_t end = std::min(named_read_ + kNamedSlice, request_.ids.size());
    for (; named_read_ < end; ++named_read_) {
      const std::string& id = request_.ids[named_read_];
      auto agent = load_recent(store, id, core::kRecentRows);
      if (!agent) return std::move(agent.error());
      note(id, serious(agent->rows));
    }
    more_ = named_read_ < request_.ids.size();
    return std::nullopt;
  }

  [[nodiscard]] std::vector<core::Anomaly> serious(std::span<const core::UpdateRecord> rows) const {
    std::vector<core::Anomaly> anomalies = core::anomalies_of(rows);
    std::erase_if(anomalies, [&](const core::Anomaly& one) { return one.severity < request_.least; });
    return anomalies;
  }

  void note(const std::string& id, const std::vector<core::Anomaly>& anomalies) {
    checked_ += 1;
    for (const core::Anomaly& anomaly : anomalies) found_.emplace_back(id, anomaly);
  }

  Request request_;
  core::AgentKey after_;
  bool more_ = false;  ///< there are agents that were not looked at
  bool full_ = false;
  std::size_t named_read_ = 0;
  std::uint64_t checked_ = 0;
  std::vector<std::pair<std::string, core::Anomaly>> found_;
};

/// The key of the last agent that the previous page looked at.
core::AgentKey read_cursor(Arguments& arguments) {
  const std::string text = arguments.text("cursor").value_or("0");
  core::AgentKey key = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key);
  if (error != std::errc() || end != text.data() + text.size() || key < 0) {
    arguments.refuse(
        core::invalid_argument("cursor", fmt::format("\"{}\"", text), "next_cursor of the previous page"));
  }
  return key;
}

constexpr Parameter kAnomaliesParameters[] = {
    agent_ids("agent_ids", 1, 50, "Default: all agents, page by page"),
    choice("min_severity", "medium high").otherwise("medium"),
    integer("limit", 2, kLongestPage).otherwise(100),
    text("cursor", 20, "next_cursor of the previous page"),
};

ParsedCall parse_anomalies(Arguments& arguments, const ToolEnvironment&) {
  AnomaliesCall::Request request;
  request.ids = arguments.agent_ids("agent_ids");
  if (arguments.choice("min_severity") == "high") request.least = core::AnomalySeverity::high;
  request.limit = arguments.integer<std::size_t>("limit");
  request.after = read_cursor(arguments);
  return std::make_unique<AnomaliesCall>(std::move(request));
}

}  // namespace

std::vector<Tool> fleet_tools() {
  return {
      {{"aggregate_metrics", Effect::none, kAggregateParameters, parse_aggregate},
       "governance",
       "The fleet at a glance",
       "All agents summed up: counts per health, decision, status and trend, mean risk and coherence, and "
       "who is degrading or critical.",
       kAggregateOutput},
      {{"detect_anomalies", Effect::none, kAnomaliesParameters, parse_anomalies},
       "governance",
       "Find anomalies",
       "Agents whose risk rose or whose coherence fell suddenly in their newest updates.",
       kAnomaliesOutput},
  };
}

}  // namespace governor::daemon
