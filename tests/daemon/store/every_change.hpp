#pragma once

#include <string>

#include "tests/daemon/store/every_evidence.hpp"
#include "tests/daemon/store/store_fixture.hpp"

namespace governor::daemon::test {

/// One change of each kind, all about things with the number `n`: as large a commit as there is in kinds of
/// statements. Numbers are to be given in order from 1, and each only once.
inline core::Changes every_change(std::int64_t n) {
  const std::string name = "n" + std::to_string(n);
  core::Changes changes;
  changes.emplace_back(core::AgentSaved{distinct_profile(n, name)});
  changes.emplace_back(row(n, n, distinct_record(1), 0, {0.5, 1.5}));
  changes.emplace_back(core::SessionSaved{distinct_session(n, "s" + name)});
  changes.emplace_back(core::AnswerSaved{n, 1, {2 * n, core::Answer::Kind::update, n}});
  changes.emplace_back(core::AnswerSaved{n, 2, {2 * n + 1, core::Answer::Kind::text, 0}, "answer " + name});
  changes.emplace_back(core::SessionEnded{n - 1});
  changes.emplace_back(audit_entry(n));
  changes.emplace_back(core::LifecycleEventAppended{n, n, "created", "", n});
  core::Alert alert;
  alert.key = n;
  alert.cause = name;
  alert.message = "message";
  changes.emplace_back(core::AlertSaved{alert, true});
  changes.emplace_back(core::ThresholdsSaved{core::Thresholds::strict()});
  core::GroundTruth truth;
  truth.prediction = {n, n, 1, 0.5};
  truth.detail = "detail";
  changes.emplace_back(core::OutcomeRecorded{truth});
  core::Lease lease;
  lease.key = n;
  lease.fence = static_cast<std::uint64_t>(n);
  lease.claim.holder = {n, n, name, "client", 7};
  lease.claim.paths.push_back({core::PathPattern::literal("/p/" + name)});
  changes.emplace_back(core::LeaseSaved{lease});
  core::Task task;
  task.key = n;
  task.definition.id = name;
  task.definition.title = "title";
  changes.emplace_back(core::TaskAppended{task});
  core::TaskStanding standing;
  standing.status = core::TaskStatus::in_progress;
  standing.claim = core::TaskClaim{n, n, name, "client", 7, 1, 2, 3};
  changes.emplace_back(core::TaskChanged{n, standing});
  changes.emplace_back(core::TaskAssigned{n, name});
  changes.emplace_back(core::TaskEventAppended{n, n, "claimed", standing.status, 0, name, "note", n});
  core::Deployment deployment;
  deployment.key = n;
  deployment.order.id = name;
  deployment.agent = n;
  changes.emplace_back(core::DeploymentAppended{deployment});
  deployment.standing.state = core::DeploymentState::working;
  deployment.standing.keeper = {7, 8, "boot"};
  changes.emplace_back(core::DeploymentChanged{n, {}, deployment.standing});
  changes.emplace_back(
      core::DeploymentEventAppended{n, n, "started", deployment.standing.state, 50, "note", "{}", n});
  core::Approval approval;
  approval.key = n;
  approval.subject.paths.push_back({core::PathPattern::literal("/p/" + name)});
  changes.emplace_back(core::ApprovalSaved{approval});
  if (n > 1) changes.emplace_back(core::ApprovalsPruned{{n - 1}});
  core::FileVersion version;
  version.key = n;
  version.path = "/p/" + name;
  version.state.sha256 = name;
  changes.emplace_back(core::FileVersionAppended{version});
  changes.emplace_back(core::FileVersionsPruned{{n - 1}});
  core::Protection protection;
  protection.path.pattern = core::PathPattern::literal("/p/" + name);
  changes.emplace_back(core::ProtectionSaved{protection, false});
  core::Protection gone;
  gone.path.pattern = core::PathPattern::literal("/p/n" + std::to_string(n - 1));
  changes.emplace_back(core::ProtectionSaved{gone, true});
  core::Unlock unlock;
  unlock.path = protection.path;
  unlock.granted_us = n;
  unlock.until_us = n + 1;
  changes.emplace_back(core::UnlockSaved{unlock});
  changes.emplace_back(core::WatchRootsSaved{{"/p", "/q" + name}});
  changes.emplace_back(core::EvidenceAppended{evidence_with(n, n, core::ToolUsed{})});
  if (n > 1) changes.emplace_back(core::EvidencePruned{n - 1});
  return changes;
}

}  // namespace governor::daemon::test
