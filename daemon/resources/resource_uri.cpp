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

std::string history_uri(std::string_view agent_id) {
  std::string uri = agent_uri(agent_id);
  uri += kHistorySuffix;
  return uri;
}

}  // namespace governor::daemon
