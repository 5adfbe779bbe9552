#pragma once

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/state.hpp"
#include "daemon/alerts/alert_sources.hpp"
#include "daemon/alerts/clock_watch.hpp"
#include "daemon/files/file_threads.hpp"
#include "daemon/health/health_report.hpp"
#include "daemon/shared/shared_workspaces.hpp"
#include "daemon/state/call_waits.hpp"
#include "daemon/state/commit_queue.hpp"
#include "daemon/state/pending_call.hpp"
#include "daemon/state/reply_sink.hpp"
#include "daemon/state/subscription_hub.hpp"
#include "daemon/store/store_thread.hpp"
#include "daemon/support/activity.hpp"
#include "daemon/support/unforeseen.hpp"
#include "daemon/tools/coordination/changed_files_call.hpp"
#include "daemon/tools/deployments/registry_call.hpp"
#include "daemon/tools/tool.hpp"
#include "daemon/watch/file_watcher.hpp"

namespace governor::daemon {

/// The one writer: owns the state behind a strand. Every public function may be called from any thread and
/// returns at once; what it asks for happens on the strand, in the order of the calls.
class StateOwner final : public ConcurrencySource {
 public:
  struct Settings {
    core::Thresholds thresholds;  ///< the defaults
    core::LoopPolicy loop_policy = core::LoopPolicy::advise;
    std::size_t max_loaded_agents;
    std::int64_t (*now_us)();                                      ///< the system clock
    bool (*process_is_gone)(const core::SessionProcess& process);  ///< only when it surely is
    int archive_idle_days = 0;                                     ///< of test_* and demo_* agents; 0: never
    AlertSources alerts{};
    MergePredictor* merges = nullptr;  ///< none: nobody is told of branches that will not merge
    core::LeasePolicy lease_policy{};
    core::Authority authority = core::Authority::people;
    std::vector<core::Protection> protections{};        ///< those of the configuration
    std::chrono::milliseconds file_work_limit{30'000};  ///< after it a file system does not answer
    /// How often it is looked whether the database is still where it was.
    std::chrono::milliseconds files_interval{10'000};
    Launcher* launcher = nullptr;  ///< outlives the owner's last job; null: nothing can be deployed
    core::DeploymentLimits deployment_limits{};
    /// How often the registry of deployments is compared with what there is.
    std::chrono::milliseconds registry_interval{60'000};
    const EvidenceSettings* evidence = nullptr;    ///< none: the defaults; lives as long as the owner
    Activity* activity = nullptr;                  ///< of the strand; none: nobody looks; likewise
    SharedWorkspaces* shared = nullptr;            ///< none: nothing is shared with other machines; likewise
    std::vector<std::string> shared_task_lists{};  ///< empty if `shared` is none
  };

  StateOwner(boost::asio::io_context& io, StoreThread& store, FileThreads& files, const ServerFacts& facts,
             Counters& counters, InlineGuard& guard, Settings settings, core::StateSeed seed);

  /// Begins the periodic work. Call once.
  void start();

  /// `fresh` is what hello said. The outcome is the result of hello.
  void open_session(std::shared_ptr<ReplySink> sink, core::Session fresh, Ticket ticket);
  /// A connection that said no hello but may come to own agents.
  void open_plain_session(std::shared_ptr<ReplySink> sink, core::Session fresh);
  void initialize(std::shared_ptr<ReplySink> sink, std::string client_name, std::string client_version,
                  Ticket ticket, std::string result);
  void note_client(std::shared_ptr<ReplySink> sink, std::string client_name, std::string client_version);
  void call(PendingCall call);
  /// The client takes back its request with this id; only one that waits for a lease can be taken back.
  void cancel(std::shared_ptr<ReplySink> sink, std::string id);
  /// Ends what this connection's calls wait for: those that will come again are forgotten, the others get
  /// `reason`.
  void end_waits(std::shared_ptr<ReplySink> sink, core::Error reason);
  void confirm(std::shared_ptr<ReplySink> sink, std::uint64_t below, std::vector<std::uint64_t> also);
  /// The connection is gone. `for_good`: so is its session; else it lives until its process does not.
  void detach(std::shared_ptr<ReplySink> sink, bool for_good);
  /// Opens stream `ticket.listen` of the stateless era, which tells of changes to the resources `uris`.
  void listen(std::shared_ptr<ReplySink> sink, std::vector<std::string> uris, Ticket ticket);
  void end_listen(std::shared_ptr<ReplySink> sink, std::uint64_t listen);
  /// The client has read the notices that the connection was given last.
  void notices_taken(std::shared_ptr<ReplySink> sink);
  void report_status(std::shared_ptr<ReplySink> sink, Ticket ticket);
  /// A request of this connection was refused before it came here; for the audit log.
  void note_refused(std::shared_ptr<ReplySink> sink, std::string what, core::Error error);
  /// An event of the daemon itself for the audit log.
  void audit(std::string event, std::string detail);
  /// Calls back on the strand with how many there are that need the daemon: sessions that are open or may
  /// come back, open leases, and deployments that are not over.
  void count_obligations(std::function<void(std::size_t)> then);
  /// Calls back, on any thread, with the requests that wait for a person, as they are in the store; none: the
  /// store does not confirm them.
  void list_open_approvals(std::function<void(std::optional<std::vector<core::Approval>>)> then);
  /// Calls back on the strand when it has its turn there, also while there is no state.
  void come_round(std::function<void()> then);
  [[nodiscard]] ConcurrencyReport concurrency() const override;
  /// Ends the periodic work; calls back on the strand when all changes are durable or given up.
  void shut_down(std::function<void()> then);

 private:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;

  /// Something to be done when there is a state again.
  struct Parked {
    std::function<void()> run;
    /// Set for what is to be answered, which is told off if the state does not come back.
    std::function<void(const core::Error&)> refuse;
  };

  template <class Operation>
  void on_strand(Operation operation);
  /// As above for a request, which is refused while the state cannot be read back; `operation(sink, ticket)`.
  template <class Operation>
  void on_strand(std::shared_ptr<ReplySink> sink, Ticket ticket, Operation operation);
  /// Runs what may leave the state in a shape that nobody knows if it fails; the state is read back then.
  template <class Operation>
  bool shielded(Operation&& operation);
  /// The same for a step of a call, which is told.
  template <class Step>
  void shielded(const std::shared_ptr<PendingCall>& pending, Step&& step);
  void distrust_state(const std::exception& failure);
  void drop_state();

  void park(const std::shared_ptr<PendingCall>& pending);
  core::Session& attach(const std::shared_ptr<ReplySink>& sink, core::Session fresh, bool& resumed,
                        core::Changes& changes);
  void start_call(std::shared_ptr<PendingCall> pending);
  void take_step(const std::shared_ptr<PendingCall>& pending);
  bool refuse_now(PendingCall& pending);
  bool replay_if_answered(const std::shared_ptr<PendingCall>& pending);
  bool wait_for_agents(const std::shared_ptr<PendingCall>& pending);
  void load_agent(const std::string& id);
  void on_agent_loaded(const std::string& id, std::uint64_t generation,
                       core::Result<std::optional<core::Agent>> loaded);
  void run_call(const std::shared_ptr<PendingCall>& pending);
  [[nodiscard]] static bool begins_anew_elsewhere(const PendingCall& pending);
  Step next_step(PendingCall& pending, core::Changes& changes);
  void finish(PendingCall& pending, Answer answer, core::Changes changes);
  void go_on(const std::shared_ptr<PendingCall>& pending, Read read);
  void after_read(const std::shared_ptr<PendingCall>& pending, Read read, std::optional<core::Error> error);
  void go_on(const std::shared_ptr<PendingCall>& pending, Work work);
  void go_on(const std::shared_ptr<PendingCall>& pending, Wait wait);
  void go_on(const std::shared_ptr<PendingCall>& pending, Share share);
  void after_share(const std::shared_ptr<PendingCall>& pending, core::LeaseKey question,
                   const std::function<void()>& take);
  void go_on(const std::shared_ptr<PendingCall>& pending, Consult consult);
  void consult_database(const std::shared_ptr<PendingCall>& pending, Consult consult);
  void note_endings(const core::Changes& changes);
  void tell_sessions();
  void give_up_slow_questions(std::int64_t now_us);
  void withdraw_question(PendingCall& pending);
  void begin_sharing();
  [[nodiscard]] std::vector<core::LeaseKey> shared_leases() const;
  void on_leases_lost(const std::vector<core::LeaseKey>& leases);
  void release_shared(const core::Changes& changes);
  void note_protections(const core::Changes& changes);
  void tell_protections_anew();
  void tell_protections();
  void tell_placed_protections(const std::vector<core::Protection>& placed, bool is_news);
  void after_telling_protections(const std::string& told, const core::Error* failure);
  void is_under_way(PendingCall& pending);
  void read_store(const std::shared_ptr<PendingCall>& pending, Read read);
  void start_work(const std::shared_ptr<PendingCall>& pending, Work work);
  void start_work_when_durable(const std::shared_ptr<PendingCall>& pending, Work work);
  void after_work(const std::shared_ptr<PendingCall>& pending, std::optional<core::Error> failure);
  void run_again(const std::shared_ptr<PendingCall>& pending);
  std::shared_ptr<PendingCall> take_waiting(std::size_t place);
  void stop_waiting(PendingCall& pending);
  void look_after_leases();
  void run_those_whose_turn_it_is();
  void look_after_deployments();
  void look_after_approvals();
  void run_those_that_wait(bool Wait::*for_what);
  void follow_deployments();
  void on_deployment_report(const std::string& id, core::DeploymentReport report);
  void check_registry(RegistryCheck check);
  void on_registry_checked(const RegistryOutcome& outcome);
  void watch_registry();
  void start_failed_again();
  void cancel_on_strand(const std::shared_ptr<ReplySink>& sink, const std::string& id);
  void end_wait(PendingCall& pending, const core::Error& reason);
  void end_waits_on_strand(const std::shared_ptr<ReplySink>& sink, const core::Error& reason);
  void check_deadlines();
  void set_deadline_timer();
  /// Tells clients that want to know it how long their calls have waited for leases.
  void tell_progress(std::chrono::steady_clock::time_point now);
  void give_up_slow_work(std::chrono::steady_clock::time_point now);
  void end_unseen(PendingCall& pending);
  void note_refusal(const PendingCall& pending, const core::Error& error, core::Changes& changes);
  void refuse(PendingCall& pending, core::Error error, Depends depends);
  void answer(PendingCall& pending, Answer answer);
  void give_up(PendingCall& pending, core::Error error);
  void block(PendingCall& pending);
  void unblock(PendingCall& pending);
  [[nodiscard]] core::Caller caller_of(const PendingCall& pending) const;
  [[nodiscard]] CommitQueue::Dependency dependency_of(const PendingCall& pending, Depends depends);

  void on_commit_failure(const core::Error& failure);
  void reload();
  void on_reloaded(core::Result<core::StateSeed> seed);
  void run_parked();

  void on_durable(const core::Changes& changes);
  void refresh_watch(core::FileChange::When when);
  [[nodiscard]] bool is_own_file(std::string_view path) const;
  void look_at_files(ChangedFiles what);
  void look_at_displaced_files();
  void settle_backups();
  void on_file_report(FileWatcher::Report report);
  void report_unclean_run();
  void report_damage(const std::string& what);
  void count_losses(const core::Changes& changes);
  void report_losses(const std::vector<core::Alert>& alerts);
  void watch_clock();
  void watch_disk();
  void on_disk_space(const DiskSpace& space);
  void watch_storage();
  void watch_database();
  /// Tells the connection from now on of what its session has subscribed to.
  void follow_subscriptions(const std::shared_ptr<ReplySink>& sink);
  /// Key of an agent in memory, else 0.
  core::AgentKey loaded_agent(const std::string& id);

  void tick();
  [[nodiscard]] bool has_lost_sessions() const {
    return state_ && state_->sessions().size() != attached_.size();
  }
  void reap_sessions();
  void probe_storage();
  void archive_idle_agents();
  void prune_backups();
  void prune_evidence();
  void predict_merges();
  void call_for_itself(const Operation& operation, std::unique_ptr<ToolCall> own, const std::string& what);

  Strand strand_;
  StoreThread& store_;
  FileThreads& files_;
  const ServerFacts& facts_;
  Counters& counters_;
  Settings settings_;
  std::optional<core::State> state_;  ///< none while it is reloaded
  SubscriptionHub hub_;
  CommitQueue commits_;
  CallWaits waits_;
  ConflictCounts conflicts_;
  std::unordered_map<std::string, std::shared_ptr<ReplySink>> attached_;  ///< by session id
  std::unordered_map<std::string, std::vector<std::shared_ptr<PendingCall>>> loading_;
  std::vector<std::shared_ptr<PendingCall>> working_;  ///< on a file thread
  std::vector<std::shared_ptr<PendingCall>> queued_;   ///< waiting for leases
  std::vector<std::shared_ptr<PendingCall>> asking_;   ///< other machines, for leases
  bool looking_after_leases_ = false;
  std::unordered_set<core::SessionKey> consulting_;  ///< sessions that have asked the database something
  bool sessions_untold_ = false;          ///< it does not know of some of them that they have ended
  std::set<std::string> retired_untold_;  ///< agents that it does not know to be archived or deleted
  bool protections_untold_ = false;       ///< the database may not know all that there are
  bool telling_protections_ = false;
  std::string told_protections_;                              ///< see told_protections(); by the last success
  std::chrono::steady_clock::time_point next_protections_{};  ///< when it is looked at them again
  boost::asio::steady_timer deadline_timer_;
  std::int64_t deadline_us_ = INT64_MAX;  ///< for which it is set
  std::deque<Parked> parked_;             ///< what came while the state is reloaded, in order
  std::vector<core::Session> sessions_before_reload_;
  core::State::Unstored unstored_before_reload_;
  std::optional<core::Error> reload_error_;
  bool reloading_ = false;
  std::uint64_t generation_ = 0;  ///< of the state: results of reads for an older one are void
  FileWatcher watcher_;
  bool looking_at_displaced_ = false;
  bool settling_backups_ = false;
  std::set<std::string> watched_;    ///< targets, by their keys
  std::uint64_t projects_seen_ = 0;  ///< see core::CommandTable::projects_version
  ClockWatch clock_watch_;
  std::int64_t last_jump_audited_us_ = 0;
  DiskSpaceWatch disk_watch_;
  std::chrono::steady_clock::time_point next_disk_check_;
  bool disk_asked_ = false;
  std::chrono::steady_clock::time_point next_database_check_;
  bool database_asked_ = false;
  std::int64_t storage_trouble_us_ = 0;  ///< since when; 0: all is well
  std::int64_t storage_well_us_ = 0;     ///< when the last trouble ended; 0: there was none
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point next_archive_{};    ///< of idle agents; at the start, then daily
  std::chrono::steady_clock::time_point next_prune_{};      ///< not set: it has not looked yet
  std::set<core::AlertKey> open_losses_;                    ///< alerts of lost data that nobody acknowledged
  std::uint64_t approvals_seen_ = 0;                        ///< version of the table, see ApprovalTable
  std::uint64_t deployments_seen_ = 0;                      ///< version of the table, see DeploymentTable
  std::uint64_t leases_seen_ = 0;                           ///< version of the table, see LeaseTable
  std::unordered_map<core::DeploymentKey, bool> followed_;  ///< by the launcher; whether it was told to pause
  bool registry_checked_ = false;                           ///< once, at the start
  std::chrono::steady_clock::time_point registry_check_until_{};  ///< one is under way; not set: none
  std::vector<core::RegistryDifference> suspects_;                ///< seen once by the watchdog
  /// Until then what was being started when the daemon before ended is looked after more often.
  std::chrono::steady_clock::time_point starts_settle_until_{};
  bool starts_are_unsettled_ = false;
  std::chrono::steady_clock::time_point next_registry_check_{};
  std::chrono::steady_clock::time_point next_evidence_prune_{};
  bool stopping_ = false;
};

template <class Operation>
bool StateOwner::shielded(Operation&& operation) {
  const Activity::Scope scope(settings_.activity, "a request or its result");
  try {
    operation();
    return true;
  } catch (const std::exception& failure) {
    distrust_state(failure);
    return false;
  }
}

template <class Step>
void StateOwner::shielded(const std::shared_ptr<PendingCall>& pending, Step&& step) {
  try {
    step();
  } catch (const std::exception& failure) {
    distrust_state(failure);
    if (pending->stage < PendingCall::Stage::abandoned) give_up(*pending, unforeseen(failure));
  }
}

template <class Operation>
void StateOwner::on_strand(Operation operation) {
  boost::asio::dispatch(strand_, [this, operation = std::move(operation)]() mutable {
    if (state_) {
      shielded(operation);
    } else {
      parked_.push_back({std::move(operation), nullptr});
    }
  });
}

template <class Operation>
void StateOwner::on_strand(std::shared_ptr<ReplySink> sink, Ticket ticket, Operation operation) {
  auto kept = std::make_shared<Ticket>(std::move(ticket));
  boost::asio::dispatch(strand_,
                        [this, sink = std::move(sink), kept, operation = std::move(operation)]() mutable {
                          if (state_) {
                            // Whoever waits for an answer that will not come connects again.
                            if (!shielded([&] { operation(sink, std::move(*kept)); })) sink->supersede();
                          } else if (reload_error_) {
                            sink->deliver(std::move(*kept), core::Result<std::string>(*reload_error_));
                          } else {
                            const auto refuse = [sink, kept](const core::Error& error) {
                              sink->deliver(std::move(*kept), core::Result<std::string>(error));
                            };
                            auto run = [sink, kept, operation = std::move(operation)]() mutable {
                              operation(sink, std::move(*kept));
                            };
                            parked_.push_back({std::move(run), refuse});
                          }
                        });
}

}  // namespace governor::daemon
