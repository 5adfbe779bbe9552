#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "daemon/store/store.hpp"

namespace governor::daemon::test {

/// Through this a test holds and fails what the store does.
class StoreGate {
 public:
  void hold_commits() { set(commits_held_, true); }
  void release_commits() { set(commits_held_, false); }
  void hold_loads() { set(loads_held_, true); }
  void release_loads() { set(loads_held_, false); }
  void release_all() {
    release_commits();
    release_loads();
  }
  /// The next `count` commits fail without reaching the disk.
  void fail_commits(int count) { set(commits_to_fail_, count); }
  void fail_reads(bool fail) { set(reads_fail_, fail); }
  void fail_seeds(bool fail) { set(seeds_fail_, fail); }
  /// Reads end with an exception, which no store lets out.
  void throw_from_reads(bool fail) { set(reads_throw_, fail); }

  /// False when no commit came to the gate in time.
  bool wait_for_held_commit() { return wait(commits_waiting_); }
  /// The thread on which the last one to come to the gate stays or stayed.
  std::thread::id held_thread() {
    const std::lock_guard lock(mutex_);
    return held_thread_;
  }
  bool wait_for_held_load() { return wait(loads_waiting_); }
  /// Commits that succeeded, and changes in them.
  int commits() { return get(commits_done_); }
  int failed_commits() { return get(commits_failed_); }
  int loads() { return get(loads_done_); }

  // For the store.
  std::optional<core::Error> pass_commit() {
    std::unique_lock lock(mutex_);
    stay(lock, commits_held_, commits_waiting_);
    if (commits_to_fail_ > 0) {
      --commits_to_fail_;
      ++commits_failed_;
      return injected();
    }
    ++commits_done_;
    return std::nullopt;
  }
  std::optional<core::Error> pass_load() {
    std::unique_lock lock(mutex_);
    ++loads_done_;
    stay(lock, loads_held_, loads_waiting_);
    if (reads_throw_) throw std::runtime_error("nobody foresaw this");
    return reads_fail_ ? std::optional(injected()) : std::nullopt;
  }
  std::optional<core::Error> pass_seed() {
    const std::lock_guard lock(mutex_);
    return seeds_fail_ ? std::optional(injected()) : std::nullopt;
  }

 private:
  static core::Error injected() {
    return {core::ErrorCode::storage_unavailable, "Injected failure.", "Wait."};
  }

  template <class T>
  void set(T& member, T value) {
    {
      const std::lock_guard lock(mutex_);
      member = value;
    }
    changed_.notify_all();
  }
  int get(const int& member) {
    const std::lock_guard lock(mutex_);
    return member;
  }
  bool wait(const int& waiting) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return waiting > 0; });
  }
  void stay(std::unique_lock<std::mutex>& lock, const bool& held, int& waiting) {
    ++waiting;
    held_thread_ = std::this_thread::get_id();
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held; });
    --waiting;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool commits_held_ = false;
  bool loads_held_ = false;
  bool reads_fail_ = false;
  bool seeds_fail_ = false;
  bool reads_throw_ = false;
  int commits_to_fail_ = 0;
  int commits_waiting_ = 0;
  int loads_waiting_ = 0;
  int commits_done_ = 0;
  int commits_failed_ = 0;
  int loads_done_ = 0;
  std::thread::id held_thread_;
};

/// The real store behind a gate.
class GatedStore final : public Store {
 public:
  GatedStore(std::unique_ptr<Store> inner, std::shared_ptr<StoreGate> gate)
      : inner_(std::move(inner)), gate_(std::move(gate)) {}

  std::optional<core::Error> commit(std::span<const core::Change> changes) override {
    if (auto failure = gate_->pass_commit()) return failure;
    return inner_->commit(changes);
  }
  std::optional<core::Error> find_lost_files() override { return inner_->find_lost_files(); }
  void shorten_log() override { inner_->shorten_log(); }
  core::Result<core::StateSeed> load_seed() override {
    if (auto failure = gate_->pass_seed()) return *std::move(failure);
    return inner_->load_seed();
  }
  core::Result<std::optional<core::Agent>> load_agent(const std::string& id) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_agent(id);
  }
  core::Result<std::optional<std::string>> load_agent_id(core::AgentKey key) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_agent_id(key);
  }
  core::Result<std::optional<StoredUpdate>> load_update(core::HistoryKey key) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_update(key);
  }
  core::Result<std::optional<std::string>> load_answer_text(core::SlotKey slot) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_answer_text(slot);
  }
  core::Result<std::optional<HistoryPage>> load_history(const std::string& agent_id, std::uint64_t before,
                                                        std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_history(agent_id, before, limit);
  }
  core::Result<AgentPage> list_agents(const AgentFilter& filter, const std::string& after, std::size_t limit,
                                      std::size_t slice) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->list_agents(filter, after, limit, slice);
  }
  core::Result<std::vector<std::string>> load_children(const std::string& parent_id,
                                                       std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_children(parent_id, limit);
  }
  core::Result<std::vector<LifecycleStep>> load_lifecycle(core::AgentKey agent, std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_lifecycle(agent, limit);
  }
  core::Result<std::optional<RecentUpdates>> load_recent(const std::string& agent_id,
                                                         std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_recent(agent_id, limit);
  }
  core::Result<FleetSlice> load_fleet(const FleetFilter& filter, core::AgentKey after,
                                      std::size_t slice) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_fleet(filter, after, slice);
  }
  core::Result<std::optional<std::vector<WindowUpdate>>> load_window(const std::string& agent_id,
                                                                     std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_window(agent_id, limit);
  }
  core::Result<std::optional<StoredPrediction>> load_prediction(const std::string& agent_id,
                                                                std::uint64_t number) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_prediction(agent_id, number);
  }
  core::Result<bool> load_calibration(const std::string& agent_id, CalibrationScan& scan) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_calibration(agent_id, scan);
  }
  std::optional<core::Error> add_calibration(CalibrationScan& scan, std::size_t slice) override {
    if (auto failure = gate_->pass_load()) return failure;
    return inner_->add_calibration(scan, slice);
  }
  core::Result<TaskHistory> load_task_history(core::TaskKey task, std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_task_history(task, limit);
  }
  core::Result<DeploymentHistory> load_deployment_history(core::DeploymentKey deployment,
                                                          std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_deployment_history(deployment, limit);
  }
  core::Result<FileVersionPage> load_file_versions(const std::string& path, core::FileVersionKey before,
                                                   std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_file_versions(path, before, limit);
  }
  core::Result<std::optional<core::FileVersion>> load_file_version(core::FileVersionKey key) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_file_version(key);
  }
  core::Result<std::optional<core::FileVersion>> load_file_version_at(const std::string& path,
                                                                      std::int64_t time_us) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_file_version_at(path, time_us);
  }
  core::Result<std::vector<std::string>> load_files_below(const std::string& directory,
                                                          const std::string& after,
                                                          std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_files_below(directory, after, limit);
  }
  std::optional<core::Error> find_prunable(PruneScan& scan, std::size_t slice) override {
    if (auto failure = gate_->pass_load()) return failure;
    return inner_->find_prunable(scan, slice);
  }
  core::Result<AlertPage> list_alerts(const AlertFilter& filter, core::AlertKey before,
                                      std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->list_alerts(filter, before, limit);
  }
  core::Result<std::optional<core::Alert>> load_alert(core::AlertKey key) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_alert(key);
  }
  core::Result<AuditPage> load_audit(const AuditFilter& filter, const AuditCursor& from, std::size_t limit,
                                     std::size_t slice) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_audit(filter, from, limit, slice);
  }
  void on_damage(std::function<void(const std::string& what)> tell) override {
    inner_->on_damage(std::move(tell));
  }
  std::optional<core::Error> find_prunable_evidence(EvidencePruneScan& scan, std::size_t slice) override {
    if (auto failure = gate_->pass_load()) return failure;
    return inner_->find_prunable_evidence(scan, slice);
  }
  core::Result<std::optional<EvidencePage>> load_evidence(const EvidenceQuery& query) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_evidence(query);
  }
  std::optional<core::Error> check_chains(ChainCheck& check, std::size_t slice) override {
    if (auto failure = gate_->pass_load()) return failure;
    return inner_->check_chains(check, slice);
  }
  core::Result<AgentChanges> load_changed_agents(const std::optional<ChangeMark>& from,
                                                 std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->load_changed_agents(from, limit);
  }
  core::Result<std::vector<std::string>> list_agent_ids(const std::string& prefix,
                                                        std::size_t limit) override {
    if (auto failure = gate_->pass_load()) return *std::move(failure);
    return inner_->list_agent_ids(prefix, limit);
  }

 private:
  std::unique_ptr<Store> inner_;
  std::shared_ptr<StoreGate> gate_;
};

}  // namespace governor::daemon::test
