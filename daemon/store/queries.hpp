#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/actor.hpp"
#include "core/agent.hpp"
#include "core/alert.hpp"
#include "core/state.hpp"

namespace governor::daemon {

// What a store is asked, and what it answers.

/// An update as it was made, with the thresholds that hold for its agent now.
struct StoredUpdate {
  core::UpdateOutcome outcome;
  core::Thresholds thresholds;
};

/// One page of an agent's history, newest first.
struct HistoryPage {
  std::string agent_id;
  std::uint64_t total = 0;  ///< updates of the agent in all
  std::vector<core::UpdateRecord> rows;
};

/// Which agents; what is not given does not matter.
struct AgentFilter {
  std::optional<core::Lifecycle> status;  ///< none: all but the deleted
  bool any_status = false;                ///< the deleted too
  std::optional<core::Health> health;
  std::string tag;                 ///< one of the agent's tags
  std::string text;                ///< occurs in id, purpose, notes or a tag, ASCII case ignored
  std::string pattern;             ///< of the whole id, with * and ?
  std::int64_t idle_since_us = 0;  ///< no update (or creation) since
};

/// One row of a list of agents: who it is and the newest update of its epoch, if it has one.
struct AgentSummary {
  core::AgentProfile profile;
  std::optional<core::UpdateRecord> last;
  std::uint64_t total = 0;  ///< updates in all epochs
};

struct AgentPage {
  std::vector<AgentSummary> agents;
  std::string looked_at;  ///< the last id, to go on after; empty when none was
  bool more = false;      ///< there are agents after it
};

/// How far history and audit log had come: for who wants to know what has changed since.
struct ChangeMark {
  core::HistoryKey history = 0;
  core::AuditKey audit = 0;
};

struct AgentChanges {
  std::vector<AgentSummary> agents;
  ChangeMark mark;    ///< with which to go on
  bool more = false;  ///< too much has changed to tell: `agents` is empty
};

struct LifecycleStep {
  std::int64_t timestamp_us = 0;
  std::string event;
  std::string reason;
  std::string by;  ///< client of the session, empty when not known
};

struct AlertFilter {
  bool acknowledged = false;  ///< those too
  bool resolved = false;      ///< those too
};

struct AlertPage {
  std::vector<core::Alert> alerts;
  bool more = false;
};

struct AuditFilter {
  std::string agent_id;
  std::string event;
  std::int64_t since_us = 0;
  std::int64_t until_us = INT64_MAX;  ///< exclusive
};

/// Where a reader of the audit log stands: only what is below is still to come. Audit entries and updates lie
/// in two tables.
struct AuditCursor {
  core::AuditKey audit = INT64_MAX;
  core::HistoryKey history = INT64_MAX;
};

/// An entry of the audit log; an update of an agent is one too.
struct AuditEntry {
  std::string entry;  ///< "a<key>" of the audit log, "u<key>" of an update
  std::int64_t timestamp_us = 0;
  std::string event;
  std::string agent_id;
  core::SessionKey session = 0;
  std::string client;
  std::int64_t pid = 0;
  std::string detail;
  core::Actor actor{};
};

struct AuditPage {
  std::vector<AuditEntry> entries;
  AuditCursor next;
  bool more = false;  ///< there may be entries below `next`
};

/// A check of the hash chains, and of what hangs on them, on its way.
struct ChainCheck {
  struct Progress {
    std::int64_t key = 0;
    std::uint64_t rows = 0;
    std::array<std::uint8_t, 16> hash{};
    bool done = false;
  };
  struct Problem {
    std::string table;
    std::int64_t entry = 0;
    std::string problem;
  };

  Progress audit;
  Progress evidence;
  Progress history;
  std::unordered_map<core::AgentKey, core::HistoryKey> newest;  ///< of each agent, as the history has it
  bool heads_done = false;                                      ///< the index of newest updates
  std::size_t sealed = 0;       ///< tables that are done, of those whose rows are sealed
  std::int64_t sealed_row = 0;  ///< within the next one
  bool seals_done = false;
  std::vector<Problem> problems;  ///< at most kMaxProblems
  std::uint64_t problem_count = 0;
  static constexpr std::size_t kMaxProblems = 100;

  [[nodiscard]] bool done() const {
    return audit.done && history.done && evidence.done && heads_done && seals_done;
  }
};

/// What happened to a task, see core::TaskEventAppended.
struct TaskEvent {
  std::int64_t timestamp_us = 0;
  std::string event;
  core::TaskStatus status = core::TaskStatus::pending;
  int progress = 0;
  std::string agent_id;
  std::string note;
  std::string client;  ///< who did it; empty: the daemon
  std::int64_t pid = 0;
};

struct TaskHistory {
  std::vector<TaskEvent> events;
  bool more = false;  ///< there are older ones
};

}  // namespace governor::daemon
