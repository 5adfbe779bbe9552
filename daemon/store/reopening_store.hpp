#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "daemon/store/sqlite_store.hpp"

namespace governor::daemon {

/// The store of a daemon that runs for months. After a commit that failed it goes on with a connection of its
/// own making, so that neither a file that was opened for reading only, nor a device that was away for a
/// while, nor anything that the old connection remembers of its failure outlives the trouble. As long as no
/// new connection can be had the old one stays, and with it what can be read.
class ReopeningStore final : public Store {
 public:
  explicit ReopeningStore(std::unique_ptr<SqliteStore> store) : store_(std::move(store)) {}

  std::optional<core::Error> commit(std::span<const core::Change> changes) override;
  core::Result<core::StateSeed> load_seed() override;

  std::optional<core::Error> find_lost_files() override { return store_->find_lost_files(); }
  void shorten_log() override { store_->shorten_log(); }
  void on_damage(std::function<void(const std::string& what)> tell) override {
    store_->on_damage(std::move(tell));
  }
  void note_damage(const std::string& what) override { store_->note_damage(what); }
  core::Result<std::optional<core::Agent>> load_agent(const std::string& id) override {
    return store_->load_agent(id);
  }
  core::Result<std::optional<std::string>> load_agent_id(core::AgentKey key) override {
    return store_->load_agent_id(key);
  }
  core::Result<std::optional<StoredUpdate>> load_update(core::HistoryKey key) override {
    return store_->load_update(key);
  }
  core::Result<std::optional<std::string>> load_answer_text(core::SlotKey slot) override {
    return store_->load_answer_text(slot);
  }
  core::Result<std::optional<HistoryPage>> load_history(const std::string& agent_id, std::uint64_t before,
                                                        std::size_t limit) override {
    return store_->load_history(agent_id, before, limit);
  }
  core::Result<AgentPage> list_agents(const AgentFilter& filter, const std::string& after, std::size_t limit,
                                      std::size_t slice) override {
    return store_->list_agents(filter, after, limit, slice);
  }
  core::Result<AgentChanges> load_changed_agents(const std::optional<ChangeMark>& from,
                                                 std::size_t limit) override {
    return store_->load_changed_agents(from, limit);
  }
  core::Result<std::vector<std::string>> list_agent_ids(const std::string& prefix,
                                                        std::size_t limit) override {
    return store_->list_agent_ids(prefix, limit);
  }
  core::Result<std::vector<std::string>> load_children(const std::string& parent_id,
                                                       std::size_t limit) override {
    return store_->load_children(parent_id, limit);
  }
  core::Result<std::vector<LifecycleStep>> load_lifecycle(core::AgentKey agent, std::size_t limit) override {
    return store_->load_lifecycle(agent, limit);
  }
  core::Result<std::optional<RecentUpdates>> load_recent(const std::string& agent_id,
                                                         std::size_t limit) override {
    return store_->load_recent(agent_id, limit);
  }
  core::Result<FleetSlice> load_fleet(const FleetFilter& filter, core::AgentKey after,
                                      std::size_t slice) override {
    return store_->load_fleet(filter, after, slice);
  }
  core::Result<std::optional<std::vector<WindowUpdate>>> load_window(const std::string& agent_id,
                                                                     std::size_t limit) override {
    return store_->load_window(agent_id, limit);
  }
  core::Result<std::optional<StoredPrediction>> load_prediction(const std::string& agent_id,
                                                                std::uint64_t number) override {
    return store_->load_prediction(agent_id, number);
  }
  core::Result<bool> load_calibration(const std::string& agent_id, CalibrationScan& scan) override {
    return store_->load_calibration(agent_id, scan);
  }
  std::optional<core::Error> add_calibration(CalibrationScan& scan, std::size_t slice) override {
    return store_->add_calibration(scan, slice);
  }
  core::Result<AlertPage> list_alerts(const AlertFilter& filter, core::AlertKey before,
                                      std::size_t limit) override {
    return store_->list_alerts(filter, before, limit);
  }
  core::Result<std::optional<core::Alert>> load_alert(core::AlertKey key) override {
    return store_->load_alert(key);
  }
  core::Result<AuditPage> load_audit(const AuditFilter& filter, const AuditCursor& from, std::size_t limit,
                                     std::size_t slice) override {
    return store_->load_audit(filter, from, limit, slice);
  }
  std::optional<core::Error> check_chains(ChainCheck& check, std::size_t slice) override {
    return store_->check_chains(check, slice);
  }
  core::Result<std::optional<EvidencePage>> load_evidence(const EvidenceQuery& query) override {
    return store_->load_evidence(query);
  }
  std::optional<core::Error> find_prunable_evidence(EvidencePruneScan& scan, std::size_t slice) override {
    return store_->find_prunable_evidence(scan, slice);
  }
  core::Result<TaskHistory> load_task_history(core::TaskKey task, std::size_t limit) override {
    return store_->load_task_history(task, limit);
  }
  core::Result<DeploymentHistory> load_deployment_history(core::DeploymentKey deployment,
                                                          std::size_t limit) override {
    return store_->load_deployment_history(deployment, limit);
  }
  core::Result<FileVersionPage> load_file_versions(const std::string& path, core::FileVersionKey before,
                                                   std::size_t limit) override {
    return store_->load_file_versions(path, before, limit);
  }
  core::Result<std::optional<core::FileVersion>> load_file_version(core::FileVersionKey key) override {
    return store_->load_file_version(key);
  }
  core::Result<std::optional<core::FileVersion>> load_file_version_at(const std::string& path,
                                                                      std::int64_t time_us) override {
    return store_->load_file_version_at(path, time_us);
  }
  core::Result<std::vector<std::string>> load_files_below(const std::string& directory,
                                                          const std::string& after,
                                                          std::size_t limit) override {
    return store_->load_files_below(directory, after, limit);
  }
  std::optional<core::Error> find_prunable(PruneScan& scan, std::size_t slice) override {
    return store_->find_prunable(scan, slice);
  }

 private:
  void reopen();

  std::unique_ptr<SqliteStore> store_;
  bool has_failed_ = false;  ///< the last commit
};

}  // namespace governor::daemon
