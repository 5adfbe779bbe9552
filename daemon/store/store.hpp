#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/change.hpp"
#include "core/result.hpp"
#include "core/state.hpp"
#include "daemon/store/analysis_queries.hpp"
#include "daemon/store/deployment_queries.hpp"
#include "daemon/store/evidence_queries.hpp"
#include "daemon/store/file_queries.hpp"
#include "daemon/store/queries.hpp"

namespace governor::daemon {

/// Where state is durable. Not thread-safe: whoever runs it owns it for that time (see StoreThread). All
/// functions may block on the disk; their errors are `storage_unavailable` with the reason. What reads many
/// rows does so in slices, since commits wait meanwhile.
class Store {
 public:
  virtual ~Store() = default;

  /// Applies all changes or none. When it returns no error they survive a crash of the machine.
  virtual std::optional<core::Error> commit(std::span<const core::Change> changes) = 0;

  /// Why nothing that is written now would be found at the next start; none while all is well. Only asks the
  /// system, and is called at every commit.
  [[nodiscard]] virtual std::optional<core::Error> find_lost_files() = 0;
  /// To be called now and then: gives back what the write-ahead log took while somebody read for long.
  virtual void shorten_log() = 0;
  /// `tell` is called, by whoever runs the store then, when something turns out to be damaged or missing.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): whoever overrides it keeps it
  virtual void on_damage(std::function<void(const std::string& what)> /*tell*/) {}
  /// Somebody else has found out: it is told as above, and the next start looks at everything.
  virtual void note_damage(const std::string& what) { (void)what; }

  /// Everything a state starts from: highest keys, sessions and their answers, open alerts, tasks,
  /// deployments, thresholds.
  virtual core::Result<core::StateSeed> load_seed() = 0;

  /// The agent with all that its next update needs; none if there is no such agent.
  virtual core::Result<std::optional<core::Agent>> load_agent(const std::string& id) = 0;

  /// The id of an agent; none if there is no such agent.
  virtual core::Result<std::optional<std::string>> load_agent_id(core::AgentKey key) = 0;

  /// One row of history with its agent's id; none if there is no such row.
  virtual core::Result<std::optional<StoredUpdate>> load_update(core::HistoryKey key) = 0;

  /// The stored text of an answer; none if it is gone.
  virtual core::Result<std::optional<std::string>> load_answer_text(core::SlotKey slot) = 0;

  /// Updates below number `before` (0: from the newest), at most `limit`; none if there is no such agent.
  virtual core::Result<std::optional<HistoryPage>> load_history(const std::string& agent_id,
                                                                std::uint64_t before, std::size_t limit) = 0;

  /// Agents by id, after the id `after` (empty: from the first), that pass the filter: at most `limit`,
  /// looking at no more than `slice`.
  virtual core::Result<AgentPage> list_agents(const AgentFilter& filter, const std::string& after,
                                              std::size_t limit, std::size_t slice) = 0;

  /// Agents of any status with an update, or an entry in the audit log, after `from`, at most `limit`. What
  /// it takes depends on how much was written since, and it gives up early. Without `from` only the mark is
  /// given.
  virtual core::Result<AgentChanges> load_changed_agents(const std::optional<ChangeMark>& from,
                                                         std::size_t limit) = 0;

  /// Ids of agents that are not deleted and begin with `prefix`, in order, at most `limit`.
  virtual core::Result<std::vector<std::string>> list_agent_ids(const std::string& prefix,
                                                                std::size_t limit) = 0;
  /// Ids of the agents whose parent this is, at most `limit`.
  virtual core::Result<std::vector<std::string>> load_children(const std::string& parent_id,
                                                               std::size_t limit) = 0;
  /// The newest steps in an agent's life, oldest of them first.
  virtual core::Result<std::vector<LifecycleStep>> load_lifecycle(core::AgentKey agent,
                                                                  std::size_t limit) = 0;

  /// The agent's newest updates of its present epoch, at most `limit`; none if there is no such agent.
  virtual core::Result<std::optional<RecentUpdates>> load_recent(const std::string& agent_id,
                                                                 std::size_t limit) = 0;
  /// The next `slice` agents after the key `after` (0: from the first); those that pass the filter are in the
  /// result.
  virtual core::Result<FleetSlice> load_fleet(const FleetFilter& filter, core::AgentKey after,
                                              std::size_t slice) = 0;
  /// The newest updates, at most `limit`, of one agent or (empty id) of all; none if there is no such agent.
  virtual core::Result<std::optional<std::vector<WindowUpdate>>> load_window(const std::string& agent_id,
                                                                             std::size_t limit) = 0;
  /// What one update predicted, and how it turned out if that was told; none if there is no such update.
  virtual core::Result<std::optional<StoredPrediction>> load_prediction(const std::string& agent_id,
                                                                        std::uint64_t number) = 0;
  /// Adds up the predictions of one agent; false if there is no such agent.
  virtual core::Result<bool> load_calibration(const std::string& agent_id, CalibrationScan& scan) = 0;
  /// Adds up those of the next `slice` agents.
  virtual std::optional<core::Error> add_calibration(CalibrationScan& scan, std::size_t slice) = 0;

  virtual core::Result<AlertPage> list_alerts(const AlertFilter& filter, core::AlertKey before,
                                              std::size_t limit) = 0;
  virtual core::Result<std::optional<core::Alert>> load_alert(core::AlertKey key) = 0;

  /// Newest first, from the cursor on. Looks at no more than `slice` rows of each kind.
  virtual core::Result<AuditPage> load_audit(const AuditFilter& filter, const AuditCursor& from,
                                             std::size_t limit, std::size_t slice) = 0;

  /// Computes the next `slice` rows of the chains anew, adding what it finds wrong.
  virtual std::optional<core::Error> check_chains(ChainCheck& check, std::size_t slice) = 0;

  /// A page of evidence; none if there is no such agent.
  virtual core::Result<std::optional<EvidencePage>> load_evidence(const EvidenceQuery& query) = 0;

  /// Looks at the oldest `slice` entries of the evidence for those that need not be kept.
  virtual std::optional<core::Error> find_prunable_evidence(EvidencePruneScan& scan, std::size_t slice) = 0;

  /// The newest events of a task, at most `limit`, oldest of them first.
  virtual core::Result<TaskHistory> load_task_history(core::TaskKey task, std::size_t limit) = 0;

  /// The newest events of a deployment, at most `limit`, oldest of them first.
  virtual core::Result<DeploymentHistory> load_deployment_history(core::DeploymentKey deployment,
                                                                  std::size_t limit) = 0;

  /// Versions of a file below the key `before` (0: from the newest), at most `limit`.
  virtual core::Result<FileVersionPage> load_file_versions(const std::string& path,
                                                           core::FileVersionKey before,
                                                           std::size_t limit) = 0;
  virtual core::Result<std::optional<core::FileVersion>> load_file_version(core::FileVersionKey key) = 0;
  /// The version that a file had at that time: as governor knew then, or has learned since.
  virtual core::Result<std::optional<core::FileVersion>> load_file_version_at(const std::string& path,
                                                                              std::int64_t time_us) = 0;
  /// The files below a directory of which versions are known, in the order of their bytes: at most `limit` of
  /// those after `after`.
  virtual core::Result<std::vector<std::string>> load_files_below(const std::string& directory,
                                                                  const std::string& after,
                                                                  std::size_t limit) = 0;
  /// Looks at the next `slice` versions of all files for those that need not be kept.
  virtual std::optional<core::Error> find_prunable(PruneScan& scan, std::size_t slice) = 0;
};

}  // namespace governor::daemon
