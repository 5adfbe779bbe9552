#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/store/chain_scan.hpp"
#include "daemon/store/head_index.hpp"
#include "daemon/store/log_file.hpp"
#include "daemon/store/lost_numbers.hpp"
#include "daemon/store/open_files.hpp"
#include "daemon/store/progress_record.hpp"
#include "daemon/store/row_chain.hpp"
#include "daemon/store/row_seals.hpp"
#include "daemon/store/store.hpp"

namespace governor::daemon {

/// The store in one SQLite file (WAL, synchronous=FULL). Expects a database at the newest schema, see
/// open_store().
class SqliteStore final : public Store {
 public:
  /// Throws SQLite::Exception when the statements do not fit the database.
  explicit SqliteStore(std::unique_ptr<SQLite::Database> database);
  ~SqliteStore() override;

  /// From now on it is remembered there how far the database has come.
  void keep_progress(std::unique_ptr<ProgressRecord> record);
  void on_damage(std::function<void(const std::string& what)> tell) override {
    tell_damage_ = std::move(tell);
  }
  void note_damage(const std::string& what) override;
  /// Damage was met: the next start is to look at everything.
  void suspect_damage();
  /// Something could not be read because it is damaged.
  [[nodiscard]] bool has_met_damage() const { return has_met_damage_; }
  /// An entry in the audit log about the store itself, before there is a state. One that cannot be written is
  /// left out.
  void note_event(const std::string& event, const std::string& detail);
  /// The index of newest updates did not fit and was made anew from the history.
  [[nodiscard]] bool index_was_wrong() const { return heads_.was_wrong(); }

  std::optional<core::Error> commit(std::span<const core::Change> changes) override;
  std::optional<core::Error> find_lost_files() override;
  void shorten_log() override;
  core::Result<core::StateSeed> load_seed() override;
  core::Result<std::optional<core::Agent>> load_agent(const std::string& id) override;
  core::Result<std::optional<std::string>> load_agent_id(core::AgentKey key) override;
  core::Result<std::optional<StoredUpdate>> load_update(core::HistoryKey key) override;
  core::Result<std::optional<std::string>> load_answer_text(core::SlotKey slot) override;
  core::Result<std::optional<HistoryPage>> load_history(const std::string& agent_id, std::uint64_t before,
                                                        std::size_t limit) override;
  core::Result<AgentPage> list_agents(const AgentFilter& filter, const std::string& after, std::size_t limit,
                                      std::size_t slice) override;
  core::Result<AgentChanges> load_changed_agents(const std::optional<ChangeMark>& from,
                                                 std::size_t limit) override;
  core::Result<std::vector<std::string>> list_agent_ids(const std::string& prefix,
                                                        std::size_t limit) override;
  core::Result<std::vector<std::string>> load_children(const std::string& parent_id,
                                                       std::size_t limit) override;
  core::Result<std::vector<LifecycleStep>> load_lifecycle(core::AgentKey agent, std::size_t limit) override;
  core::Result<std::optional<RecentUpdates>> load_recent(const std::string& agent_id,
                                                         std::size_t limit) override;
  core::Result<FleetSlice> load_fleet(const FleetFilter& filter, core::AgentKey after,
                                      std::size_t slice) override;
  core::Result<std::optional<std::vector<WindowUpdate>>> load_window(const std::string& agent_id,
                                                                     std::size_t limit) override;
  core::Result<std::optional<StoredPrediction>> load_prediction(const std::string& agent_id,
                                                                std::uint64_t number) override;
  core::Result<bool> load_calibration(const std::string& agent_id, CalibrationScan& scan) override;
  std::optional<core::Error> add_calibration(CalibrationScan& scan, std::size_t slice) override;
  core::Result<AlertPage> list_alerts(const AlertFilter& filter, core::AlertKey before,
                                      std::size_t limit) override;
  core::Result<std::optional<core::Alert>> load_alert(core::AlertKey key) override;
  core::Result<AuditPage> load_audit(const AuditFilter& filter, const AuditCursor& from, std::size_t limit,
                                     std::size_t slice) override;
  std::optional<core::Error> check_chains(ChainCheck& check, std::size_t slice) override;
  core::Result<std::optional<EvidencePage>> load_evidence(const EvidenceQuery& query) override;
  std::optional<core::Error> find_prunable_evidence(EvidencePruneScan& scan, std::size_t slice) override;
  core::Result<TaskHistory> load_task_history(core::TaskKey task, std::size_t limit) override;
  core::Result<DeploymentHistory> load_deployment_history(core::DeploymentKey deployment,
                                                          std::size_t limit) override;
  core::Result<FileVersionPage> load_file_versions(const std::string& path, core::FileVersionKey before,
                                                   std::size_t limit) override;
  core::Result<std::optional<core::FileVersion>> load_file_version(core::FileVersionKey key) override;
  core::Result<std::optional<core::FileVersion>> load_file_version_at(const std::string& path,
                                                                      std::int64_t time_us) override;
  core::Result<std::vector<std::string>> load_files_below(const std::string& directory,
                                                          const std::string& after,
                                                          std::size_t limit) override;
  std::optional<core::Error> find_prunable(PruneScan& scan, std::size_t slice) override;

  [[nodiscard]] const OpenFiles& files() const { return files_; }
  /// Brings all that is in the write-ahead log into the database itself and empties the log. False when that
  /// cannot be done at present.
  bool empty_log();
  /// The log is brought into the database after a transaction that leaves so many pages in it.
  void checkpoint_at(int frames) { checkpoint_at_ = frames; }
  /// Goes on with the same database in the place of another store, which writes nothing more, not even at its
  /// end.
  void take_over(SqliteStore& before);
  /// Writes nothing more, not even at its end.
  void leave_alone() { abandoned_ = true; }

 private:
  struct Statements;
  struct PrunableRow {
    core::FileVersionKey key;
    std::string sha256;
    std::uint64_t stored_bytes;
    std::int64_t timestamp_us;
    std::uint64_t newer;  ///< versions of the file; counted up to as many as are kept
  };

  static int on_log_grown(void* store, sqlite3* database, const char* name, int frames);
  std::optional<core::Error> check_files();
  OpenFiles::Loss look_closer();
  [[nodiscard]] bool is_log_whole() const;
  [[nodiscard]] bool holds_all() const;
  void note_log();
  void settle();
  void write(std::span<const core::Change> changes);
  void apply(const core::UpdateAppended& change);
  void apply(const core::AnswerSaved& change);
  void apply(const core::AgentSaved& change);
  void apply(const core::SessionSaved& change);
  void apply(const core::SessionEnded& change);
  void apply(const core::AuditAppended& change);
  void apply(const core::LifecycleEventAppended& change);
  void apply(const core::AlertSaved& change);
  void apply(const core::ThresholdsSaved& change);
  void apply(const core::OutcomeRecorded& change);
  void apply(const core::LeaseSaved& change);
  void apply(const core::WaiterSaved& change);
  void apply(const core::WaiterEnded& change);
  void apply(const core::WatchRootsSaved& change);
  void apply(const core::TaskAppended& change);
  void apply(const core::TaskChanged& change);
  void apply(const core::TaskAssigned& change);
  void apply(const core::TaskEventAppended& change);
  void apply(const core::DeploymentAppended& change);
  void apply(const core::DeploymentChanged& change);
  void apply(const core::DeploymentEventAppended& change);
  void apply(const core::ApprovalSaved& change);
  void apply(const core::ApprovalsPruned& change);
  void apply(const core::FileVersionAppended& change);
  void apply(const core::FileVersionsPruned& change);
  void apply(const core::OpenWriteSaved& change);
  void apply(const core::OpenWriteEnded& change);
  void apply(const core::ProtectionSaved& change);
  void apply(const core::UnlockSaved& change);
  void apply(const core::EvidenceAppended& change);
  void apply(const core::EvidencePruned& change);

  std::string load_setting(const char* name);
  void load_leases(core::StateSeed& seed);
  void load_files(core::StateSeed& seed);
  std::vector<PrunableRow> versions_after(const PruneScan& scan, std::size_t slice);
  bool is_content_needed(const std::string& sha256, const std::vector<core::FileVersionKey>& without);
  void load_state(core::Agent& agent, const AgentHead& head);
  void add_newest(AgentSummary& summary, const AgentHead& head);
  ChangeMark change_mark();
  void load_behaviour(core::Agent& agent);
  [[nodiscard]] core::HistoryKey row_before(core::AgentKey agent, const AgentHead& head,
                                            std::uint64_t before);
  void read_audit_rows(const AuditFilter& filter, core::AgentKey agent, std::size_t limit, std::size_t slice,
                       AuditPage& page);
  void read_update_rows(const AuditFilter& filter, core::AgentKey agent, std::size_t limit, std::size_t slice,
                        AuditPage& page);
  [[nodiscard]] core::HistoryKey skip_lost(core::AgentKey agent, core::HistoryKey missing);
  void note_progress();
  /// Runs `body`, turning what it throws into an error value: what SQLite throws, and a lack of memory, which
  /// a damaged row can feign. Nothing may leave the store thread.
  template <class Body>
  auto guarded(Body body) -> decltype(body());
  core::Error error_of(const std::exception& failure);
  std::optional<core::AgentProfile> find_profile(const std::string& agent_id);
  std::vector<core::UpdateRecord> rows_of_epoch(core::AgentKey agent, std::uint64_t epoch_start,
                                                std::size_t limit);
  std::vector<core::UpdateRecord> recent_figures(core::AgentKey agent, std::uint64_t epoch_start);
  std::optional<core::FailureForecast> find_forecast(core::AgentKey agent, std::uint64_t number);
  std::vector<core::FailureLesson> load_lessons();
  void add_predictions(core::AgentKey agent, CalibrationScan& scan);
  void check_history(ChainCheck& check, std::size_t slice);
  void check_heads(ChainCheck& check);
  [[nodiscard]] bool has_grown(core::AgentKey agent, core::HistoryKey newest);
  void check_seals(ChainCheck& check, std::size_t slice);
  void check_audit(ChainCheck& check, std::size_t slice);
  void check_evidence(ChainCheck& check, std::size_t slice);
  std::vector<core::Task> load_tasks();
  std::vector<core::Deployment> load_deployments();
  std::vector<core::Approval> load_approvals();

  std::unique_ptr<SQLite::Database> database_;
  std::unique_ptr<Statements> statements_;
  HeadIndex heads_;
  RowChain history_chain_;
  RowChain audit_chain_;
  RowChain evidence_chain_;
  RowChain evidence_begin_;  ///< see kEvidenceBegin
  std::deque<RowSeals> seals_;
  RowChain commit_chain_;            ///< one entry a commit
  std::vector<KeyRange> lost_rows_;  ///< of the history, known to be missing
  LostNumbers lost_numbers_;
  std::unique_ptr<ProgressRecord> progress_;
  std::function<void(const std::string& what)> tell_damage_;
  bool has_met_damage_ = false;
  // Of the write-ahead log after the last transaction.
  int log_frames_ = 0;
  LogFile::Header log_header_{};
  int checkpoint_at_ = 1000;       ///< as SQLite does without being told
  bool has_log_begun_ = false;     ///< anew, with another header
  bool has_checkpointed_ = false;  ///< with that transaction
  OpenFiles files_;                // last: when the database has been read from
  bool unsure_ = false;            ///< whether the last transaction was committed
  bool abandoned_ = false;
};

/// Settings of every connection: WAL, full durability, bounded waiting for a foreign reader's lock.
void configure_connection(SQLite::Database& database);

}  // namespace governor::daemon
