#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/supervisor/keeper_watch.hpp"
#include "daemon/supervisor/launcher.hpp"
#include "daemon/supervisor/supervisor_settings.hpp"
#include "daemon/supervisor/tmux.hpp"
#include "daemon/supervisor/worktree.hpp"

namespace governor::daemon {

/// Deployments as real processes: a keeper each, in governor's own tmux where there is one.
class Supervisor : public Launcher {
 public:
  explicit Supervisor(SupervisorSettings settings);

  [[nodiscard]] std::optional<core::Error> refuse(const LaunchRequest& request) const override;
  core::Result<core::DeploymentStarted> launch(const LaunchRequest& request) override;
  core::Result<core::DeploymentStarted> relaunch(const core::Deployment& deployment,
                                                 const std::string& token) override;
  void follow(const core::Deployment& deployment,
              std::function<void(core::DeploymentReport)> report) override;
  void stop(const std::string& id, std::string reason) override;
  void pause(const std::string& id, bool paused) override;
  std::optional<core::Error> send_input(const std::string& id, const std::string& text) override;
  core::Result<OutputPiece> read_output(const std::string& id, std::optional<std::uint64_t> offset,
                                        std::size_t limit, const std::string& filter) override;
  core::Result<std::string> difference(const core::Deployment& deployment, std::size_t limit) override;
  core::Result<std::string> merge(const core::Deployment& deployment) override;
  std::optional<core::Error> remove_workspace(const core::Deployment& deployment, bool by_person) override;
  core::Result<core::FoundAll> find_all() override;
  std::optional<core::Error> close_terminal(const std::string& name) override;
  std::optional<core::Error> remove_stray_worktree(const std::string& directory) override;

 private:
  [[nodiscard]] KeeperFiles files_of(const std::string& id) const;
  [[nodiscard]] std::vector<core::FoundWorktree> find_worktrees() const;
  [[nodiscard]] bool is_known_worktree(const std::string& name) const;
  [[nodiscard]] core::FoundDeployment find(const std::string& id) const;
  [[nodiscard]] std::optional<core::Error> prepare_directory(const KeeperFiles& files) const;
  [[nodiscard]] core::Result<std::string> make_workspace(const LaunchRequest& request, const Runner& runner,
                                                         const KeeperFiles& files,
                                                         core::DeploymentWorkspace& workspace) const;
  [[nodiscard]] std::optional<core::Error> run_setup(const LaunchRequest& request, const Runner& runner,
                                                     const KeeperFiles& files,
                                                     const std::string& directory) const;
  [[nodiscard]] core::DeploymentWorkspace workspace_of(const core::Deployment& deployment) const;
  void forget_old() const;

  SupervisorSettings settings_;
  Tmux tmux_;
  Worktrees worktrees_;
  KeeperWatch watch_;  // last: it uses the settings until it has ended
};

}  // namespace governor::daemon
