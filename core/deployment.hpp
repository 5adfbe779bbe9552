#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/keys.hpp"
#include "core/session.hpp"

namespace governor::core {

/// Stored: never renumber, only append.
enum class DeploymentState : std::uint8_t {
  reserved = 0,  ///< the registry has it, its program was not started yet
  starting = 1,  ///< the program runs and has said nothing
  working = 2,
  waiting = 3,   ///< for a person, see `WaitingFor`
  stuck = 4,     ///< alive, and has said and done nothing for long
  finished = 5,  ///< it ended by itself, and well
  failed = 6,    ///< it ended by itself, and not well; or it could not be started
  stopped = 7,   ///< somebody ended it, or its time was over
  lost = 8       ///< it is gone, and nobody knows how it ended
};
inline constexpr std::array<DeploymentState, 9> kDeploymentStates{
    DeploymentState::reserved, DeploymentState::starting, DeploymentState::working,
    DeploymentState::waiting,  DeploymentState::stuck,    DeploymentState::finished,
    DeploymentState::failed,   DeploymentState::stopped,  DeploymentState::lost};
/// Stored: never renumber, only append.
enum class WaitingFor : std::uint8_t {
  nothing = 0,
  permission = 1,
  trust = 2,
  quota = 3,
  budget = 4,
  input = 5,
  restart = 6  ///< for a time: its program has failed, and is started again
};
/// Stored: never renumber, only append.
enum class WorkspaceMode : std::uint8_t { shared = 0, worktree = 1 };

std::string_view to_string(DeploymentState state);    ///< snake_case
std::string_view to_string(WaitingFor waiting);       ///< snake_case
std::string_view to_string(WorkspaceMode workspace);  ///< snake_case

/// Nothing more happens to it.
constexpr bool is_over(DeploymentState state) {
  return state >= DeploymentState::finished;
}

inline constexpr std::size_t kMaxPromptBytes = 1024 * 1024;
inline constexpr std::size_t kMaxAgentTypeBytes = 64;

/// What may be used up; 0: no limit.
struct DeploymentBudget {
  std::uint64_t turns = 0;
  std::uint64_t tokens = 0;
  std::uint64_t cost_micro_usd = 0;
  std::int64_t wall_seconds = 0;

  bool operator==(const DeploymentBudget&) const = default;
};

/// What the runner's stream says of it.
struct DeploymentUsage {
  std::uint64_t turns = 0;
  std::uint64_t tokens = 0;
  std::uint64_t cost_micro_usd = 0;

  bool operator==(const DeploymentUsage&) const = default;
  DeploymentUsage& operator+=(const DeploymentUsage& more) {
    turns += more.turns;
    tokens += more.tokens;
    cost_micro_usd += more.cost_micro_usd;
    return *this;
  }
};

/// Where the agent works.
struct DeploymentWorkspace {
  WorkspaceMode mode = WorkspaceMode::shared;
  std::string directory;    ///< absolute; of a worktree its own
  std::string repository;   ///< top directory of the one it was made from; empty: `shared`
  std::string branch;       ///< empty: `shared`
  std::string base_commit;  ///< empty: `shared`
  bool removed = false;     ///< by a person's word, or because there was nothing in it to be lost

  bool operator==(const DeploymentWorkspace&) const = default;
};

/// What was asked for. It never changes.
struct DeploymentOrder {
  std::string id;  ///< `<type>-<time>-<random>`, the id of its agent as well
  std::string agent_type;
  std::string runner;
  std::string task_id;  ///< empty: none
  std::string parent;   ///< agent id; empty: none
  int depth = 1;        ///< 1: deployed by a person or by an agent that was not deployed itself
  std::uint64_t prompt_bytes = 0;
  DeploymentBudget budget;
  std::int64_t timeout_seconds = 0;  ///< 0: none
  int restarts_allowed = 0;          ///< on failure
  std::int64_t backoff_seconds = 0;  ///< before the first restart; twice as long before each one after it
  SessionKey session = 0;            ///< who deployed it

  bool operator==(const DeploymentOrder&) const = default;
};

/// How it stands. All of it changes.
struct DeploymentStanding {
  DeploymentState state = DeploymentState::reserved;
  WaitingFor waiting_for = WaitingFor::nothing;
  std::int64_t since_us = 0;  ///< of the state
  std::string why;            ///< of the state, for people
  SessionProcess keeper{};    ///< the process that keeps the agent's, see daemon/supervisor; pid 0: none yet
  SessionProcess process{};   ///< the agent's program; pid 0: none yet
  bool in_tmux = false;
  std::string runner_session;   ///< the runner's own id, with which it can be resumed; empty: unknown
  DeploymentUsage usage{};      ///< of all its runs
  int progress = -1;            ///< 0 to 100; -1: never told
  std::string note;             ///< the newest, by the agent
  std::uint32_t attempts = 0;   ///< how many times its program was started
  std::int64_t started_us = 0;  ///< 0: never
  std::int64_t ended_us = 0;    ///< 0: not yet
  std::optional<int> exit_code{};
  int signal = 0;  ///< that ended it; 0: none
  DeploymentWorkspace workspace{};
  std::optional<DeploymentBudget> raised{};  ///< by a person, instead of what was ordered
  DeploymentUsage earlier{};                 ///< of its program's runs before this one
  std::int64_t ran_us = 0;                   ///< how long its program has run, without the stretch that lasts
  std::int64_t running_since_us = 0;         ///< when that began; 0: nothing runs, or it is paused
  bool paused = false;                       ///< all of its processes are stopped, until it may go on
  bool budget_told = false;                  ///< most of its budget is used up, and its agent is told
  std::int64_t limited_until_us = 0;  ///< its runner met the limit of its account; 0: none, or long ago
  std::int64_t restart_us = 0;        ///< nothing of it runs, and from then on it is started again; 0: not so
  std::uint32_t restarts = 0;         ///< after failures

  bool operator==(const DeploymentStanding&) const = default;
};

/// It does not go on by itself, nor when others do.
constexpr bool needs_person(const DeploymentStanding& standing) {
  if (standing.state == DeploymentState::stuck) return true;
  if (standing.state != DeploymentState::waiting || standing.waiting_for == WaitingFor::restart) return false;
  // Who has met a limit is shown; who waits with it, or because of it, is not.
  const bool waits_for_time = standing.paused || standing.restart_us != 0;
  return standing.waiting_for != WaitingFor::quota || !waits_for_time;
}

/// It is over, and its runner's session is known, with which it could go on where it worked.
constexpr bool can_be_resumed(const DeploymentStanding& standing) {
  return is_over(standing.state) && standing.started_us != 0 && !standing.runner_session.empty() &&
         !standing.workspace.removed;
}

/// A headless agent's process, or what is known of one that was.
struct Deployment {
  DeploymentKey key = 0;  ///< older ones have smaller keys
  DeploymentOrder order;
  AgentKey agent = 0;
  std::int64_t created_us = 0;
  DeploymentStanding standing;

  bool operator==(const Deployment&) const = default;
};

/// How many there may be.
struct DeploymentLimits {
  std::size_t at_once = 20;
  std::size_t per_task = 45;    ///< in total, also of those that are over
  std::size_t per_parent = 20;  ///< at once
  int depth = 5;
};

// What the supervisor tells of a deployment's process.

/// Its program runs.
struct DeploymentStarted {
  SessionProcess keeper;
  SessionProcess process;
  bool in_tmux = false;
  DeploymentWorkspace workspace;
};
/// It has said something, or nothing for long.
struct DeploymentSeen {
  DeploymentState state = DeploymentState::working;  ///< working, waiting or stuck
  WaitingFor waiting_for = WaitingFor::nothing;
  std::string why{};
  std::optional<DeploymentUsage> usage{};
  std::string runner_session{};  ///< empty: unknown
  std::int64_t until_us = 0;     ///< of a quota: when it is over; 0: unknown
};
/// Its program is gone, and all that it had started.
struct DeploymentEnded {
  DeploymentState state = DeploymentState::lost;  ///< finished, failed, stopped or lost
  std::string why{};
  std::optional<int> exit_code{};
  int signal = 0;
  std::int64_t ended_us = 0;
  bool is_final = false;  ///< it is not started again, whatever was ordered: the machine was started anew
};
using DeploymentReport = std::variant<DeploymentStarted, DeploymentSeen, DeploymentEnded>;

/// What there is of a deployment beside the registry.
struct FoundDeployment {
  std::string id;
  std::optional<DeploymentStarted> started{};  ///< as its start gave it, or would have; none: unknown
  bool alive = false;
  bool unknown = false;                    ///< the system does not tell whether it lives
  std::optional<DeploymentEnded> ended{};  ///< what its keeper has left
  bool earlier_boot = false;               ///< its keeper was started before the machine was started anew
  bool worktree_gone = false;              ///< its worktree should be there, and the directory is not
};

/// A session of governor's own tmux.
struct FoundTerminal {
  std::string name;   ///< see terminal_name()
  bool dead = false;  ///< its program has ended, and nothing runs in it
};

/// A worktree in governor's directory for them.
struct FoundWorktree {
  std::string id;         ///< of the deployment for which it was made
  std::string directory;  ///< absolute
  std::string work;       ///< what would be lost with it; empty: nothing
};

/// What there is beside the registry.
struct FoundAll {
  std::vector<FoundDeployment> deployments;
  std::optional<std::vector<FoundTerminal>> terminals;  ///< none: tmux is not used, or does not answer
  std::vector<FoundWorktree> worktrees;
};

/// Of the tmux session in which a deployment runs. tmux gives it another one if it has a dot or a colon.
std::string terminal_name(std::string_view id);

}  // namespace governor::core
