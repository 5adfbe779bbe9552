#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/actor.hpp"
#include "core/agent.hpp"
#include "core/agent_commands.hpp"
#include "core/agent_import.hpp"
#include "core/approval_table.hpp"
#include "core/branch_conflicts.hpp"
#include "core/change.hpp"
#include "core/command_table.hpp"
#include "core/deployment_budget.hpp"
#include "core/deployment_commands.hpp"
#include "core/deployment_table.hpp"
#include "core/elsewhere.hpp"
#include "core/evidence_command.hpp"
#include "core/failure_lessons.hpp"
#include "core/file_commands.hpp"
#include "core/file_table.hpp"
#include "core/file_watch.hpp"
#include "core/ground_truth.hpp"
#include "core/judgement.hpp"
#include "core/lease_commands.hpp"
#include "core/lease_table.hpp"
#include "core/loop_detection.hpp"
#include "core/open_write.hpp"
#include "core/result.hpp"
#include "core/session.hpp"
#include "core/slot_ring.hpp"
#include "core/state_seed.hpp"
#include "core/task_table.hpp"
#include "core/thresholds.hpp"
#include "core/told_notices.hpp"
#include "core/update_input.hpp"

namespace governor::core {

/// All domain state in memory, and the mutations on it. Plain synchronous code: one owner calls it, from one
/// strand. Every mutation appends the changes that make it durable; an `Error` means that nothing changed,
/// but for what tells of the refusal itself.
class State {
 public:
  State(Thresholds defaults, StateSeed seed, LoopPolicy loop_policy = LoopPolicy::advise,
        LeasePolicy lease_policy = {}, std::vector<Protection> configured_protections = {},
        Authority authority = Authority::people, DeploymentLimits deployment_limits = {});

  // Sessions.
  /// Takes up the session with this id, or opens it; `fresh` carries what hello said. Never fails.
  Session& open_session(Session fresh, bool& resumed, Changes& changes);
  void save_session(const Session& session, Changes& changes) const;
  /// Notes how the session's client calls itself, if it is news.
  void name_client(Session& session, const std::string& name, const std::string& version, std::int64_t now_us,
                   Changes& changes);
  void end_session(SessionKey key, std::int64_t now_us, Changes& changes);
  /// Drops the answers below `below` and those listed; their slots become free.
  void confirm_answers(SessionKey key, std::uint64_t below, const std::vector<std::uint64_t>& also);
  Session* find_session(SessionKey key);
  Session* find_session(std::string_view id);
  [[nodiscard]] const std::unordered_map<SessionKey, Session>& sessions() const { return sessions_; }

  // Agents in memory. An agent that is not loaded is unknown here, not absent.
  enum class Presence { loaded, absent, not_loaded };
  [[nodiscard]] Presence presence(const std::string& id) const;
  void insert_loaded(Agent agent);
  void insert_absent(const std::string& id);
  Agent* find_agent(const std::string& id);
  /// Forgets agents so that at most `keep` stay; `evictable(agent key)` says which may go.
  template <class Predicate>
  void evict(std::size_t keep, Predicate evictable);
  [[nodiscard]] std::size_t loaded_agents() const { return agents_.size(); }
  /// All there are, loaded or not.
  [[nodiscard]] std::uint64_t agent_count() const { return agent_count_; }

  // Mutations. The agents they name must be loaded or known to be absent.
  Result<UpdateOutcome> update(const Caller& caller, UpdateCommand command, std::int64_t now_us,
                               Changes& changes);
  Result<RegisterOutcome> register_agent(const Caller& caller, RegisterCommand command, std::int64_t now_us,
                                         Changes& changes);

  /// Begins a new epoch: the state as at the start, the history kept.
  Result<std::uint32_t> reset_monitor(const Caller& caller, const LifecycleCommand& command,
                                      std::int64_t now_us, Changes& changes);
  Result<LifecycleOutcome> change_lifecycle(const Caller& caller, const LifecycleCommand& command,
                                            Lifecycle target, std::int64_t now_us, Changes& changes);
  /// Whether `change_lifecycle` to `deleted` would be accepted now.
  std::optional<Error> refuse_deletion(const Caller& caller, const LifecycleCommand& command);
  std::optional<Error> update_metadata(const Caller& caller, MetadataCommand command, std::int64_t now_us,
                                       Changes& changes);
  Result<ThresholdsOutcome> set_thresholds(const Caller& caller, const ThresholdsCommand& command,
                                           std::int64_t now_us, Changes& changes);

  /// Says how a stored prediction turned out. The same once more changes nothing but the audit log.
  Result<TruthOutcome> record_outcome(const Caller& caller, TruthCommand command, std::int64_t now_us,
                                      Changes& changes);

  /// What outcomes have taught about failure.
  [[nodiscard]] const FailureLessons& lessons() const { return lessons_; }

  /// Takes down what an agent did or said of itself. What has the source of something that is there already
  /// changes nothing: `known` is true.
  Result<EvidenceOutcome> record_evidence(const Caller& caller, EvidenceCommand command, std::int64_t now_us,
                                          Changes& changes);

  /// Forgets the oldest entries, up to this one. What agents in memory have done stays known of them.
  void prune_evidence(EvidenceKey last, Changes& changes) const;

  /// The agent (empty: none) was kept from doing something to the path by governor itself.
  void note_refusal(const Caller& caller, const std::string& agent_id, Refused::By by, std::string path,
                    std::int64_t now_us, Changes& changes);

  /// Takes over an agent of another system, or a part of it. `stored` are the rows that the store has of
  /// those imported, in their order: an agent that has the same ones already stays as it is.
  Result<ImportOutcome> import_agent(const Caller& caller, AgentImport incoming,
                                     std::span<const UpdateRecord> stored, std::int64_t now_us,
                                     Changes& changes);
  /// What `import_agent` would answer, without changing anything.
  Result<ImportOutcome> compare_import(const AgentImport& incoming, std::span<const UpdateRecord> stored,
                                       ImportLook look = ImportLook::apply);

  // Alerts. One cause has at most one alert at a time.
  /// Nothing happens while an alert for the same cause is open; one that was resolved lately opens again.
  /// Those of a kind whose cause lasts.
  [[nodiscard]] std::vector<Alert> open_alerts(AlertKind kind) const;
  void raise_alert(AlertInput input, std::int64_t now_us, Changes& changes);
  void resolve_alert(const std::string& cause, std::int64_t now_us, Changes& changes);
  /// By a person. `stored` is the alert as the store has it; an open one is taken from here. A loop ends with
  /// that.
  Result<Alert> acknowledge_alert(const Caller& caller, const Alert& stored, std::string note,
                                  std::int64_t now_us, Changes& changes);
  /// By cause: those whose cause lasts, and some that were resolved lately.
  [[nodiscard]] const std::unordered_map<std::string, Alert>& alerts() const { return alerts_; }

  // Leases. The agent of a holder must be loaded.
  Result<LeaseHolder> lease_holder(const Caller& caller, const std::string& agent_id,
                                   const std::string& token_hash = {});
  /// Grants, says who stands in the way, or queues; see LeaseTable for the order. What the holder has already
  /// is granted once more and lasts longer. `would_deadlock` when waiting would never end.
  Result<LeaseOutcome> request_lease(const Caller& caller, LeaseCommand command, std::int64_t now_us,
                                     Changes& changes);
  void stop_waiting(WaiterKey waiter, Changes& changes);
  /// The other machines have answered: from now on it waits as others do.
  void heard_others(WaiterKey waiter);
  /// The caller is gone and will come again: its place stays for as long as leases outlive their session.
  void keep_place(WaiterKey waiter, std::int64_t now_us);
  Result<Lease> renew_lease(const Caller& caller, LeaseKey key, std::int64_t ttl_us, std::int64_t now_us,
                            Changes& changes);
  /// A lease ends by whoever acquired it. Releasing one's own a second time changes nothing and is no error.
  Result<Lease> release_lease(const Caller& caller, LeaseKey key, std::int64_t now_us, Changes& changes);
  /// The caller's tool is done with what it did under this use of the lease; the last use releases it. Null:
  /// the caller has no lease with this use.
  std::optional<Lease> end_lease_use(const Caller& caller, const LeasePath& path, const LeaseHolder& holder,
                                     const std::string& use, std::int64_t now_us, Changes& changes);
  /// By a person, whoever holds it.
  Result<Lease> break_lease(const Caller& caller, LeaseKey key, std::string reason, std::int64_t now_us,
                            Changes& changes);
  /// Other machines have taken the place of this one in the workspaces to which these belonged.
  void lose_leases(const std::vector<LeaseKey>& keys, std::int64_t now_us, Changes& changes);
  /// The caller's exclusive lease on the path; the error says what it has instead, and who came after it.
  Result<Lease> lease_for_write(const Caller& caller, LeaseKey key, const LeasePath& path,
                                std::int64_t now_us);
  /// Any lease of others in the way of this one; null: none. Valid until the next mutation.
  [[nodiscard]] const Lease* conflicting_lease(const LeasePath& path, const LeaseHolder& holder,
                                               LeaseMode mode) const;
  /// The holder's own exclusive lease on the path; null: none.
  [[nodiscard]] const Lease* own_lease_covering(const LeasePath& path, const LeaseHolder& holder) const;
  /// Who holds the path in another working tree of its repository exclusively, or has changed it there
  /// lately.
  [[nodiscard]] std::vector<Elsewhere> elsewhere(const ElsewhereQuestion& question,
                                                 std::int64_t now_us) const;
  /// The other open leases for the same paths in other working trees. Valid until the next mutation.
  [[nodiscard]] std::vector<const Lease*> leases_elsewhere(const Lease& lease) const;
  [[nodiscard]] ToldNotices& told() { return told_; }
  /// Which branches will not merge. `record_branches` takes down what was found out: an alert stands for each
  /// pair on which somebody works at both ends, until it merges.
  [[nodiscard]] BranchConflicts& branch_conflicts() { return branch_conflicts_; }
  [[nodiscard]] const BranchConflicts& branch_conflicts() const { return branch_conflicts_; }
  void record_branches(BranchLook look, std::int64_t now_us, Changes& changes);
  /// Agents, or clients without one, whose sessions are in the working tree and in none below it.
  [[nodiscard]] std::vector<std::string> who_works_in(const std::string& top,
                                                      const std::vector<Worktree>& worktrees) const;
  /// While a lease is pinned its holder is writing: it neither ends nor can it be broken.
  void pin_lease(LeaseKey key) { leases_.pin(key); }
  void unpin_lease(LeaseKey key) { leases_.unpin(key); }
  /// The caller's session holds nothing any more, none of its workers.
  void release_leases_of(const Caller& caller, std::int64_t now_us, Changes& changes);
  /// Its holder will say when it has written, and releases it then: what the files hold until that moment is
  /// nobody's business. Not stored: after a restart the watcher judges what it sees.
  void await_report(LeaseKey key) { awaited_reports_.insert(key); }
  [[nodiscard]] const LeaseTable& leases() const { return leases_; }

  /// What is not stored and yet outlives this state when another one is made from what is stored.
  struct Unstored {
    LeaseTable::Unstored leases;
    LeaseKey last_lease = 0;  ///< other machines may have been asked for it
    std::unordered_set<LeaseKey> awaited_reports;
    CommandTable commands;
    std::map<std::string, std::weak_ptr<const void>> launching;
    std::map<std::string, std::string> stops_asked;
    std::map<std::string, std::vector<std::int64_t>> failed_ends;
    ToldNotices told;
    BranchConflicts branch_conflicts;
  };
  [[nodiscard]] Unstored unstored() const {
    return {leases_.unstored(), keys_.lease, awaited_reports_, commands_, launching_, stops_asked_,
            failed_ends_,       told_,       branch_conflicts_};
  }
  /// Of the state before. To be called first of all.
  void go_on(Unstored before);

  // Files. The agent of the lease must be loaded.
  /// Whether the caller may write the file now, under this lease: not if the lease is no longer his, the file
  /// is protected, or his agent may not go on. Attempts on protected files are audited either way. If it
  /// succeeds, the lease is pinned until `end_write`.
  Result<Lease> begin_write(const Caller& caller, const WriteIntent& intent, std::int64_t now_us,
                            Changes& changes);
  void end_write(LeaseKey lease) { unpin_lease(lease); }
  /// Takes down what was written. Sees loops, and what must follow from them.
  FileWriteOutcome record_write(const Caller& caller, FileWrite write, std::int64_t now_us, Changes& changes);
  /// A file is about to become what `write` says, with names of that stem beside it meanwhile. To be made
  /// durable before it happens. Until `end_change` nobody else is told of what is seen of it; if the daemon
  /// dies before, the next one knows whose doing it was.
  OpenWriteKey begin_change(const Caller& caller, FileWrite write, std::string temporary, std::int64_t now_us,
                            Changes& changes);
  void end_change(OpenWriteKey key, Changes& changes);
  /// Those that were interrupted, and those that are under way.
  [[nodiscard]] const std::map<OpenWriteKey, OpenWrite>& open_writes() const { return open_writes_; }
  /// If this content is what an interrupted write was to bring, it is that writer's. Returns whether it is.
  /// `displaced`: what was recorded between what it found and what it brought.
  bool end_interrupted(const std::string& path, const FileState& found, std::int64_t now_us, Changes& changes,
                       const FileState* displaced = nullptr);
  /// What somebody wrote at the last moment before a write of governor's took its place. Before the write
  /// itself is taken down; `tell_displaced` after it.
  FileVersionKey record_displaced(const std::string& path, const FileState& before, FileState displaced,
                                  std::int64_t now_us, Changes& changes);
  /// `backup` 0: there is none, but a file that was left beside it.
  void tell_displaced(const std::string& path, FileVersionKey backup, const std::string& left_at,
                      std::int64_t now_us, Changes& changes);
  /// What the file held when governor last knew; null: that is long ago, or never was.
  [[nodiscard]] const FileVersion* newest_version(const std::string& path) const;
  [[nodiscard]] bool knows_files() const { return files_.size() > 0; }
  void prune_versions(std::vector<FileVersionKey> keys, Changes& changes) const;

  // Files that change without governor.
  /// What is to be watched: leased and protected files, and those of watched projects.
  [[nodiscard]] std::vector<WatchTarget> watch_targets() const;
  [[nodiscard]] FileStanding standing_of(const std::string& path, std::int64_t now_us,
                                         std::int64_t changed_us = 0) const;
  /// Takes down what the file holds now. Returns whether nobody had a right to change it; that is audited.
  bool record_change(FileChange change, std::int64_t now_us, Changes& changes);
  /// A program wrote to a file that had been replaced already; `late` is what that file holds now.
  void record_late_write(const std::string& path, FileState late, std::int64_t now_us, Changes& changes);
  /// One alert for many, of which there are too many to tell each.
  void raise_many_changes(std::size_t files, const std::string& example, std::int64_t now_us,
                          Changes& changes);
  /// Whether it was not so before.
  bool set_watch_root(const Caller& caller, WatchRoot root, bool watched, std::int64_t now_us,
                      Changes& changes);
  [[nodiscard]] const std::vector<WatchRoot>& watch_roots() const { return watch_roots_; }
  // Commands that agents run, as their hooks tell.
  /// The project in which the caller's session works; empty: none that could be watched. For as long as the
  /// session lasts, all its files are watched, so that what commands change can be brought back.
  void set_project(const Caller& caller, std::string root, std::int64_t now_us, Changes& changes);
  [[nodiscard]] CommandTable& commands() { return commands_; }
  [[nodiscard]] const CommandTable& commands() const { return commands_; }
  /// The files below the directory of which governor remembers what they hold, as long as they are there.
  [[nodiscard]] std::vector<std::string> known_files_below(const std::string& directory) const;
  /// Those that are protected and lie outside of this directory; empty: all of them.
  [[nodiscard]] std::vector<std::string> known_protected_files(const std::string& outside) const;

  /// `not_found` when there is nothing to remove, `conflict` when it stands in the configuration.
  std::optional<Error> protect(const Caller& caller, ProtectCommand command, std::int64_t now_us,
                               Changes& changes);
  /// A duration of 0 takes back what was allowed.
  std::optional<Error> unlock(const Caller& caller, UnlockCommand command, std::int64_t now_us,
                              Changes& changes);
  /// The protection that keeps this agent (empty id: a session without one) from writing; null: none does.
  [[nodiscard]] const Protection* protection_against(const LeasePath& path, const std::string& agent_id,
                                                     std::int64_t now_us) const;
  /// Whether a person has given this agent (empty id: a session without one) leave to write all of it.
  [[nodiscard]] bool is_unlocked(const LeasePath& path, const std::string& agent_id,
                                 std::int64_t now_us) const;
  /// Somebody else has protected what is to be written: takes the attempt down and, where it is one file,
  /// asks a person here, who may allow it as what is protected here. The agent (empty id: none) is loaded.
  Error refuse_protected_elsewhere(const Caller& caller, const WriteIntent& intent,
                                   const std::string& agent_id, const ProtectionElsewhere& protection,
                                   std::int64_t now_us, Changes& changes);
  /// Where protections lie in shared workspaces, as it was found for those with the same patterns. Not
  /// stored.
  void place_protections(const std::vector<Protection>& found);
  [[nodiscard]] const std::vector<Protection>& protections() const { return protections_; }
  [[nodiscard]] const std::vector<Unlock>& unlocks() const { return unlocks_; }

  // Requests to people. Those whose time is over end first in these, also if the call is refused then.
  /// What the same agent (without one: the same session) has asked for and nobody has answered, or a person
  /// has denied lately, is that request. Null: there are too many. Valid until the next mutation.
  const Approval* request_approval(const Caller& caller, ApprovalRequest request, std::int64_t now_us,
                                   Changes& changes);
  /// To write a protected file, or to end a lease of somebody else, for the agent (empty: the caller's
  /// session), which must be loaded. `conflict`: nobody need be asked, or a person has denied it.
  Result<const Approval*> request_unlock(const Caller& caller, const std::string& agent_id,
                                         const LeasePath& path, std::string why, std::int64_t now_us,
                                         Changes& changes);
  Result<const Approval*> request_lease_break(const Caller& caller, const std::string& agent_id,
                                              LeaseKey lease, std::string why, std::int64_t now_us,
                                              Changes& changes);
  /// To lose more than half of the file with this real path: from the one content to the other. Null: there
  /// are too many.
  const Approval* request_overwrite(const Caller& caller, const std::string& agent_id, std::string path,
                                    const FileState& before, const FileState& after, std::int64_t now_us,
                                    Changes& changes);
  /// The deployment is paused, since it has used up what it was given.
  const Approval* request_budget_approval(const Deployment& deployment, std::int64_t now_us,
                                          Changes& changes);
  /// By a person; what was asked for is done with it. The first answer counts: `conflict` says who gave it
  /// and what it was. An approved lease break fails while a file is written under the lease, and the request
  /// stays open. The agent that asked must be loaded or known to be absent.
  Result<const Approval*> answer_approval(const Caller& caller, const ApprovalAnswer& answer,
                                          std::int64_t now_us, Changes& changes);
  void expire_approvals(std::int64_t now_us, Changes& changes);
  /// What a person has let the agent (empty: the caller's session) make of the file with this real path.
  [[nodiscard]] std::vector<ApprovedOverwrite> approved_overwrites(const Caller& caller,
                                                                   const std::string& agent_id,
                                                                   const std::string& path,
                                                                   std::int64_t now_us) const;
  /// A person has denied that overwrite to it, lately; null: nobody has.
  [[nodiscard]] const Approval* denied_overwrite(const Caller& caller, const std::string& agent_id,
                                                 const std::string& path, const FileState& before,
                                                 const FileState& after, std::int64_t now_us) const;
  [[nodiscard]] const ApprovalTable& approvals() const { return approvals_; }

  // Tasks. Claims that are over at `now_us` end first in all of these, also if the call is refused then.
  /// The same definition once more changes nothing: `created` is false. `source`: file of the description.
  Result<TaskDefined> define_task(const Caller& caller, TaskDefinition definition, std::string source,
                                  std::int64_t now_us, Changes& changes);
  /// Whether the caller may claim a task for the agent (empty: for none), which is loaded or known to be
  /// absent; its key.
  Result<AgentKey> check_claimant(const Caller& caller, const std::string& agent_id, std::int64_t now_us);
  /// Null: no task was named, and none is ready. The agent named must be loaded or known to be absent.
  Result<const Task*> claim_task(const Caller& caller, const ClaimCommand& command, std::int64_t now_us,
                                 Changes& changes);
  /// By the owner of the claim, which this renews; by a person, or by anyone if nobody has claimed the task.
  Result<const Task*> update_task(const Caller& caller, TaskUpdate update, std::int64_t now_us,
                                  Changes& changes);
  /// By a person. The claim of anybody else ends.
  Result<const Task*> assign_task(const Caller& caller, TaskAssignment assignment, std::int64_t now_us,
                                  Changes& changes);
  /// Ends the claims that are over: their tasks return to the queue.
  void expire_claims(std::int64_t now_us, Changes& changes);
  /// When `expire_claims` has something to do next; INT64_MAX: nothing is claimed.
  [[nodiscard]] std::int64_t next_claim_expiry() const { return tasks_.next_expiry(); }
  [[nodiscard]] const TaskTable& tasks() const { return tasks_; }

  // Deployments. The agent of the deployment must be loaded or known to be absent in all that change one.
  /// Checks all limits, and makes the agent and its deployment, of which nothing runs yet. The parent named
  /// must be loaded or known to be absent.
  Result<const Deployment*> reserve_deployment(const Caller& caller, DeploymentWish wish, std::int64_t now_us,
                                               Changes& changes);
  /// Somebody is about to start it, and nobody takes it for one that was forgotten as long as `who` lives,
  /// or until its start is taken down. Not stored.
  void begin_launch(const std::string& id, std::weak_ptr<const void> who) { launching_[id] = std::move(who); }
  void end_launch(const std::string& id) { launching_.erase(id); }
  [[nodiscard]] bool is_launching(const std::string& id) const {
    const auto found = launching_.find(id);
    return found != launching_.end() && !found->second.expired();
  }
  /// It is to be stopped as soon as somebody follows it. Not stored.
  void ask_to_stop(const std::string& id, std::string reason) { stops_asked_[id] = std::move(reason); }
  /// Why; null: it is not.
  [[nodiscard]] const std::string* stop_asked(const std::string& id) const {
    const auto found = stops_asked_.find(id);
    return found == stops_asked_.end() ? nullptr : &found->second;
  }
  /// Its program runs. Nothing happens to one that is over, in this and the next two.
  void confirm_deployment(DeploymentKey key, DeploymentStarted started, std::int64_t now_us,
                          Changes& changes);
  void note_deployment(DeploymentKey key, DeploymentSeen seen, std::int64_t now_us, Changes& changes);
  /// It is over, or could not be started: all that it held is released, and whoever it concerns is told.
  void end_deployment(DeploymentKey key, DeploymentEnded ended, std::int64_t now_us, Changes& changes);
  /// Only its own agent, its parent, whoever deployed it, and people.
  [[nodiscard]] std::optional<Error> check_command_of(const Caller& caller, const Deployment& deployment,
                                                      std::string_view what) const;
  /// Somebody did something to it that its history tells.
  void note_deployment_event(const Caller& caller, const Deployment& deployment, std::string event,
                             std::string note, std::int64_t now_us, Changes& changes);
  /// By its own agent, or who has its token.
  Result<const Deployment*> update_progress(const Caller& caller, const std::string& id,
                                            const std::string& token_hash, std::optional<int> progress,
                                            std::optional<std::string> note, std::int64_t now_us,
                                            Changes& changes);
  Result<const Deployment*> report_finding(const Caller& caller, const std::string& id,
                                           const std::string& token_hash, Finding finding,
                                           std::int64_t now_us, Changes& changes);
  /// Its worktree is gone, by a person's word or because nothing was in it.
  void note_workspace_removed(const Caller& caller, const Deployment& deployment, std::int64_t now_us,
                              Changes& changes);
  /// It may go on: what is used up of its budget is raised, for all that share it, to `budget` or by as much
  /// again as was ordered; a limit of its runner's account counts as over; one that failed is started again
  /// at once, and so is one that is over and whose program can go on with its session. For that its agent
  /// must be loaded.
  Result<const Deployment*> continue_deployment(const Caller& caller, const std::string& id,
                                                const std::optional<DeploymentBudget>& budget,
                                                std::int64_t now_us, Changes& changes);
  /// Those whose program is to be started again now.
  [[nodiscard]] std::vector<std::string> due_restarts(std::int64_t now_us) const;
  [[nodiscard]] bool restart_is_due(const Deployment& deployment, std::int64_t now_us) const;
  /// Of its agent, which must be loaded, for the next run of its program.
  void renew_token(const Deployment& deployment, std::string token_hash, Changes& changes);
  /// What the deployed agent of that id is told of its budget; empty: it is no such, or has enough left.
  [[nodiscard]] std::string budget_note(const std::string& agent_id, std::int64_t now_us) const;
  /// What whoever deploys with that runner is told of it; empty: nothing.
  [[nodiscard]] std::string runner_note(const std::string& runner, std::int64_t now_us) const;
  [[nodiscard]] BudgetUse budget_use_of(const Deployment& deployment, std::int64_t now_us) const;
  /// The deployment to which the session's process belongs; null: none.
  [[nodiscard]] const Deployment* deployment_of(const Session& session) const;
  [[nodiscard]] const DeploymentTable& deployments() const { return deployments_; }
  [[nodiscard]] const DeploymentLimits& deployment_limits() const { return deployment_limits_; }

  /// All that is not as the registry has it. Left out is what is about to be started, and what has started
  /// or ended since `asked_us`, when it was begun to look for what there is.
  [[nodiscard]] std::vector<RegistryDifference> compare_registry(const FoundAll& found,
                                                                 std::int64_t asked_us) const;
  /// Precondition: it is repairable.
  void repair_registry(const Caller& caller, const RegistryDifference& difference, std::int64_t now_us,
                       Changes& changes);

  /// Ends what has come to its time: leases and claims.
  void expire(std::int64_t now_us, Changes& changes);
  /// When `expire` has something to do next; INT64_MAX: nothing is in sight.
  [[nodiscard]] std::int64_t next_deadline_us() const;

  /// Whether a person speaks, through governorctl.
  [[nodiscard]] bool is_person(const Caller& caller) const;

  /// Appends to the audit log. `agent` 0: about none. Long details are cut.
  AuditKey audit(const Caller& caller, std::string event, AgentKey agent, std::string detail,
                 std::int64_t now_us, Changes& changes);
  /// Makes `text` the answer to the caller's line, should it be sent again.
  void save_answer(const Caller& caller, std::string text, Changes& changes);
  /// The answer names the lease, and what its files hold when the line comes again.
  void save_grant(const Caller& caller, LeaseKey lease, Changes& changes);

  /// What `update` would give, without changing anything.
  Result<UpdateOutcome> simulate(const Caller& caller, UpdateCommand command, std::int64_t now_us);

  /// The session that holds the agent at present; none when it is open or its owner is gone.
  [[nodiscard]] const Session* owner_of(const AgentProfile& profile) const;
  /// Those of all agents without their own.
  [[nodiscard]] const Thresholds& thresholds() const { return thresholds_; }
  [[nodiscard]] const Thresholds& thresholds_of(const Agent& agent) const {
    return agent.profile.thresholds ? *agent.profile.thresholds : thresholds_;
  }

 private:
  struct Entry {
    std::unique_ptr<Agent> agent;  ///< null: known to be absent
    std::uint64_t last_used = 0;
  };

  std::optional<Error> check_owner(const AgentProfile& profile, const Caller& caller,
                                   const std::string& token_hash) const;
  /// Of an agent whose session has ended: the lease for whose sake it is kept for its owner; null: none.
  [[nodiscard]] const Lease* kept_lease(const AgentProfile& profile) const;
  std::optional<Error> check_registration(const AgentProfile& profile, const Caller& caller,
                                          const RegisterCommand& command) const;
  /// Whether the caller may decide what is for people to decide.
  [[nodiscard]] bool may_decide(const Caller& caller) const;
  std::optional<Error> check_decision(const Caller& caller, std::string what, std::string command) const;
  std::optional<Error> check_answerer(const Caller& caller, const ApprovalAnswer& answer) const;
  std::optional<Error> carry_out(const Caller& caller, const Approval& approval, std::int64_t now_us,
                                 Changes& changes);
  void close_approval(const Caller& caller, const Approval& approval, std::string event, std::int64_t now_us,
                      Changes& changes);
  template <class Predicate>
  void withdraw_approvals(Predicate predicate, const std::string& why, std::int64_t now_us, Changes& changes);
  void end_approvals_of(const std::string& agent_id, std::int64_t now_us, Changes& changes);
  void end_approvals_of(SessionKey session, std::int64_t now_us, Changes& changes);
  void end_approvals_for(LeaseKey lease, std::int64_t now_us, Changes& changes);
  void end_approvals_for(const Deployment& deployment, std::int64_t now_us, Changes& changes);
  void forget_approvals(Changes& changes);
  const Approval* ask_to_unlock(const Caller& caller, const std::string& agent_id, const LeasePath& path,
                                std::string why, std::int64_t now_us, Changes& changes);
  void spend_overwrite(const Caller& caller, const FileWrite& write, std::int64_t now_us, Changes& changes);
  /// Whether it waits for an answer, or has one that still counts.
  [[nodiscard]] bool has_approvals(const std::string& agent_id, std::int64_t now_us) const;
  std::optional<Error> check_orders(const AgentProfile& profile, const Caller& caller, unsigned orders) const;
  [[nodiscard]] Actor actor_for(const Caller& caller) const;
  /// `Agent "x"`, or the client of a session without one, for people.
  [[nodiscard]] std::string asker_text(const Caller& caller, const std::string& agent_id) const;
  std::optional<Error> check_may_go_on(const Agent& agent, std::int64_t now_us,
                                       std::string_view path = {}) const;
  std::optional<Error> check_gate(const Agent& agent, const LeaseClaim& claim, std::int64_t now_us) const;
  Result<Lease*> own_lease(const Caller& caller, LeaseKey key);
  /// As configured: whether other working trees count.
  void apply_policy(std::vector<LeasePath>& paths) const;
  LeaseOutcome ask_others(const Caller& caller, const LeaseClaim& claim, const LeaseCommand& command,
                          WaiterKey place, LeaseOutcome outcome, Changes& changes);
  Lease& grant_lease(const Caller& caller, const LeaseClaim& claim, LeaseCommand& command,
                     std::int64_t waited_since_us, std::int64_t now_us, Changes& changes);
  void audit_lease(const Caller& caller, std::string event, const Lease& lease, std::string_view how,
                   std::int64_t now_us, Changes& changes);
  Lease end_lease(LeaseKey key, LeaseEnding ending, std::string detail, std::int64_t now_us,
                  Changes& changes);
  template <class Predicate>
  void end_leases_if(Predicate predicate, LeaseEnding ending, std::int64_t now_us, Changes& changes);
  WaiterKey take_place(const Caller& caller, const LeaseClaim& claim, LeaseCommand& command,
                       LeaseOutcome& outcome, Changes& changes);
  WaiterKey begin_waiting(const Caller& caller, const LeaseClaim& claim, const LeaseOutcome& outcome,
                          Changes& changes);
  void drop_places(SessionKey session, Changes& changes);
  void expire_places(std::int64_t now_us, Changes& changes);
  [[nodiscard]] std::int64_t next_place_deadline() const;
  void expire_leases(std::int64_t now_us, Changes& changes);
  [[nodiscard]] std::int64_t next_lease_deadline() const;
  void orphan_leases(SessionKey session, std::int64_t now_us, Changes& changes);
  void adopt_leases(const Caller& caller, const Agent& agent, const Session& session, bool has_token,
                    std::int64_t now_us, Changes& changes);
  void end_leases_of_deployment(AgentKey agent, const std::vector<SessionKey>& sessions, std::int64_t now_us,
                                Changes& changes);
  void retire_leases(const Agent& agent, std::int64_t now_us, Changes& changes);
  [[nodiscard]] bool is_named_elsewhere(const Agent& agent, std::int64_t now_us) const;
  /// One working session is one agent: if the caller's has one that its hooks have made, and nobody has this
  /// id, that is its id from now on. Returns whether.
  bool rename_hooks_agent(const Caller& caller, const std::string& id, std::int64_t now_us, Changes& changes);
  Agent& create_agent(const Caller& caller, const std::string& id, std::int64_t now_us, Changes& changes);
  void append_evidence(const Caller& caller, Agent& agent, EvidenceGiven given, std::uint64_t source,
                       std::int64_t now_us, Changes& changes);
  void note_gate(const Caller& caller, Agent& agent, std::string path, std::int64_t now_us, Changes& changes);
  void note_commit(const Caller& caller, Agent& agent, const FileVersion& version, const FileWrite& write,
                   Changes& changes);
  void tell_people(const Caller& caller, const Agent& agent, const Evidence& evidence, Changes& changes);
  /// That turns are judged alike is no loop, as nobody sent the same again.
  enum class MadeOf { report, evidence };
  void append_record(const Caller& caller, Agent& agent, UpdateRecord& record, MadeOf made_of,
                     Changes& changes);
  void judge_turn(const Caller& caller, Agent& agent, std::int64_t now_us, Changes& changes);
  Judgement judge_agent(const Caller& caller, Agent& agent, const StatedInput& stated, MadeOf made_of,
                        std::int64_t now_us, std::uint8_t warnings, Changes& changes);
  void note_statement(const Caller& caller, Agent& agent, const StatedInput& stated, std::int64_t now_us,
                      Changes& changes);
  Agent& begin_import(const Caller& caller, const AgentImport& incoming, std::int64_t now_us,
                      Changes& changes);
  void append_imported(const Caller& caller, Agent& agent, const AgentImport& incoming, Changes& changes);
  void finish_import(const Caller& caller, Agent& agent, AgentImport incoming, std::int64_t now_us,
                     Changes& changes);
  void append_imported(const Caller& caller, const AgentProfile& profile, DeploymentImport incoming,
                       std::int64_t now_us, Changes& changes);
  void watch_for_loops(const Caller& caller, Agent& agent, UpdateRecord& record, Changes& changes);
  void watch_health(Agent& agent, Health before, const UpdateRecord& record, Changes& changes);
  std::optional<Error> check_protection(const Caller& caller, const LeasePath& path, const std::string& doing,
                                        Agent* agent, std::int64_t now_us, Changes& changes);
  Error protected_elsewhere(const Caller& caller, const LeaseClaim& claim,
                            const ProtectionElsewhere& protection, std::int64_t now_us, Changes& changes);
  [[nodiscard]] bool is_changing(const std::string& path) const;
  [[nodiscard]] std::string runner_text(const RunningCommand& command) const;
  [[nodiscard]] std::string others_than(const RunningCommand& command,
                                        const std::vector<RunningCommand*>& commands) const;
  /// Whether more than half of a file is gone, and is nowhere else.
  [[nodiscard]] bool loses_content(const FileChange& change, const FileState& before, const FileState& after,
                                   const std::vector<RunningCommand*>& commands) const;
  bool record_command_change(const FileChange& change, FileWrite write, const FileStanding& standing,
                             const std::vector<RunningCommand*>& commands, std::int64_t now_us,
                             Changes& changes);
  void note_harm(Agent& agent, const RunningCommand& command, const CommandFinding& finding,
                 std::int64_t now_us, Changes& changes);
  void tell_command_change(const FileChange& change, const CommandFinding& finding,
                           const RunningCommand* command, const std::string& who, std::int64_t now_us,
                           Changes& changes);
  FileVersion& append_version(FileVersion version, Changes& changes);
  void follow_rewrites(const Caller& caller, const FileTable::File& file, Agent* agent,
                       FileWriteOutcome& outcome, std::int64_t now_us, Changes& changes);
  void change_task(const Caller& caller, const Task& task, TaskStanding standing, std::string event,
                   std::int64_t now_us, Changes& changes);
  void end_claims(const std::vector<TaskKey>& tasks, const std::string& event, const std::string& why,
                  std::int64_t now_us, Changes& changes);
  std::optional<Error> check_deployment_limits(const DeploymentWish& wish, std::int64_t now_us) const;
  [[nodiscard]] std::optional<Error> check_room_for(const DeploymentOrder& order) const;
  [[nodiscard]] std::optional<Error> check_no_duplicate(const DeploymentOrder& order) const;
  [[nodiscard]] std::optional<Error> refuse_reopening(const Deployment& deployment);
  void reopen_deployment(const Caller& caller, const Deployment& deployment, std::int64_t now_us,
                         Changes& changes);
  [[nodiscard]] int depth_below(const Caller& caller, const std::string& parent) const;
  Agent& create_deployed_agent(const Caller& caller, const DeploymentWish& wish, std::int64_t now_us,
                               Changes& changes);
  const Deployment& change_deployment(const Caller& caller, const Deployment& deployment,
                                      DeploymentStanding standing, std::string event, std::string note,
                                      std::int64_t now_us, Changes& changes);
  [[nodiscard]] DeploymentSpent spent_of(const DeploymentOrder& order, const Deployment* own,
                                         std::int64_t now_us) const;
  [[nodiscard]] std::int64_t limited_until(const std::string& runner, const Deployment* but_by,
                                           std::int64_t now_us) const;
  [[nodiscard]] static std::int64_t sane_limit(std::int64_t until_us, std::int64_t now_us);
  [[nodiscard]] const Alert* open_circuit(const std::string& runner) const;
  void settle_deployment(const Deployment& deployment, std::int64_t now_us, Changes& changes);
  void settle_with(const DeploymentOrder& order, std::int64_t now_us, Changes& changes);
  void count_failure(const Deployment& deployment, std::int64_t now_us, Changes& changes);
  bool plan_restart(const Deployment& deployment, const DeploymentEnded& ended, DeploymentStanding& standing,
                    std::int64_t now_us) const;
  bool begin_wait_for_restart(const Deployment& deployment, const DeploymentEnded& ended,
                              const std::string& ending, std::int64_t now_us, Changes& changes);
  void expire_deployments(std::int64_t now_us, Changes& changes);
  [[nodiscard]] std::int64_t next_mark_us(const Deployment& deployment) const;
  [[nodiscard]] std::int64_t next_deployment_deadline() const;
  void compare_places(const FoundAll& found, std::int64_t asked_us,
                      std::vector<RegistryDifference>& differences) const;
  void watch_deployment(const Deployment& deployment, std::int64_t now_us, Changes& changes);
  void bind_session(Session& session) const;
  void tell_task(const Deployment& deployment, std::string event, std::string_view note, std::int64_t now_us,
                 Changes& changes);
  void release_all_of(const Deployment& deployment, std::int64_t now_us, Changes& changes);
  [[nodiscard]] bool is_of_deployed_agent(const AgentProfile& profile, const Caller& caller) const;
  [[nodiscard]] const Deployment* running_as(const AgentProfile& profile) const;
  [[nodiscard]] std::set<std::string> holding_from_before() const;
  Result<const Deployment*> own_deployment(const Caller& caller, const std::string& id,
                                           const std::string& token_hash);
  void begin_epoch(Agent& agent);
  void end_unlocks(const Caller& caller, const AgentProfile& profile, std::int64_t now_us, Changes& changes);
  void end_loop(Agent& agent, std::int64_t now_us, Changes& changes);
  void note_life(const Caller& caller, const Agent& agent, std::string event, std::string reason,
                 std::int64_t now_us, Changes& changes);
  void introduce(Session& session, std::string event, std::int64_t now_us, Changes& changes);
  [[nodiscard]] AuditKey actor_of(const Caller& caller) const;
  void store_answer(const Caller& caller, Answer answer, std::string text, Changes& changes);
  void save_profile(AgentProfile& profile, Changes& changes) const;

  Thresholds defaults_;
  Thresholds thresholds_;
  LoopPolicy loop_policy_;
  LeasePolicy lease_policy_;
  Authority authority_;
  FailureLessons lessons_;
  bool has_common_thresholds_;   ///< somebody has set those of all agents
  SessionKey last_passing_ = 0;  ///< sessions that are not stored have keys below 0
  KeyCounters keys_;
  SlotRing slots_;
  std::unordered_map<SessionKey, Session> sessions_;
  std::unordered_map<std::string, SessionKey> session_keys_;
  std::unordered_map<std::string, Entry> agents_;
  LeaseTable leases_;
  struct LeaseDeadline {
    std::uint64_t version = 0;  ///< of the table
    std::int64_t at_us = INT64_MAX;
  };
  mutable LeaseDeadline lease_deadline_;          ///< the last one that was asked for
  std::unordered_set<LeaseKey> awaited_reports_;  ///< of open leases
  FileTable files_;
  CommandTable commands_;
  ToldNotices told_;
  BranchConflicts branch_conflicts_;
  std::map<OpenWriteKey, OpenWrite> open_writes_;
  std::vector<Protection> protections_;
  std::vector<WatchRoot> watch_roots_;
  std::vector<Unlock> unlocks_;                    ///< also some that are over
  std::unordered_map<std::string, Alert> alerts_;  ///< by cause, see alerts()
  static constexpr std::size_t kRememberedAlerts = 1024;
  std::size_t many_alerts_ = kRememberedAlerts;  ///< at more than so many those that are over are forgotten
  TaskTable tasks_;
  ApprovalTable approvals_;
  DeploymentTable deployments_;
  DeploymentLimits deployment_limits_;
  std::map<std::string, std::weak_ptr<const void>> launching_;
  std::map<std::string, std::string> stops_asked_;                ///< why, by id
  std::map<std::string, std::vector<std::int64_t>> failed_ends_;  ///< lately, by runner; not stored
  std::deque<GroundTruth> recent_truths_;  ///< newest last: what a call may not yet have read from the store
  std::uint64_t agent_count_;
  std::uint64_t use_counter_ = 0;
};

template <class Predicate>
void State::evict(std::size_t keep, Predicate evictable) {
  if (agents_.size() <= keep) return;
  // Going down to three quarters spreads the cost of the scan over many loads.
  const std::uint64_t oldest_kept = use_counter_ - std::min<std::uint64_t>(use_counter_, keep * 3 / 4);
  std::erase_if(agents_, [&](const auto& item) {
    const Entry& entry = item.second;
    return entry.last_used <= oldest_kept && (!entry.agent || evictable(entry.agent->profile.key));
  });
}

}  // namespace governor::core
