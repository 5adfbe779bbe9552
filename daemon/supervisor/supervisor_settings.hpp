#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "daemon/supervisor/runner.hpp"

namespace governor::daemon {

/// What people set of it. The rest of `SupervisorSettings` follows from where the daemon is.
struct DeploymentSettings {
  std::vector<Runner> runners = built_in_runners();
  std::string tmux = "tmux";             ///< its program; empty: it is not used
  std::chrono::minutes stuck_after{15};  ///< without a word
  std::string worktree_directory;        ///< empty: beside the state directory
  std::size_t keep_ended = 200;          ///< of how many that are over the output stays
};

struct SupervisorSettings {
  using Clock = std::chrono::steady_clock;

  DeploymentSettings deployments;
  std::string program;            ///< this daemon's own, which is the keepers' too
  std::string state_directory;    ///< holds `deployments/`
  std::string runtime_directory;  ///< as agents are told it
  std::string socket_directory;   ///< holds tmux's socket; short
  std::string daemon_lock;
  std::vector<std::string> environment;         ///< what programs inherit: where things are, no secrets
  std::chrono::milliseconds grace{10'000};      ///< between TERM and KILL
  std::chrono::seconds stays_after_result{10};  ///< then one that is over with its result is ended
  std::function<Clock::time_point()> now = Clock::now;

  [[nodiscard]] std::string deployments_directory() const { return state_directory + "/deployments"; }
  [[nodiscard]] std::string worktree_directory() const {
    return deployments.worktree_directory.empty() ? state_directory + "-worktrees"
                                                  : deployments.worktree_directory;
  }
  [[nodiscard]] std::string tmux_socket() const { return socket_directory + "/tmux.sock"; }
  /// Of a program that is installed with the daemon.
  [[nodiscard]] std::string beside(const std::string& name) const {
    return program.substr(0, program.rfind('/') + 1) + name;
  }
  /// None if there is no such runner.
  [[nodiscard]] const Runner* find_runner(std::string_view name) const {
    for (const Runner& runner : deployments.runners) {
      if (runner.name == name) return &runner;
    }
    return nullptr;
  }
};

}  // namespace governor::daemon
