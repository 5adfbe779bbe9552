#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/supervisor/launcher.hpp"

namespace governor::daemon::test {

/// What there is of deployments beside the registry, as the test wants it. It lives on when the daemon does
/// not.
class FakeProcesses {
 public:
  /// Why the next starts fail.
  void refuse_launches(std::optional<core::Error> why) {
    const std::lock_guard lock(mutex_);
    launch_error_ = std::move(why);
  }
  void hold_launches(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  /// False when it does not come to that in time.
  bool launches_become(std::size_t count) {
    return becomes([&] { return requests_.size() >= count; });
  }
  bool stops_become(std::size_t count) {
    return becomes([&] { return stops_.size() >= count; });
  }
  bool is_followed_soon(const std::string& id) {
    return becomes([&] { return followers_.contains(id); });
  }
  std::vector<LaunchRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::vector<std::pair<std::string, std::string>> stops() {
    const std::lock_guard lock(mutex_);
    return stops_;
  }
  std::vector<std::string> inputs() {
    const std::lock_guard lock(mutex_);
    return inputs_;
  }
  /// Programs that are started from now on are this process.
  void start_as(core::SessionProcess process) {
    const std::lock_guard lock(mutex_);
    process_ = std::move(process);
  }
  /// What is asked to stop does so at once.
  void end_on_stop() {
    const std::lock_guard lock(mutex_);
    ends_on_stop_ = true;
  }
  void use_workspace(core::DeploymentWorkspace workspace) {
    const std::lock_guard lock(mutex_);
    workspace_ = std::move(workspace);
  }

  std::vector<std::pair<std::string, bool>> pauses() {
    const std::lock_guard lock(mutex_);
    return pauses_;
  }
  /// Whether it was to be paused when it was begun to follow it.
  bool followed_as_paused(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return paused_[id];
  }
  bool pauses_become(std::size_t count) {
    return becomes([&] { return pauses_.size() >= count; });
  }
  void put_places(std::vector<core::FoundTerminal> terminals, std::vector<core::FoundWorktree> worktrees,
                  bool keeps_worktrees = false) {
    const std::lock_guard lock(mutex_);
    terminals_ = std::move(terminals);
    worktrees_ = std::move(worktrees);
    keeps_worktrees_ = keeps_worktrees;
  }

  void see(const std::string& id, core::DeploymentSeen seen) { report(id, std::move(seen)); }
  /// `unnoticed`: nobody is told.
  void end(const std::string& id, core::DeploymentState how, std::string why = {}, bool unnoticed = false) {
    core::DeploymentEnded ended;
    ended.state = how;
    ended.why = std::move(why);
    {
      const std::lock_guard lock(mutex_);
      found_[id].id = id;
      found_[id].alive = false;
      found_[id].ended = ended;
    }
    if (!unnoticed) report(id, ended);
  }
  void put(core::FoundDeployment found) {
    const std::lock_guard lock(mutex_);
    found_[found.id] = std::move(found);
  }
  void forget(const std::string& id) {
    const std::lock_guard lock(mutex_);
    found_.erase(id);
  }

 private:
  friend class FakeLauncher;

  template <class Predicate>
  bool becomes(Predicate predicate) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), predicate);
  }
  void report(const std::string& id, core::DeploymentReport report) {
    std::function<void(core::DeploymentReport)> follower;
    {
      const std::lock_guard lock(mutex_);
      const auto found = followers_.find(id);
      if (found != followers_.end()) follower = found->second;
    }
    if (follower) follower(std::move(report));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<core::Error> launch_error_;
  bool held_ = false;
  bool ends_on_stop_ = false;
  std::int64_t next_pid_ = 1'000'000'000;
  std::optional<core::SessionProcess> process_;
  core::DeploymentWorkspace workspace_;
  std::vector<LaunchRequest> requests_;
  std::vector<std::pair<std::string, std::string>> stops_;
  std::vector<std::string> inputs_;
  std::vector<std::pair<std::string, bool>> pauses_;
  std::map<std::string, bool> paused_;
  std::vector<core::FoundTerminal> terminals_;
  std::vector<core::FoundWorktree> worktrees_;
  bool keeps_worktrees_ = false;
  std::map<std::string, core::FoundDeployment> found_;
  std::map<std::string, std::function<void(core::DeploymentReport)>> followers_;
};

class FakeLauncher final : public Launcher {
 public:
  explicit FakeLauncher(std::shared_ptr<FakeProcesses> processes) : processes_(std::move(processes)) {}
  ~FakeLauncher() override {
    const std::lock_guard lock(processes_->mutex_);
    processes_->followers_.clear();
  }

  [[nodiscard]] std::optional<core::Error> refuse(const LaunchRequest& request) const override {
    if (request.order.runner == "claude" || request.order.runner == "generic") return std::nullopt;
    return core::invalid_argument("runner", request.order.runner, "claude, generic");
  }
  core::Result<core::DeploymentStarted> launch(const LaunchRequest& request) override {
    FakeProcesses& all = *processes_;
    std::unique_lock lock(all.mutex_);
    all.requests_.push_back(request);
    all.changed_.notify_all();
    all.changed_.wait_for(lock, std::chrono::seconds(30), [&] { return !all.held_; });
    if (all.launch_error_) return *all.launch_error_;
    core::DeploymentStarted started;
    started.keeper = {++all.next_pid_, 1, "fake"};
    started.process = all.process_.value_or(core::SessionProcess{++all.next_pid_, 2, "fake"});
    started.workspace = all.workspace_;
    if (started.workspace.directory.empty()) started.workspace.directory = request.working_directory;
    core::FoundDeployment& found = all.found_[request.order.id];
    found.id = request.order.id;
    found.started = started;
    found.alive = true;
    return started;
  }
  core::Result<core::DeploymentStarted> relaunch(const core::Deployment& deployment,
                                                 const std::string& token) override {
    LaunchRequest request;
    request.order = deployment.order;
    request.working_directory = deployment.standing.workspace.directory;
    request.token = token;
    request.runner_session = deployment.standing.runner_session;
    {
      const std::lock_guard lock(processes_->mutex_);
      processes_->followers_.erase(deployment.order.id);
    }
    return launch(request);
  }
  void pause(const std::string& id, bool paused) override {
    const std::lock_guard lock(processes_->mutex_);
    processes_->pauses_.emplace_back(id, paused);
    processes_->changed_.notify_all();
  }
  void follow(const core::Deployment& deployment,
              std::function<void(core::DeploymentReport)> report) override {
    const std::lock_guard lock(processes_->mutex_);
    processes_->followers_.emplace(deployment.order.id, std::move(report));
    processes_->paused_[deployment.order.id] = deployment.standing.paused;
    processes_->changed_.notify_all();
  }
  void stop(const std::string& id, std::string reason) override {
    bool ends = false;
    {
      const std::lock_guard lock(processes_->mutex_);
      processes_->stops_.emplace_back(id, reason);
      processes_->changed_.notify_all();
      ends = processes_->ends_on_stop_;
    }
    if (ends) processes_->end(id, core::DeploymentState::stopped, std::move(reason));
  }
  std::optional<core::Error> send_input(const std::string&, const std::string& text) override {
    const std::lock_guard lock(processes_->mutex_);
    processes_->inputs_.push_back(text);
    return std::nullopt;
  }
  core::Result<OutputPiece> read_output(const std::string& id, std::optional<std::uint64_t> offset,
                                        std::size_t limit, const std::string& filter) override {
    OutputPiece piece;
    piece.text = "output of " + id + filter;
    piece.offset = offset.value_or(7);
    piece.next = piece.offset + limit;
    piece.available = 1000;
    return piece;
  }
  core::Result<std::string> difference(const core::Deployment& deployment, std::size_t) override {
    return "diff of " + deployment.standing.workspace.branch;
  }
  core::Result<std::string> merge(const core::Deployment& deployment) override {
    return "merged " + deployment.standing.workspace.branch;
  }
  std::optional<core::Error> remove_workspace(const core::Deployment&, bool by_person) override {
    if (by_person) return std::nullopt;
    return core::Error(core::ErrorCode::conflict, "There is work in it.");
  }
  core::Result<core::FoundAll> find_all() override {
    const std::lock_guard lock(processes_->mutex_);
    core::FoundAll all;
    for (const auto& [id, found] : processes_->found_) all.deployments.push_back(found);
    all.terminals = processes_->terminals_;
    all.worktrees = processes_->worktrees_;
    return all;
  }
  std::optional<core::Error> close_terminal(const std::string& name) override {
    const std::lock_guard lock(processes_->mutex_);
    std::erase_if(processes_->terminals_, [&](const auto& one) { return one.name == name; });
    return std::nullopt;
  }
  std::optional<core::Error> remove_stray_worktree(const std::string& directory) override {
    const std::lock_guard lock(processes_->mutex_);
    if (processes_->keeps_worktrees_) return core::Error(core::ErrorCode::conflict, "git says no");
    std::erase_if(processes_->worktrees_, [&](const auto& one) { return one.directory == directory; });
    return std::nullopt;
  }

 private:
  std::shared_ptr<FakeProcesses> processes_;
};

}  // namespace governor::daemon::test
