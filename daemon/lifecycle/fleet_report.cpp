#include "daemon/lifecycle/fleet_report.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "daemon/shared/database_answer.hpp"
#include "daemon/shared/fleet_database.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMostAgents = 1000;  ///< in one report
constexpr std::size_t kMostAlerts = 200;
constexpr std::chrono::seconds kReportLimit{30};
constexpr std::chrono::milliseconds kShortestPause{1900};  ///< two seconds, by a timer that is not exact

void write_agent(JsonWriter& json, const AgentSummary& agent) {
  json.begin_object().field("id", agent.profile.id).field("status", core::to_string(agent.profile.status));
  json.field("health", core::to_string(agent.last ? agent.last->health : core::Health::unknown));
  json.field("updates", agent.last ? agent.last->updates : std::uint64_t{0});
  if (agent.last) {
    json.field("decision", core::to_string(agent.last->action)).field("risk", agent.last->risk);
    json.field("coherence", agent.last->coherence).field("updated_us", agent.last->timestamp_us);
  }
  json.end_object();
}

std::string approvals_text(const std::vector<core::Approval>& approvals) {
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const core::Approval& approval : approvals) {
    json.begin_object().field("key", approval.key).field("kind", core::to_string(approval.subject.kind));
    json.field("agent", approval.asker.agent_id).field("asks", without_zeros(approval.asks));
    json.field("why", without_zeros(approval.why));
    json.field("created_us", approval.created_us).field("expires_us", approval.expires_us).end_object();
  }
  json.end_array();
  return text;
}

core::Result<std::string> open_alerts(Store& store) {
  const auto page = store.list_alerts({}, 0, kMostAlerts);
  if (!page) return page.error();
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const core::Alert& alert : page->alerts) {
    json.begin_object().field("key", alert.key).field("kind", core::to_string(alert.kind));
    json.field("severity", core::to_string(alert.severity)).field("agent", alert.agent_id);
    json.field("message", without_zeros(alert.message)).field("raised_us", alert.raised_us).end_object();
  }
  json.end_array();
  return text;
}

}  // namespace

void FleetReport::tell() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_ || !shared_.lasts() || is_under_way_.exchange(true)) return;
  next_ = now + kShortestPause;
  state_.list_open_approvals([self = shared_from_this()](const auto& approvals) {
    if (!approvals) {
      self->is_under_way_ = false;
      return;
    }
    Report report;
    report.approvals = approvals_text(*approvals);
    const auto read = [self, report = std::move(report)](Store& store) { self->read(store, report); };
    self->store_.post(read, "a report to the fleet");
  });
}

void FleetReport::begin_anew() {
  progress_ = {};
  told_alerts_.clear();
  told_approvals_.clear();
}

void FleetReport::read(Store& store, Report report) {
  auto failure = read_agents(store, report);
  if (!failure) {
    auto alerts = open_alerts(store);
    if (alerts) {
      report.alerts = *std::move(alerts);
    } else {
      failure = std::move(alerts.error());
    }
  }
  if (failure) spdlog::debug("no report to the fleet: {}", failure->message);
  const bool is_news = report.agents != "[]" || report.is_end || report.alerts != told_alerts_ ||
                       report.approvals != told_approvals_;
  if (failure || !is_news) {
    if (!failure) progress_ = std::move(report.then);
    is_under_way_ = false;
    return;
  }
  send(std::move(report));
}

std::optional<core::Error> FleetReport::read_agents(Store& store, Report& report) const {
  report.then = progress_;
  if (!report.then.mark) {
    // What changes from here on is told after all that there is.
    auto now = store.load_changed_agents(std::nullopt, kMostAgents);
    if (!now) return std::move(now.error());
    report.then.mark = now->mark;
  }
  std::vector<AgentSummary> agents;
  if (report.then.reads_all) {
    AgentFilter all;
    all.any_status = true;  // what has been deleted since may still be told of there
    auto page = store.list_agents(all, report.then.after, kMostAgents, kMostAgents);
    if (!page) return std::move(page.error());
    agents = std::move(page->agents);
    report.then.after = page->looked_at;
    report.then.reads_all = page->more;
    report.is_end = !page->more;
  } else {
    auto changes = store.load_changed_agents(report.then.mark, kMostAgents);
    if (!changes) return std::move(changes.error());
    if (changes->more) {
      report.then = {};
      return std::nullopt;
    }
    agents = std::move(changes->agents);
    report.then.mark = changes->mark;
  }
  report.agents.clear();
  JsonWriter json(report.agents);
  json.begin_array();
  for (const AgentSummary& agent : agents) write_agent(json, agent);
  json.end_array();
  return std::nullopt;
}

void FleetReport::send(Report report) {
  auto sent = std::make_shared<Report>(std::move(report));
  SharedJob job;
  job.run = [self = shared_from_this(), sent](Database& database, const SharedMember& member) {
    return self->publish(database, member, *sent);
  };
  job.fail = [self = shared_from_this()](const core::Error& error) {
    spdlog::info("no report to the fleet, it is told anew: {} {}", error.message, error.hint);
    self->begin_anew();
    self->is_under_way_ = false;
  };
  job.until = std::chrono::steady_clock::now() + kReportLimit;
  shared_.post(std::move(job));
}

std::optional<core::Error> FleetReport::publish(Database& database, const SharedMember& member,
                                                const Report& report) {
  FleetDatabase fleet(database);
  // In another epoch all of it is told once more.
  const bool is_anew = epoch_ != member.epoch;
  auto is_member =
      fleet.publish(member.daemon, member.epoch, report.agents, report.alerts, report.is_end && !is_anew);
  if (is_member && *is_member && report.approvals != told_approvals_)
    is_member = fleet.publish_approvals(member.daemon, member.epoch, report.approvals);
  if (!is_member) return std::move(is_member.error());
  if (!*is_member) return no_member();
  epoch_ = member.epoch;
  if (is_anew) {
    begin_anew();
  } else {
    progress_ = report.then;
    told_alerts_ = report.alerts;
    told_approvals_ = report.approvals;
  }
  is_under_way_ = false;
  return std::nullopt;
}

}  // namespace governor::daemon
