#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/alert.hpp"
#include "core/approval.hpp"
#include "core/deployment.hpp"
#include "core/failure_lessons.hpp"
#include "core/file_watch.hpp"
#include "core/keys.hpp"
#include "core/lease.hpp"
#include "core/open_write.hpp"
#include "core/session.hpp"
#include "core/task.hpp"
#include "core/thresholds.hpp"

namespace governor::core {

/// Highest keys in use, from which new ones are counted on.
struct KeyCounters {
  AgentKey agent = 0;
  SessionKey session = 0;
  HistoryKey history = 0;
  SlotKey slot = 0;
  AuditKey audit = 0;
  EvidenceKey evidence = 0;
  AlertKey alert = 0;
  LeaseKey lease = 0;
  std::uint64_t fence = 0;
  FileVersionKey file_version = 0;
  OpenWriteKey open_write = 0;
  TaskKey task = 0;
  DeploymentKey deployment = 0;
  ApprovalKey approval = 0;
};

/// What a new state starts from: everything stored except the agents, which are loaded on first use.
struct StateSeed {
  KeyCounters keys;
  std::uint64_t agents = 0;  ///< how many are stored
  std::vector<Session> sessions;
  std::optional<Thresholds> thresholds;    ///< those set for all agents; none: the defaults
  std::vector<Alert> open_alerts;          ///< whose cause lasts
  std::vector<Lease> leases;               ///< the open ones, and some that have ended, oldest first
  std::vector<LeaseWaiter> waiters;        ///< whose callers may come again, oldest first
  std::vector<FileVersion> file_versions;  ///< the newest ones, oldest first
  std::vector<OpenWrite> open_writes;      ///< that a crash has interrupted
  std::vector<Protection> protections;     ///< without those of the configuration
  std::vector<Unlock> unlocks;
  std::vector<std::string> watch_roots;  ///< see WatchRoot::text
  std::vector<Task> tasks;
  std::vector<FailureLesson> lessons;   ///< the newest of them
  std::vector<Deployment> deployments;  ///< those that are not over, and the newest of the others
  std::vector<Approval> approvals;      ///< likewise
};

}  // namespace governor::core
