// What somebody who watches wants to see at a glance, in one answer: see `governorctl top`.
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_json.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/lease_json.hpp"
#include "daemon/tools/deployments/deployment_json.hpp"
#include "daemon/tools/server/alert_json.hpp"
#include "daemon/tools/server/tools.hpp"
#include "daemon/tools/tasks/task_json.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMostLeases = 500;
constexpr std::size_t kMostWaiters = 50;
constexpr std::size_t kMostDeployments = 100;
constexpr std::size_t kMostAlerts = 50;
/// Rows looked at in one read.
constexpr std::size_t kOverviewSlice = 2000;

class OverviewCall final : public ToolCall {
 public:
  struct Request {
    std::size_t agents = 200;
    std::vector<std::string> recent_of;
    std::size_t recent = 20;
  };

  OverviewCall(Request request, const ToolEnvironment& environment)
      : request_(std::move(request)), environment_(environment) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      agents_ = {};
      recent_.clear();
      return Read{[this](Store& store) { return read(store); },
                  [this] { return agents_.more && agents_.agents.size() < request_.agents; }};
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("time", iso_timestamp(context.now_us));
    write_health_fields(json, environment_.facts, environment_.counters, std::chrono::steady_clock::now());
    json.field("request_p50_ms", environment_.counters.request_latency.quantile_ms(0.50));
    json.field("request_p99_ms", environment_.counters.request_latency.quantile_ms(0.99));
    write_agents(json, context.state);
    write_leases(json, context.state.leases());
    write_deployments(json, context.state.deployments());
    json.key("alerts").begin_array();
    for (const core::Alert& alert : alerts_.alerts) write_alert(json, alert);
    json.end_array().field("more_alerts", alerts_.more).key("tasks");
    write_task_counts(json, context.state.tasks().counts());
    json.end_object();
    return text;
  }

 private:
  std::optional<core::Error> read(Store& store) {
    if (agents_.looked_at.empty()) {
      auto alerts = store.list_alerts({}, 0, kMostAlerts);
      if (!alerts) return std::move(alerts.error());
      alerts_ = *std::move(alerts);
      for (const std::string& id : request_.recent_of) {
        auto recent = store.load_recent(id, request_.recent);
        if (!recent) return std::move(recent.error());
        if (*recent) recent_[id] = std::move((*recent)->rows);
      }
    }
    AgentFilter wanted;
    wanted.status = core::Lifecycle::active;
    const std::size_t room = request_.agents - agents_.agents.size();
    auto part = store.list_agents(wanted, agents_.looked_at, room, kOverviewSlice);
    if (!part) return std::move(part.error());
    agents_.looked_at = std::move(part->looked_at);
    agents_.more = part->more;
    for (AgentSummary& agent : part->agents) agents_.agents.push_back(std::move(agent));
    return std::nullopt;
  }

  void write_agents(JsonWriter& json, const core::State& state) const {
    json.key("agents").begin_array();
    for (const AgentSummary& agent : agents_.agents) write_agent_summary(json, agent, state, true);
    json.end_array().field("more_agents", agents_.more).key("recent").begin_array();
    for (const auto& [id, rows] : recent_) {
      json.begin_object().field("agent_id", id).key("risk").begin_array();
      for (auto row = rows.rbegin(); row != rows.rend(); ++row) json.value(row->risk);
      json.end_array().end_object();
    }
    json.end_array();
  }

  static void write_leases(JsonWriter& json, const core::LeaseTable& leases) {
    json.key("leases").begin_array();
    std::size_t count = 0;
    for (const auto& [key, lease] : leases.open()) {
      if (count++ == kMostLeases) break;
      write_lease(json, lease);
    }
    json.end_array().field("more_leases", count > kMostLeases).key("waits").begin_array();
    count = 0;
    for (const auto& [key, waiter] : leases.waiters()) {
      if (count++ == kMostWaiters) break;
      json.begin_object().key("waiter");
      write_waiter(json, waiter);
      json.key("behind").begin_array();
      for (const core::Lease* lease : leases.obstacles(waiter.claim, key).leases) json.value(lease->key);
      json.end_array().end_object();
    }
    json.end_array().field("more_waits", count > kMostWaiters);
  }

  /// Those that need a person first.
  static void write_deployments(JsonWriter& json, const core::DeploymentTable& deployments) {
    json.key("deployments").begin_array();
    std::size_t count = 0;
    for (const bool needs : {true, false}) {
      deployments.visit([&](const core::Deployment& deployment) {
        const core::DeploymentStanding& standing = deployment.standing;
        const bool is_wanted =
            core::needs_person(standing) == needs && (needs || !core::is_over(standing.state));
        if (!is_wanted) return true;
        if (++count > kMostDeployments) return false;
        write_deployment(json, deployment);
        return true;
      });
    }
    json.end_array().field("more_deployments", count > kMostDeployments).key("deployment_counts");
    write_deployment_counts(json, deployments);
  }

  Request request_;
  ToolEnvironment environment_;
  AgentPage agents_;
  AlertPage alerts_;
  std::map<std::string, std::vector<core::UpdateRecord>> recent_;
};

constexpr Parameter kOverviewParameters[] = {
    integer("agents", 1, 1000, "How many at most").otherwise(200),
    agent_ids("recent_of", 0, 100, "Agents whose newest risks are wanted"),
    integer("recent", 1, 100, "How many risks of each").otherwise(20),
};

ParsedCall parse_overview(Arguments& arguments, const ToolEnvironment& environment) {
  OverviewCall::Request request;
  request.agents = arguments.integer<std::size_t>("agents");
  request.recent_of = arguments.agent_ids("recent_of");
  request.recent = arguments.integer<std::size_t>("recent");
  return std::make_unique<OverviewCall>(std::move(request), environment);
}

}  // namespace

GovernorRequest overview_request() {
  return {{"governor/overview", Effect::none, kOverviewParameters, parse_overview}, std::nullopt};
}

}  // namespace governor::daemon
