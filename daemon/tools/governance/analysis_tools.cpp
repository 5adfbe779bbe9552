#include "daemon/tools/governance/tools.hpp"

#include <algorithm>
#include <span>

#include "core/analysis/comparison.hpp"
#include "daemon/support/json_time.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/agents/stored_agents.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/governance/analysis_json.hpp"
#include "daemon/tools/governance/analysis_schemas.hpp"
#include "daemon/tools/governance/update_json.hpp"

namespace governor::daemon {
namespace {

const core::UpdateRecord* newest(const RecentUpdates& agent) {
  return agent.rows.empty() ? nullptr : &agent.rows.front();
}

std::uint64_t updates_of(const RecentUpdates& agent) {
  return agent.rows.empty() ? 0 : agent.rows.front().updates;
}

/// Of the agent itself, else those of all.
const core::Thresholds& thresholds_of(const RecentUpdates& agent, const core::State& state) {
  return agent.profile.thresholds ? *agent.profile.thresholds : state.thresholds();
}

/// What one agent is and how it stands, as every tool that shows it says.
void write_standing(JsonWriter& json, const RecentUpdates& agent, const core::State& state) {
  json.field("agent_id", agent.profile.id).field("status", core::to_string(agent.profile.status));
  json.key("health");
  write_health(json, newest(agent), thresholds_of(agent, state));
  json.field("epoch", agent.profile.epoch).field("updates", updates_of(agent));
}

void write_newest_metrics(JsonWriter& json, const RecentUpdates& agent) {
  json.key("metrics");
  agent.rows.empty() ? write_start_metrics(json, core::GovernanceState{})
                     : write_metrics(json, agent.rows.front());
}

class ObserveCall final : public AgentCall {
 public:
  ObserveCall(std::optional<std::string> agent_id, std::size_t window)
      : AgentCall(std::move(agent_id)), window_(window) {}

  std::optional<core::Error> read(Store& store) {
    auto agent = load_recent(store, id(), std::max(window_, core::kRecentRows));
    if (!agent) return std::move(agent.error());
    agent_ = std::move(*agent);
    return std::nullopt;
  }

  Step run_on_agent(CallContext& context) override {
    if (!std::exchange(is_read_, true)) return Read{[this](Store& store) { return read(store); }};
    const core::Trends trends = core::trends_of(agent_.rows);
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    write_standing(json, agent_, context.state);
    json.key("trends");
    write_trends(json, trends);
    json.field("trend", core::to_string(trends.course())).key("anomalies").begin_array();
    for (const core::Anomaly& anomaly : core::anomalies_of(agent_.rows)) {
      json.begin_object();
      write_anomaly_members(json, anomaly);
      json.end_object();
    }
    json.end_array().key("summary");
    write_summary(json);
    write_newest_metrics(json, agent_);
    time_field(json, "timestamp", agent_.rows.empty() ? 0 : agent_.rows.front().timestamp_us);
    json.end_object();
    return text;
  }

 private:
  void write_summary(JsonWriter& json) const {
    const auto rows = std::span(agent_.rows).first(std::min(window_, agent_.rows.size()));
    core::DecisionCounts decisions;
    core::KnownMean risk;
    core::KnownMean coherence;
    for (const core::UpdateRecord& row : rows) {
      decisions.add(row.action);
      risk.add(row.risk);
      coherence.add(row.coherence);
    }
    json.begin_object().field("updates", static_cast<std::uint64_t>(rows.size()));
    write_optional(json, "mean_risk", risk.mean());
    write_optional(json, "mean_coherence", coherence.mean());
    json.key("decisions");
    write_decision_counts(json, decisions);
    json.end_object();
  }

  std::size_t window_;
  bool is_read_ = false;
  RecentUpdates agent_;
};

constexpr Parameter kObserveParameters[] = {
    own_agent_id(),
    integer("window", 1, 1000, "Updates in the summary").otherwise(20),
};

ParsedCall parse_observe(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  const auto window = arguments.integer<std::size_t>("window");
  return std::make_unique<ObserveCall>(std::move(agent_id), window);
}

class CompareCall final : public ToolCall {
 public:
  explicit CompareCall(std::vector<std::string> ids) : ids_(std::move(ids)) {}

  std::optional<core::Error> read(Store& store) {
    for (const std::string& id : ids_) {
      auto agent = load_recent(store, id, core::kRecentRows);
      if (!agent) return std::move(agent.error());
      agents_.push_back(std::move(*agent));
    }
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (context.begins) {
      auto resolved = resolve_agents(context, ids_);
      if (!resolved) return std::move(resolved.error());
      ids_ = std::move(*resolved);
      // The store tells all; nothing need be loaded.
      return Read{[this](Store& store) { return read(store); }};
    }
    std::vector<core::UpdateRecord> newest_rows;
    std::vector<std::string_view> names;
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("agents").begin_array();
    for (const RecentUpdates& agent : agents_) {
      json.begin_object();
      write_standing(json, agent, context.state);
      json.field("trend", core::to_string(core::trends_of(agent.rows).course()));
      write_newest_metrics(json, agent);
      json.end_object();
      if (agent.rows.empty()) continue;
      newest_rows.push_back(agent.rows.front());
      names.push_back(agent.profile.id);
    }
    json.end_array().key("differences").begin_array();
    const core::Comparison comparison = core::compare(newest_rows);
    for (const core::Difference& difference : comparison.differences) {
      json.begin_object().field("metric", difference.figure);
      write_end(json, "lowest", names[difference.lowest], difference.lowest_value);
      write_end(json, "highest", names[difference.highest], difference.highest_value);
      json.field("spread", difference.spread()).end_object();
    }
    json.end_array();
    write_optional(json, "similarity", comparison.similarity);
    json.end_object();
    return text;
  }

 private:
  static void write_end(JsonWriter& json, std::string_view which, std::string_view agent, double value) {
    json.key(which).begin_object().field("agent_id", agent).field("value", value).end_object();
  }

  std::vector<std::string> ids_;
  std::vector<RecentUpdates> agents_;
};

constexpr Parameter kCompareParameters[] = {agent_ids("agent_ids", 2, 20).required()};

ParsedCall parse_compare(Arguments& arguments, const ToolEnvironment&) {
  auto ids = arguments.agent_ids("agent_ids");
  return std::make_unique<CompareCall>(std::move(ids));
}

}  // namespace

std::vector<Tool> analysis_tools() {
  return {
      {{"observe_agent", Effect::none, kObserveParameters, parse_observe},
       "governance",
       "Observe an agent",
       "Where an agent is heading: trends, anomalies, and a summary of its newest updates.",
       kObserveOutput},
      {{"compare_agents", Effect::none, kCompareParameters, parse_compare},
       "governance",
       "Compare agents",
       "How 2 to 20 agents stand side by side, where they differ most and how alike they are.",
       kCompareOutput},
  };
}

}  // namespace governor::daemon
