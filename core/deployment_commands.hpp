#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/deployment.hpp"

namespace governor::core {

/// A deployment that somebody asks for.
struct DeploymentWish {
  DeploymentOrder order;          ///< with its id; the state fills in depth and session
  std::string token_hash;         ///< of the token that its agent will get
  std::string parent_token_hash;  ///< of the token given for the parent, empty when none
  bool allow_duplicate = false;   ///< another of the same type may run for this task
};

/// What an agent has found, for whoever deployed it.
struct Finding {
  std::string type;      ///< issue, solution, insight or recommendation
  std::string severity;  ///< low, medium, high or critical
  std::string message;
  std::string data;  ///< JSON of the agent's own; empty: none
};

/// What is not as the registry has it.
enum class RegistryFault {
  never_started,        ///< it is reserved, and nothing of it is there
  started_unconfirmed,  ///< it is reserved, and it runs
  ended_unnoticed,      ///< its keeper has left an end that nobody has taken down
  gone,                 ///< nothing is left of it, and nobody knows how it ended
  unknown,              ///< the system does not say whether it lives
  runs_on,              ///< it is over, and yet it runs
  holds_on,             ///< it is over, and yet its agent holds leases or a task from before that
  not_registered,       ///< it runs, and the registry does not know it
  terminal_gone,        ///< it runs in tmux by the registry, and there is no such session
  stray_terminal,       ///< a session of governor's own tmux in which no deployment runs
  worktree_gone,        ///< the registry has its worktree, and the directory is not there
  stray_worktree        ///< a worktree in governor's directory that is no deployment's
};
std::string_view to_string(RegistryFault fault);

struct RegistryDifference {
  RegistryFault fault = RegistryFault::unknown;
  std::string id;
  std::string what{};          ///< for people, and what can be done about it
  bool is_repairable = false;  ///< what is to be done is proven by what was found
  std::optional<DeploymentStarted> started{};
  std::optional<DeploymentEnded> ended{};
  std::string directory{};  ///< of a worktree

  [[nodiscard]] bool is(const RegistryDifference& other) const {
    return fault == other.fault && id == other.id;
  }
};

}  // namespace governor::core
