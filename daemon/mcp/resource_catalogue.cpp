#include "daemon/mcp/resource_catalogue.hpp"

#include <array>

#include "daemon/mcp/catalogue.hpp"
#include "daemon/mcp/extension.hpp"
#include "daemon/mcp/reply.hpp"
#include "daemon/resources/resource_uri.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {
namespace {

struct Entry {
  std::string_view uri;
  std::string_view name;
  std::string_view title;
  std::string_view description;
};

constexpr std::array<Entry, 6> kResources{{
    {kAgentsUri, "agents", "Agents", "The agents with status, health and newest figures, as list_agents."},
    {kAlertsUri, "alerts", "Alerts", "Alerts that no person has acknowledged yet, as list_alerts."},
    {kLeasesUri, "leases", "Leases", "Who may write which files at present, and who waits, as list_leases."},
    {kDeploymentsUri, "deployments", "Deployments",
     "Headless agents, those that need a person first, as list_deployments."},
    {kApprovalsUri, "approvals", "Approvals", "What waits for a person's word, as list_approvals."},
    {kThresholdsUri, "thresholds", "Thresholds",
     "The thresholds of agents without their own, as get_thresholds."},
}};

constexpr std::array<Entry, 3> kTemplates{{
    {kAgentTemplate, "agent", "Agent",
     "State, health and last decision of one agent, as get_governance_metrics."},
    {kHistoryTemplate, "agent_history", "Agent history",
     "The newest updates of one agent, newest first, as get_system_history."},
    {kDeploymentTemplate, "deployment", "Deployment",
     "How a headless agent stands, with its history, as get_deployment."},
}};

template <class Entries>
std::string list_json(std::string_view key, std::string_view uri_key, const Entries& entries,
                      const std::vector<std::string_view>& more, Revision revision) {
  std::string out = "{";
  out += result_preamble(revision);
  JsonWriter json(out);
  if (is_stateless(revision)) write_list_caching(json);
  json.key(key).begin_array();
  for (const Entry& entry : entries) {
    json.begin_object().field(uri_key, entry.uri).field("name", entry.name);
    if (has_titles(revision)) json.field("title", entry.title);
    json.field("description", entry.description).field("mimeType", "application/json").end_object();
  }
  for (const std::string_view entry : more) json.raw(entry);
  json.end_array();
  out += '}';
  return out;
}

}  // namespace

std::string resource_list_json(Revision revision) {
  return list_json("resources", "uri", kResources, extension().resources, revision);
}

std::string resource_template_list_json(Revision revision) {
  return list_json("resourceTemplates", "uriTemplate", kTemplates, extension().resource_templates, revision);
}

}  // namespace governor::daemon
