#include "daemon/tools/governor_requests.hpp"

#include <algorithm>

#include "daemon/tools/agents/tools.hpp"
#include "daemon/tools/approvals/tools.hpp"
#include "daemon/tools/coordination/tools.hpp"
#include "daemon/tools/deployments/tools.hpp"
#include "daemon/tools/evidence/tools.hpp"
#include "daemon/tools/guards/tools.hpp"
#include "daemon/tools/import/tools.hpp"
#include "daemon/tools/server/tools.hpp"
#include "daemon/tools/tasks/tools.hpp"

namespace governor::daemon {

const std::vector<GovernorRequest>& governor_requests() {
  static const std::vector<GovernorRequest> kRequests{
      verify_request(),
      import_check_request(),
      watches_request(),
      protections_request(),
      import_request(),
      lease_break_request(),
      watch_request(),
      overview_request(),
      changed_agents_request(),
      restore_request(),
      backup_request(),
      backups_below_request(),
      task_assign_request(),
      protect_request(),
      unlock_request(),
      prune_request(),
      guard_write_request(),
      guard_done_request(),
      guard_commit_request(),
      record_evidence_request(),
      note_evidence_request(),
      session_began_request(),
      command_began_request(),
      command_done_request(),
      git_event_request(),
      session_ended_request(),
      deployment_merge_request(),
      deployment_discard_request(),
      deployment_continue_request(),
      prune_evidence_request(),
      approval_answer_request(),
      note_refusal_request(),
      note_logout_request(),
  };
  return kRequests;
}

const GovernorRequest* find_governor_request(std::string_view method) {
  const auto& requests = governor_requests();
  const auto found = std::find_if(requests.begin(), requests.end(),
                                  [&](const GovernorRequest& known) { return known.name == method; });
  return found == requests.end() ? nullptr : &*found;
}

std::optional<core::Role> role_needed_for(std::string_view method) {
  if (method == "governor/stop") return core::Role::person;
  const GovernorRequest* known = find_governor_request(method);
  return known != nullptr ? known->role : std::nullopt;
}

}  // namespace governor::daemon
