#pragma once

#include <vector>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// diagnose_concurrency, cleanup_stale_locks.
std::vector<Tool> diagnosis_tools();

/// query_audit_log.
std::vector<Tool> audit_tools();

/// The request governor/audit_verify, which only governorctl sends.
GovernorRequest verify_request();

/// governor/overview: agents, leases, waits, deployments and alerts at a glance.
GovernorRequest overview_request();

/// governor/note_refusal: what the gateway has refused, for the audit log.
GovernorRequest note_refusal_request();

/// governor/note_logout: browsers that the gateway has logged out, likewise.
GovernorRequest note_logout_request();

/// show_fleet.
std::vector<Tool> fleet_view_tools();

/// list_alerts, acknowledge_alert.
std::vector<Tool> alert_tools();

/// health_check, get_server_info.
std::vector<Tool> server_tools();

}  // namespace governor::daemon
