// What keeps the state in order: its reload after a failed commit, and the periodic work.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "daemon/state/internal_sink.hpp"
#include "daemon/state/state_owner.hpp"
#include "daemon/support/limits.hpp"
#include "daemon/tools/coordination/tools.hpp"
#include "daemon/tools/governor_requests.hpp"

namespace governor::daemon {
namespace {

/// A daemon with nothing to look after wakes once a second.
constexpr std::chrono::milliseconds kIdleTick{1000};
constexpr std::chrono::milliseconds kBusyTick{250};
constexpr std::chrono::minutes kPruneInterval{10};
constexpr std::chrono::minutes kFirstPrune{1};  ///< a start has enough to do

}  // namespace

void StateOwner::on_commit_failure(const core::Error& failure) {
  spdlog::error("commit failed: {}", failure.message);
  drop_state();
  reload();
  shielded([this] { watch_storage(); });
}

/// What was added to the queue before is whole: it is stored before the state is read back.
void StateOwner::distrust_state(const std::exception& failure) {
  spdlog::critical("an exception that was not foreseen: {}; the state is read back", failure.what());
  if (!state_) return;
  drop_state();
  commits_.when_durable(commits_.on_everything(), [this](const core::Error*) { reload(); });
}

/// Nothing of it is used any more; what the calls and sessions need of it when there is another one is kept.
void StateOwner::drop_state() {
  if (!state_) return;
  sessions_before_reload_.clear();
  for (const auto& [id, sink] : attached_) {
    const core::Session* session = state_->find_session(std::string_view(id));
    if (session == nullptr) continue;
    sessions_before_reload_.push_back(*session);
    sessions_before_reload_.back().answers.clear();
    sessions_before_reload_.back().subscriptions.clear();  // those that are durable are read back
  }
  unstored_before_reload_ = state_->unstored();
  state_.reset();
  ++generation_;
  for (auto& [id, waiting] : std::exchange(loading_, {})) {
    for (auto& pending : waiting) {
      if (pending->stage == PendingCall::Stage::preparing) {
        pending->stage = PendingCall::Stage::fresh;
        pending->agents.clear();
      }
      park(std::move(pending));
    }
  }
  for (auto& pending : std::exchange(queued_, {})) park(std::move(pending));
}

void StateOwner::reload() {
  // One at a time: a second result would replace the state that the first one brought and others used since.
  if (std::exchange(reloading_, true)) return;
  auto job = [this](Store& store) {
    counters_.storage_lost = store.find_lost_files().has_value();
    auto seed = foreseen([&] { return store.load_seed(); });
    boost::asio::post(strand_, [this, seed = std::move(seed)]() mutable {
      try {
        on_reloaded(std::move(seed));
      } catch (const std::exception& failure) {
        state_.reset();
        on_reloaded(unforeseen(failure));
      }
    });
  };
  store_.post(std::move(job), "reading the state back");
}

void StateOwner::on_reloaded(core::Result<core::StateSeed> seed) {
  reloading_ = false;
  if (!seed) {
    reload_error_ = seed.error();
    spdlog::error("the state cannot be reloaded: {}", seed.error().message);
    run_parked();  // tells the calls off
    return;        // the next tick tries again
  }
  reload_error_.reset();
  state_.emplace(settings_.thresholds, *std::move(seed), settings_.loop_policy, settings_.lease_policy,
                 settings_.protections, settings_.authority, settings_.deployment_limits);
  deployments_seen_ = UINT64_MAX;
  approvals_seen_ = UINT64_MAX;
  leases_seen_ = UINT64_MAX;
  state_->go_on(std::move(unstored_before_reload_));
  for (core::Session& session : std::exchange(sessions_before_reload_, {})) {
    const auto sink = attached_.find(session.id);
    if (sink == attached_.end()) continue;
    bool resumed = false;
    core::Changes changes;
    sink->second->attachment.session = state_->open_session(std::move(session), resumed, changes).key;
    if (resumed) changes.clear();  // its row is there
    if (!changes.empty()) commits_.add(std::move(changes), nullptr);
    follow_subscriptions(sink->second);
  }
  // Of grants that were never stored.
  if (settings_.shared != nullptr) settings_.shared->keep_only(shared_leases());
  tell_protections_anew();
  run_parked();
  look_after_leases();
}

void StateOwner::run_parked() {
  for (auto& operation : std::exchange(parked_, {})) {
    if (state_) {
      shielded(operation.run);
    } else if (operation.refuse && reload_error_) {
      operation.refuse(*reload_error_);
    } else {
      parked_.push_back(std::move(operation));
    }
  }
}

void StateOwner::start() {
  on_strand([this] {
    report_unclean_run();
    if (!state_->open_writes().empty()) {
      call_for_itself(kInterruptedWrites, make_interrupted_writes_call(*state_),
                      "looking at writes that were interrupted");
    }
    report_losses(state_->open_alerts(core::AlertKind::data_loss));
    refresh_watch(core::FileChange::When::after_start);
    begin_sharing();
    if (settings_.launcher != nullptr) check_registry(RegistryCheck::at_start);
    check_deadlines();  // from now on it counts who has to come again
  });
  boost::asio::dispatch(strand_, [this] { tick(); });
  store_.post([this](Store& store) {
    store.on_damage([this](const std::string& what) { on_strand([this, what] { report_damage(what); }); });
  });
}

void StateOwner::tick() {
  if (stopping_) return;
  timer_.expires_after(has_lost_sessions() ? kBusyTick : kIdleTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    shielded([this] {
      const Activity::Scope scope(settings_.activity, "periodic work");
      commits_.check_stall(std::chrono::steady_clock::now());
      probe_storage();
      watch_storage();
      watch_database();
      watch_clock();
      watch_disk();
      if (has_lost_sessions()) reap_sessions();
      give_up_slow_work(std::chrono::steady_clock::now());
      give_up_slow_questions(settings_.now_us());
      tell_sessions();
      tell_protections();
      check_deadlines();
      look_at_displaced_files();
      settle_backups();
      tell_progress(std::chrono::steady_clock::now());
      archive_idle_agents();
      prune_backups();
      watch_registry();
      start_failed_again();
      prune_evidence();
      predict_merges();
    });
    tick();
  });
}

void StateOwner::probe_storage() {
  if (!state_ && reload_error_) {
    reload();
  } else if (state_ && counters_.storage_failing && commits_.idle()) {
    // A real entry: the audit log then says since when storage works again. It also overwrites, in the
    // write-ahead log, whatever the failed transaction left there.
    core::Changes changes;
    state_->audit({}, "storage_recovered", 0, "writes succeed again", settings_.now_us(), changes);
    commits_.add(std::move(changes), nullptr);
  }
}

/// At most as many as one call takes; what is left has its turn the next day.
void StateOwner::archive_idle_agents() {
  const auto now = std::chrono::steady_clock::now();
  if (settings_.archive_idle_days == 0 || !state_ || now < next_archive_) return;
  next_archive_ = now + std::chrono::hours(24);
  const Tool* tool = find_tool("archive_idle_agents");
  for (const char* pattern : {"test_*", "demo_*"}) {
    const boost::json::object arguments{
        {"days", settings_.archive_idle_days}, {"pattern", pattern}, {"dry_run", false}};
    auto parsed = tool->parse(arguments, {facts_, counters_, nullptr});
    call_for_itself(*tool, std::move(*parsed), fmt::format("archiving idle agents {}", pattern));
  }
}

void StateOwner::prune_backups() {
  const auto now = std::chrono::steady_clock::now();
  if (!state_ || now < next_prune_) return;
  const bool first = next_prune_ == std::chrono::steady_clock::time_point();
  next_prune_ = now + kPruneInterval;
  if (first || !state_->knows_files()) return;
  const Operation& prune = *find_governor_request("governor/prune_backups");
  call_for_itself(prune, std::move(prune.parse({}, {facts_, counters_, nullptr}).value()), "pruning backups");
}

void StateOwner::prune_evidence() {
  const auto now = std::chrono::steady_clock::now();
  if (!state_ || now < next_evidence_prune_) return;
  const bool first = next_evidence_prune_ == std::chrono::steady_clock::time_point();
  next_evidence_prune_ = now + (first ? kFirstPrune : kPruneInterval);
  if (first) return;
  const Operation& prune = *find_governor_request("governor/prune_evidence");
  const ToolEnvironment environment{facts_, counters_, nullptr, nullptr, settings_.evidence};
  call_for_itself(prune, std::move(prune.parse({}, environment).value()), "pruning evidence");
}

/// One look at a time, apart from all other work.
void StateOwner::predict_merges() {
  if (!state_ || settings_.merges == nullptr || !state_->branch_conflicts().is_wanted()) return;
  if (auto look = make_merge_look_call(*state_, *settings_.merges, settings_.now_us()))
    call_for_itself(kMergeLook, std::move(look), "looking whether branches merge");
}

/// Calls a tool on the daemon's own behalf; `what` stands in the log if it fails.
void StateOwner::call_for_itself(const Operation& operation, std::unique_ptr<ToolCall> own,
                                 const std::string& what) {
  PendingCall pending;
  pending.sink = std::make_shared<InternalSink>(what);
  pending.ticket.started = std::chrono::steady_clock::now();
  pending.operation = &operation;
  pending.call = std::move(own);
  call(std::move(pending));
}

void StateOwner::reap_sessions() {
  std::vector<core::SessionKey> gone;
  std::vector<core::SessionKey> lost;
  for (const auto& [key, session] : state_->sessions()) {
    if (attached_.contains(session.id)) continue;
    const bool over = !session.resumable || settings_.process_is_gone(session.process);
    (over ? gone : lost).push_back(key);
  }
  if (lost.size() > kMaxLostSessions) {
    std::sort(lost.begin(), lost.end());  // the oldest go
    gone.insert(gone.end(), lost.begin(), lost.end() - static_cast<std::ptrdiff_t>(kMaxLostSessions));
  }
  if (gone.empty()) return;
  core::Changes changes;
  for (const core::SessionKey key : gone) state_->end_session(key, settings_.now_us(), changes);
  commits_.add(std::move(changes), nullptr);
  look_after_leases();
}

void StateOwner::shut_down(std::function<void()> then) {
  boost::asio::dispatch(strand_, [this, then = std::move(then)]() mutable {
    stopping_ = true;
    timer_.cancel();
    deadline_timer_.cancel();
    watcher_.stop();
    hub_.stop();
    commits_.when_durable(commits_.on_everything(), [then = std::move(then)](const core::Error*) { then(); });
  });
}

}  // namespace governor::daemon
