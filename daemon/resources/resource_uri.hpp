#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace governor::daemon {

inline constexpr std::string_view kAgentsUri = "governor://agents";
inline constexpr std::string_view kAlertsUri = "governor://alerts";
inline constexpr std::string_view kLeasesUri = "governor://leases";
inline constexpr std::string_view kThresholdsUri = "governor://thresholds";
inline constexpr std::string_view kDeploymentsUri = "governor://deployments";
inline constexpr std::string_view kApprovalsUri = "governor://approvals";

/// A resource of governor, taken from its URI. There is exactly one spelling of each.
struct ResourceUri {
  enum class Kind { agents, agent, history, alerts, leases, thresholds, deployments, deployment, approvals };

  Kind kind = Kind::agents;
  std::string agent_id;         ///< of `agent` and `history`; the agent need not exist (yet)
  std::string deployment_id{};  ///< of `deployment`
};

/// None for what is no resource of governor and can never become one.
std::optional<ResourceUri> parse_resource_uri(std::string_view uri);

std::string agent_uri(std::string_view agent_id);
std::string history_uri(std::string_view agent_id);
std::string deployment_uri(std::string_view deployment_id);

}  // namespace governor::daemon
