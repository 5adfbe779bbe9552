#include "daemon/resources/resource_uri.hpp"

#include "core/agent_id.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kHistorySuffix = "/history";

}  // namespace

std::optional<ResourceUri> parse_resource_uri(std::string_view uri) {
  using Kind = ResourceUri::Kind;
  if (uri == kAgentsUri) return ResourceUri{Kind::agents, {}};
  if (uri == kAlertsUri) return ResourceUri{Kind::alerts, {}};
  if (uri == kLeasesUri) return ResourceUri{Kind::leases, {}};
  if (uri == kThresholdsUri) return ResourceUri{Kind::thresholds, {}};
  if (uri == kApprovalsUri) return ResourceUri{Kind::approvals, {}};
  if (uri == kDeploymentsUri) return ResourceUri{Kind::deployments, {}};
  if (uri.starts_with(kDeploymentsUri) && uri.substr(kDeploymentsUri.size(), 1) == "/") {
    const std::string_view deployment = uri.substr(kDeploymentsUri.size() + 1);
    if (core::validate_agent_id("uri", deployment)) return std::nullopt;
    return ResourceUri{Kind::deployment, {}, std::string(deployment)};
  }
  if (!uri.starts_with(kAgentsUri) || uri.substr(kAgentsUri.size(), 1) != "/") return std::nullopt;
  std::string_view id = uri.substr(kAgentsUri.size() + 1);
  const bool history = id.ends_with(kHistorySuffix);
  if (history) id.remove_suffix(kHistorySuffix.size());
  if (core::validate_agent_id("uri", id)) return std::nullopt;
  return ResourceUri{history ? Kind::history : Kind::agent, std::string(id)};
}

std::string agent_uri(std::string_view agent_id) {
  std::string uri(kAgentsUri);
  uri += '/';
  uri += agent_id;
  return uri;
}

std::string deployment_uri(std::string_view deployment_id) {
  std::string uri(kDeploymentsUri);
  uri += '/';
  uri += deployment_id;
  return uri;
}

std::string history_uri(std::string_view agent_id) {
  std::string uri = agent_uri(agent_id);
  uri += kHistorySuffix;
  return uri;
}

}  // namespace governor::daemon
