#include "ctl/import/import_request.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <string>

#include "ctl/import/legacy_time.hpp"

namespace governor::ctl::legacy {
namespace {

namespace json = boost::json;

/// Shortest digits that mean exactly this double; "-" for what is not known. As text, because a JSON parser
/// may round.
void append(std::string& out, double value) {
  if (!is_known(value)) {
    out += '-';
    return;
  }
  std::array<char, 32> digits;
  const auto [end, failure] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  static_cast<void>(failure);  // 32 characters hold every double
  out.append(digits.data(), end);
}

void append(std::string& out, std::int64_t time) {
  out += time == kUnknownTime ? "-" : std::to_string(time);
}

void append(std::string& out, Decision decision) {
  out += decision == Decision::unknown ? "-" : to_string(decision);
}

template <class Value>
std::string column(const std::vector<Value>& values, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) text += ' ';
    append(text, values[i]);
  }
  return text;
}

std::string exact(double value) {
  std::string text;
  append(text, value);
  return text;
}

json::value time_or_null(const std::optional<std::int64_t>& time) {
  return time ? json::value(*time) : json::value();
}

json::object agent_object(const ImportedAgent& agent) {
  json::array events;
  for (const LifecycleEvent& event : agent.events) {
    events.push_back(json::object{{"event", event.event},
                                  {"timestamp_us", time_or_null(event.timestamp_us)},
                                  {"reason", event.reason}});
  }
  json::object object;
  object["agent_id"] = agent.id;
  object["status"] = agent.status;
  object["status_reason"] = agent.status_reason;
  object["status_since_us"] = time_or_null(agent.status_since_us);
  object["created_us"] = time_or_null(agent.created_us);
  object["purpose"] = agent.purpose;
  object["parent_agent_id"] = agent.parent_id;
  object["tags"] = json::array(agent.tags.begin(), agent.tags.end());
  object["notes"] = agent.notes;
  object["lifecycle_events"] = std::move(events);
  return object;
}

json::value progress_or_null(const std::optional<int>& progress) {
  return progress ? json::value(*progress) : json::value();
}

json::object deployment_object(const ImportedDeployment& deployment) {
  json::array events;
  for (const ImportedDeploymentEvent& event : deployment.events) {
    json::object entry{{"event", event.event},
                       {"timestamp_us", time_or_null(event.timestamp_us)},
                       {"progress", progress_or_null(event.progress)},
                       {"note", event.note}};
    if (!event.data.empty()) entry["data"] = json::parse(event.data);
    events.push_back(std::move(entry));
  }
  json::object object;
  object["agent_type"] = deployment.agent_type;
  object["task_id"] = deployment.task_id;
  object["depth"] = deployment.depth;
  object["prompt_bytes"] = deployment.prompt_bytes;
  object["state"] = deployment.state;
  object["why"] = deployment.why;
  object["note"] = deployment.note;
  object["progress"] = progress_or_null(deployment.progress);
  object["started_us"] = time_or_null(deployment.started_us);
  object["ended_us"] = time_or_null(deployment.ended_us);
  object["events"] = std::move(events);
  return object;
}

json::object state_object(const ImportedAgent& agent) {
  json::object object;
  object["updates"] = agent.updates;
  object["integral"] = exact(agent.integral);
  object["time"] = exact(agent.time);
  object["void_active"] = agent.void_active;
  return object;
}

json::object rows_object(const Histories& rows, std::size_t begin, std::size_t end) {
  json::object object;
  object["first"] = begin + 1;
  object["total"] = rows.rows();
  for (const NumberColumn& spec : kNumberColumns) {
    object[spec.name] = column(rows.*spec.values, begin, end);
  }
  object["decision"] = column(rows.decision, begin, end);
  object["timestamp_us"] = column(rows.timestamp, begin, end);
  return object;
}

}  // namespace

json::object import_object(const ImportedAgent& agent, std::size_t begin, std::size_t count) {
  json::object object = agent_object(agent);
  object["source"] = agent.source;
  object["state"] = state_object(agent);
  if (agent.deployment) object["deployment"] = deployment_object(*agent.deployment);
  object["rows"] = rows_object(agent.rows, begin, std::min(begin + count, agent.rows.rows()));
  return object;
}

}  // namespace governor::ctl::legacy
