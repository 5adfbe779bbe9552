#include "core/alert.hpp"

namespace governor::core {

std::string_view to_string(AlertKind kind) {
  switch (kind) {
    case AlertKind::agent_critical: return "agent_critical";
    case AlertKind::loop: return "loop";
    case AlertKind::low_disk: return "low_disk";
    case AlertKind::storage: return "storage";
    case AlertKind::daemon_crash: return "daemon_crash";
    case AlertKind::clock_jump: return "clock_jump";
    case AlertKind::file_changed: return "file_changed";
    case AlertKind::watch_incomplete: return "watch_incomplete";
    case AlertKind::data_loss: return "data_loss";
    case AlertKind::risky_action: return "risky_action";
    case AlertKind::deployment_waiting: return "deployment_waiting";
    case AlertKind::deployment_stuck: return "deployment_stuck";
    case AlertKind::approval_requested: return "approval_requested";
    case AlertKind::deployment_spiral: return "deployment_spiral";
    case AlertKind::registry_difference: return "registry_difference";
    case AlertKind::branch_conflict: return "branch_conflict";
  }
  return "storage";
}

std::string_view to_string(AlertSeverity severity) {
  return severity == AlertSeverity::critical ? "critical" : "warning";
}

}  // namespace governor::core
