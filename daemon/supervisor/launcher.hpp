#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/deployment.hpp"
#include "core/result.hpp"

namespace governor::daemon {

/// What a tool call asks to be started, beside what the registry keeps of it.
struct LaunchRequest {
  core::DeploymentOrder order;
  std::string prompt;             ///< byte for byte what the agent gets; no NUL
  std::string working_directory;  ///< absolute
  core::WorkspaceMode workspace = core::WorkspaceMode::shared;
  std::string base;   ///< of a worktree: a commit or a local branch; empty: the current commit
  std::string token;  ///< of its agent; reaches it in a file of mode 0600
  std::vector<std::pair<std::string, std::string>>
      environment;             ///< asked for; the runner says which are let through
  std::string runner_session;  ///< to be resumed; empty: it begins anew
};

/// A piece of what a deployment has said.
struct OutputPiece {
  std::string text;             ///< valid UTF-8
  std::uint64_t offset = 0;     ///< of its first byte since the deployment began
  std::uint64_t next = 0;       ///< where to go on
  std::uint64_t available = 0;  ///< how much there is in all
  std::uint64_t forgotten = 0;  ///< bytes at the beginning that rotation has dropped
};

/// Starts, follows and ends the processes of deployments. What touches files or waits runs on a file thread.
class Launcher {
 public:
  virtual ~Launcher() = default;

  /// Whether there is such a runner, and the request is one that it takes. Any thread, at once.
  [[nodiscard]] virtual std::optional<core::Error> refuse(const LaunchRequest& request) const = 0;
  /// File thread. Makes the workspace, starts the keeper, and waits with a deadline until the agent's program
  /// runs. An error means that nothing is left of it.
  virtual core::Result<core::DeploymentStarted> launch(const LaunchRequest& request) = 0;
  /// File thread. Starts the program of a deployment again that was launched before, where it worked, with
  /// the runner's own session if that is known and the runner can go on with one. As `launch` otherwise.
  virtual core::Result<core::DeploymentStarted> relaunch(const core::Deployment& deployment,
                                                         const std::string& token) = 0;
  /// Any thread. From now on `report` is called, from any thread, with what is seen of it; the last report is
  /// a `DeploymentEnded`.
  virtual void follow(const core::Deployment& deployment,
                      std::function<void(core::DeploymentReport)> report) = 0;
  /// Any thread, at once: TERM to all that it started, and KILL ten seconds later to what is left. The end is
  /// reported as `stopped` with this reason. Nothing happens if it is not followed.
  virtual void stop(const std::string& id, std::string reason) = 0;
  /// Any thread, at once: stops all that it started, until it is told to go on; its time-out stands still
  /// too. Holds while the daemon is not there. Nothing happens if it is not followed.
  virtual void pause(const std::string& id, bool paused) = 0;
  /// File thread. Text for the program's terminal.
  virtual std::optional<core::Error> send_input(const std::string& id, const std::string& text) = 0;
  /// File thread. At most `limit` bytes from `offset` on; without an offset the last ones. `filter`: only
  /// lines that contain it; empty: all.
  virtual core::Result<OutputPiece> read_output(const std::string& id, std::optional<std::uint64_t> offset,
                                                std::size_t limit, const std::string& filter) = 0;
  /// File thread. What a deployment's worktree has that its base has not, committed or not.
  virtual core::Result<std::string> difference(const core::Deployment& deployment, std::size_t limit) = 0;
  /// File thread. Merges the branch into what is checked out in the repository. `conflict` when that does not
  /// go without one; then nothing has changed.
  virtual core::Result<std::string> merge(const core::Deployment& deployment) = 0;
  /// File thread. Removes the worktree; one with work in it that is nowhere else only if `by_person`. The
  /// branch stays if it has commits of its own.
  virtual std::optional<core::Error> remove_workspace(const core::Deployment& deployment, bool by_person) = 0;
  /// File thread. All that there is: processes, tmux sessions, worktrees and what they have left behind.
  virtual core::Result<core::FoundAll> find_all() = 0;
  /// File thread. Ends a session of governor's own tmux in which nothing runs.
  virtual std::optional<core::Error> close_terminal(const std::string& name) = 0;
  /// File thread. Removes a worktree that `find_all` has found, unless there is work in it.
  virtual std::optional<core::Error> remove_stray_worktree(const std::string& directory) = 0;
};

}  // namespace governor::daemon
