#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/agent.hpp"
#include "core/alert.hpp"
#include "core/approval.hpp"
#include "core/deployment.hpp"
#include "core/evidence.hpp"
#include "core/file_version.hpp"
#include "core/ground_truth.hpp"
#include "core/lease.hpp"
#include "core/open_write.hpp"
#include "core/protection.hpp"
#include "core/session.hpp"
#include "core/task.hpp"

namespace governor::core {

// Every durable change is one of these values; a store needs to know nothing else.

/// Creates the agent or replaces its profile.
struct AgentSaved {
  AgentProfile profile;
};

/// Appends one row to an agent's history; the row also carries the agent's new state.
struct UpdateAppended {
  HistoryKey key = 0;
  HistoryKey previous = 0;  ///< the agent's row before; 0: this is its first
  AgentKey agent = 0;
  UpdateRecord record;
  std::vector<double> parameters;  ///< with which the next update's are compared; empty: none
};

/// Creates the session or replaces its row; answers are changes of their own.
struct SessionSaved {
  Session session;  ///< `answers` left empty
};

/// Removes the session and its answers. Ownership ends with it, since owners are looked up by session.
struct SessionEnded {
  SessionKey session = 0;
};

struct AnswerSaved {
  SessionKey session = 0;
  std::uint64_t number = 0;
  Answer answer;
  std::string text{};  ///< of an answer of that kind, else empty
};

/// Keys have no gaps, so that a missing entry is seen.
struct AuditAppended {
  AuditKey key = 0;
  std::int64_t timestamp_us = 0;
  std::string event;       ///< snake_case
  AgentKey agent = 0;      ///< 0 when it is about none
  SessionKey session = 0;  ///< who did it; 0: the daemon itself
  std::string client;      ///< as the session's client called itself then
  std::int64_t pid = 0;
  std::string detail;   ///< for people: what, and why
  std::string actor{};  ///< see actor_text(); empty: the daemon itself
};

/// A step in an agent's life, as get_agent_metadata shows it.
struct LifecycleEventAppended {
  AgentKey agent = 0;
  std::int64_t timestamp_us = 0;  ///< 0: not known; it was imported
  std::string event;              ///< snake_case
  std::string reason;
  AuditKey actor = 0;  ///< see Session::introduced; 0: the daemon, or unknown
};

/// Creates the alert or replaces it.
struct AlertSaved {
  Alert alert;
  bool raised = false;  ///< it is new, so people are to be told
};

/// The thresholds of all agents that have none of their own; none: the defaults.
struct ThresholdsSaved {
  std::optional<Thresholds> thresholds;
};

/// Says how a prediction turned out, or replaces what was said.
struct OutcomeRecorded {
  GroundTruth truth;
};

/// Creates the lease or replaces it; one that has ended stays.
struct LeaseSaved {
  Lease lease;
};

/// A request waits for a lease.
struct WaiterSaved {
  LeaseWaiter waiter;
};

struct WaiterEnded {
  WaiterKey waiter = 0;
};

struct FileVersionAppended {
  FileVersion version;
};

/// A file is about to change.
struct OpenWriteSaved {
  OpenWrite open;
};

/// Its change is taken down, or did not happen.
struct OpenWriteEnded {
  OpenWriteKey key = 0;
};

/// These versions are forgotten; their backups are gone already.
struct FileVersionsPruned {
  std::vector<FileVersionKey> keys;
};

/// Creates the protection or replaces it; by the text of its pattern.
struct ProtectionSaved {
  Protection protection;
  bool removed = false;
};

/// Creates the unlock or replaces it; by the text of its pattern and its agent. One that is over is removed.
struct UnlockSaved {
  Unlock unlock;
};

/// A new task, standing as tasks do at first.
struct TaskAppended {
  Task task;
};

struct TaskChanged {
  TaskKey task = 0;
  TaskStanding standing;
};

/// A person has said for whom a task is.
struct TaskAssigned {
  TaskKey task = 0;
  std::string agent;  ///< empty: whoever claims it
};

/// What happened to a task after its definition, for its history.
struct TaskEventAppended {
  TaskKey task = 0;
  std::int64_t timestamp_us = 0;
  std::string event;  ///< snake_case
  TaskStatus status = TaskStatus::pending;
  int progress = 0;
  std::string agent_id;  ///< of the claim that held then, or that ended with this
  std::string note;      ///< if a new one was given
  AuditKey actor = 0;    ///< see Session::introduced; 0: the daemon
};

/// The directories of projects that are watched, all of them.
struct WatchRootsSaved {
  std::vector<std::string> roots;  ///< see WatchRoot::text
};

/// Appends one row to the evidence of an agent.
struct EvidenceAppended {
  Evidence evidence;
};

/// A new deployment, standing as they do at first.
struct DeploymentAppended {
  Deployment deployment;
};

struct DeploymentChanged {
  DeploymentKey deployment = 0;
  std::string id;  ///< for those who follow it; not stored again
  DeploymentStanding standing;
};

/// What happened to a deployment, and what its agent has told, for its history.
struct DeploymentEventAppended {
  DeploymentKey deployment = 0;
  std::int64_t timestamp_us = 0;
  std::string event;  ///< snake_case
  DeploymentState state = DeploymentState::reserved;
  int progress = -1;
  std::string note;
  std::string data{};  ///< JSON; empty: none
  AuditKey actor = 0;  ///< see Session::introduced; 0: the daemon
};

/// The oldest entries of the evidence, up to this one, are forgotten.
struct EvidencePruned {
  EvidenceKey last = 0;
};

/// Creates the request to people or replaces it.
struct ApprovalSaved {
  Approval approval;
};

/// These requests, which are over, are forgotten.
struct ApprovalsPruned {
  std::vector<ApprovalKey> keys;
};

using Change =
    std::variant<UpdateAppended, AnswerSaved, AgentSaved, SessionSaved, SessionEnded, AuditAppended,
                 LifecycleEventAppended, AlertSaved, ThresholdsSaved, OutcomeRecorded, LeaseSaved,
                 TaskAppended, TaskChanged, TaskAssigned, TaskEventAppended, FileVersionAppended,
                 FileVersionsPruned, ProtectionSaved, UnlockSaved, WatchRootsSaved, OpenWriteSaved,
                 OpenWriteEnded, WaiterSaved, WaiterEnded, EvidenceAppended, DeploymentAppended,
                 DeploymentChanged, DeploymentEventAppended, EvidencePruned, ApprovalSaved, ApprovalsPruned>;
using Changes = std::vector<Change>;

}  // namespace governor::core
