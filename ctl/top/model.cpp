#include "ctl/top/model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ctl/json_fields.hpp"
#include "ctl/quantity.hpp"

namespace governor::ctl::top {

namespace {

namespace json = boost::json;

constexpr std::size_t kRisksShown = 40;
constexpr std::size_t kMostAsked = 60;

std::string none_if_dash(std::string text) {
  if (text == "-") text.clear();
  return text;
}

std::string paths_of(const json::object& claim) {
  constexpr std::size_t kNamed = 3;
  const json::array& paths = array_field(claim, "paths");
  std::string text;
  for (std::size_t i = 0; i < paths.size() && i < kNamed; ++i)
    if (paths[i].is_string()) text += (text.empty() ? "" : ", ") + std::string(paths[i].get_string());
  if (paths.size() > kNamed) text += " and " + std::to_string(paths.size() - kNamed) + " more";
  return text;
}

std::string holder_of(const json::object& claim) {
  return text_field(claim, claim.contains("agent_id") ? "agent_id" : "client");
}

template <class Row, class Read>
std::vector<Row> rows_of(const json::object& overview, const char* field, Read read) {
  std::vector<Row> rows;
  for (const json::value& entry : array_field(overview, field))
    if (entry.is_object()) rows.push_back(read(entry.get_object()));
  return rows;
}

AgentRow read_agent(const json::object& agent) {
  const json::object& metrics = object_field(agent, "metrics");
  AgentRow row;
  row.id = text_field(agent, "agent_id");
  row.health = text_field(agent, "health");
  row.decision = text_field(agent, "decision");
  row.owner = none_if_dash(text_field(object_field(agent, "owner"), "client"));
  row.purpose = none_if_dash(text_field(agent, "purpose"));
  row.last_update = text_field(agent, "last_update");
  row.risk = number_field(metrics, "risk_score");
  row.coherence = number_field(metrics, "coherence");
  row.verdict = text_field(metrics, "verdict");
  row.updates = std::max<std::int64_t>(count_field(agent, "updates"), 0);
  return row;
}

LeaseRow read_lease(const json::object& lease) {
  LeaseRow row;
  row.lease = count_field(lease, "lease");
  row.holder = holder_of(lease);
  row.agent = none_if_dash(text_field(lease, "agent_id"));
  row.mode = text_field(lease, "mode");
  row.until = text_field(lease, "until");
  row.paths = paths_of(lease);
  row.is_orphaned = lease.contains("session_ended");
  return row;
}

WaitRow read_wait(const json::object& wait) {
  const json::object& claim = object_field(wait, "waiter");
  WaitRow row;
  row.waiter = holder_of(claim);
  row.agent = none_if_dash(text_field(claim, "agent_id"));
  row.since = text_field(claim, "since");
  row.paths = paths_of(claim);
  for (const json::value& lease : array_field(wait, "behind"))
    if (lease.is_int64()) row.behind.push_back(lease.get_int64());
  return row;
}

DeploymentRow read_deployment(const json::object& deployment) {
  DeploymentRow row;
  row.id = text_field(deployment, "deployment_id");
  row.state = text_field(deployment, "state");
  row.since = text_field(deployment, "since");
  row.task = none_if_dash(text_field(deployment, "task_id"));
  row.why = none_if_dash(text_field(deployment, "why"));
  row.progress = count_field(deployment, "progress");
  row.needs_person = flag_field(deployment, "needs_person");
  return row;
}

AlertRow read_alert(const json::object& alert) {
  AlertRow row;
  row.alert = count_field(alert, "alert_id");
  row.severity = text_field(alert, "severity");
  row.kind = text_field(alert, "kind");
  row.raised = text_field(alert, "raised");
  row.agent = none_if_dash(text_field(alert, "agent_id"));
  row.message = text_field(alert, "message");
  return row;
}

Traffic read_traffic(const json::object& overview) {
  Traffic traffic;
  traffic.status = text_field(overview, "status");
  for (const json::value& reason : array_field(overview, "reasons"))
    if (reason.is_string()) traffic.reasons.emplace_back(reason.get_string());
  traffic.build = text_field(overview, "build");
  traffic.pid = count_field(overview, "pid");
  traffic.uptime_seconds = number_field(overview, "uptime_seconds");
  traffic.sessions = count_field(overview, "sessions");
  traffic.requests = count_field(overview, "requests");
  traffic.updates = count_field(overview, "updates");
  traffic.pending = count_field(overview, "pending");
  traffic.request_p99_ms = number_field(overview, "request_p99_ms");
  traffic.commit_p99_ms = number_field(overview, "commit_p99_ms");
  return traffic;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

const AgentRow* Model::find_agent(const std::string& id) const {
  const auto found =
      std::find_if(agents.begin(), agents.end(), [&](const AgentRow& row) { return row.id == id; });
  return found == agents.end() ? nullptr : &*found;
}

json::object ModelReader::next_request(std::size_t most_agents) const {
  json::object request{{"agents", most_agents}, {"recent", kRisksShown}};
  if (!wanted_.empty()) {
    json::array ids(wanted_.begin(),
                    wanted_.begin() + static_cast<std::ptrdiff_t>(std::min(wanted_.size(), kMostAsked)));
    request["recent_of"] = std::move(ids);
  }
  return request;
}

Model ModelReader::read(const json::object& overview, Clock::time_point now) {
  Model model;
  model.time = text_field(overview, "time");
  model.traffic = read_traffic(overview);
  model.agents = rows_of<AgentRow>(overview, "agents", read_agent);
  model.leases = rows_of<LeaseRow>(overview, "leases", read_lease);
  model.waits = rows_of<WaitRow>(overview, "waits", read_wait);
  model.deployments = rows_of<DeploymentRow>(overview, "deployments", read_deployment);
  model.alerts = rows_of<AlertRow>(overview, "alerts", read_alert);
  model.more_agents = flag_field(overview, "more_agents");
  model.tasks_ready = std::max<std::int64_t>(count_field(object_field(overview, "tasks"), "ready"), 0);
  model.tasks_in_progress =
      std::max<std::int64_t>(count_field(object_field(overview, "tasks"), "in_progress"), 0);
  for (const WaitRow& wait : model.waits)
    for (LeaseRow& lease : model.leases)
      if (std::find(wait.behind.begin(), wait.behind.end(), lease.lease) != wait.behind.end())
        lease.waited_for_by.push_back(wait.waiter);

  Traffic& traffic = model.traffic;
  const double seconds = std::chrono::duration<double>(now - before_).count();
  const bool is_same =
      has_before_ && traffic.requests >= requests_before_ && traffic.updates >= updates_before_;
  if (is_same && seconds > 0) {
    traffic.requests_per_second = static_cast<double>(traffic.requests - requests_before_) / seconds;
    traffic.updates_per_second = static_cast<double>(traffic.updates - updates_before_) / seconds;
  }
  has_before_ = true;
  before_ = now;
  requests_before_ = traffic.requests;
  updates_before_ = traffic.updates;

  for (const json::value& entry : array_field(overview, "recent")) {
    if (!entry.is_object()) continue;
    const std::string id = text_field(entry.get_object(), "agent_id");
    Risks& risks = risks_[id];
    risks.values.clear();
    for (const json::value& risk : array_field(entry.get_object(), "risk"))
      risks.values.push_back(risk.is_number() ? risk.to_number<double>() : std::nan(""));
    const AgentRow* agent = model.find_agent(id);
    risks.updates = agent != nullptr ? agent->updates : -1;
  }
  wanted_.clear();
  std::vector<const AgentRow*> outdated;
  for (AgentRow& agent : model.agents) {
    const auto known = risks_.find(agent.id);
    if (known != risks_.end()) agent.risks = known->second.values;
    const bool is_outdated =
        agent.updates > 0 && (known == risks_.end() || known->second.updates != agent.updates);
    if (is_outdated) outdated.push_back(&agent);
  }
  // Those that are looked at first come first, if they cannot all be asked for at once.
  std::stable_sort(outdated.begin(), outdated.end(), [](const AgentRow* one, const AgentRow* other) {
    return urgency_of(*one) < urgency_of(*other);
  });
  for (const AgentRow* agent : outdated) wanted_.push_back(agent->id);
  std::erase_if(risks_, [&](const auto& known) { return model.find_agent(known.first) == nullptr; });
  return model;
}

int urgency_of(const AgentRow& agent) {
  if (agent.health == "critical" || agent.decision == "reject") return 0;
  if (agent.health == "degraded" || agent.decision == "revise") return 1;
  return agent.updates > 0 ? 2 : 3;
}

std::vector<Need> needs_of(const Model& model) {
  std::vector<Need> needs;
  if (model.traffic.status != "ok") {
    const bool is_failing = model.traffic.status == "failing";
    needs.push_back({is_failing ? Urgency::high : Urgency::medium,
                     "governor is " + model.traffic.status +
                         (model.traffic.reasons.empty() ? "" : ": " + model.traffic.reasons.front()),
                     ""});
  }
  for (const DeploymentRow& row : model.deployments) {
    if (!row.needs_person) continue;
    needs.push_back({row.state == "stuck" ? Urgency::high : Urgency::medium,
                     "deployment " + row.id + " is " + row.state + (row.why.empty() ? "" : ": " + row.why),
                     row.id});
  }
  for (const AlertRow& row : model.alerts)
    needs.push_back({row.severity == "critical" ? Urgency::high : Urgency::medium,
                     "alert " + std::to_string(row.alert) + ", " + row.kind + ": " + row.message, row.agent});
  for (const AgentRow& row : model.agents) {
    const bool has_alert = std::any_of(model.alerts.begin(), model.alerts.end(),
                                       [&](const AlertRow& alert) { return alert.agent == row.id; });
    if (has_alert || (row.health != "critical" && row.decision != "reject")) continue;
    const std::string what = row.health == "critical" ? "is critical" : "was told to halt";
    needs.push_back({row.health == "critical" ? Urgency::high : Urgency::medium,
                     "agent " + row.id + " " + what + ", risk " + decimal(row.risk, 2), row.id});
  }
  for (const LeaseRow& row : model.leases) {
    if (row.waited_for_by.empty()) continue;
    needs.push_back({row.is_orphaned ? Urgency::high : Urgency::medium,
                     "lease " + std::to_string(row.lease) + " of " + row.holder +
                         (row.is_orphaned ? ", whose session is gone," : "") + " on " + row.paths +
                         " is waited for by " + joined(row.waited_for_by),
                     row.agent});
  }
  std::stable_sort(needs.begin(), needs.end(),
                   [](const Need& one, const Need& other) { return one.urgency < other.urgency; });
  return needs;
}

}  // namespace governor::ctl::top
