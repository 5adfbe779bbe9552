#include "daemon/state/state_owner.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "daemon/mcp/governor_methods.hpp"
#include "daemon/state/refusal_text.hpp"
#include "daemon/state/status_json.hpp"
#include "daemon/support/limits.hpp"
#include "ipc/fault_point.hpp"

namespace governor::daemon {
namespace {

const core::Error kReloading(core::ErrorCode::storage_unavailable, "The database cannot be read at present.",
                             "Check free space and the state directory's disk; governor keeps trying.");

const core::Error kConnectionGone(core::ErrorCode::deadline_exceeded, "The connection has ended.");

/// Clocks that are kept right are moved by less.
constexpr std::int64_t kClockLimitUs = 5'000'000;

}  // namespace

StateOwner::StateOwner(boost::asio::io_context& io, StoreThread& store, FileThreads& files,
                       const ServerFacts& facts, Counters& counters, InlineGuard& guard, Settings settings,
                       core::StateSeed seed)
    : strand_(boost::asio::make_strand(io)),
      store_(store),
      files_(files),
      facts_(facts),
      counters_(counters),
      settings_(std::move(settings)),
      state_(std::in_place, settings_.thresholds, std::move(seed), settings_.loop_policy,
             settings_.lease_policy, settings_.protections, settings_.authority, settings_.deployment_limits),
      hub_(strand_, counters, [this](const std::string& id) { return loaded_agent(id); }),
      commits_(
          strand_, store, counters, guard, [this](const core::Error& failure) { on_commit_failure(failure); },
          [this](const core::Changes& changes) { shielded([&] { on_durable(changes); }); }),
      deadline_timer_(strand_),
      watcher_(
          strand_, files,
          [this](FileWatcher::Report report) { shielded([&] { on_file_report(std::move(report)); }); },
          [this](std::string_view path) { return is_own_file(path); }),
      clock_watch_(kClockLimitUs),
      disk_watch_(settings_.alerts.low_disk_bytes),
      timer_(strand_) {
  counters_.live_deployments = state_->deployments().live().size();
}

void StateOwner::park(const std::shared_ptr<PendingCall>& pending) {
  waits_.begin(pending, WaitsFor::reload);
  parked_.push_back({[this, pending] { start_call(pending); },
                     [this, pending](const core::Error& error) { give_up(*pending, error); }});
}

core::Session& StateOwner::attach(const std::shared_ptr<ReplySink>& sink, core::Session fresh, bool& resumed,
                                  core::Changes& changes) {
  const core::SessionKey before = sink->attachment.session;
  core::Session& session = state_->open_session(std::move(fresh), resumed, changes);
  if (const core::Session* plain = before == session.key ? nullptr : state_->find_session(before)) {
    // The connection called a tool before its hello: the session it had for that is over.
    attached_.erase(plain->id);
    state_->end_session(before, settings_.now_us(), changes);
  }
  std::shared_ptr<ReplySink>& holder = attached_[session.id];
  if (holder && holder != sink) {
    holder->attachment.detached = true;
    holder->attachment.behind.clear();  // they come again over the new connection; and they hold the old one
    holder->supersede();
  }
  holder = sink;
  sink->attachment.session = session.key;
  return session;
}

void StateOwner::open_session(std::shared_ptr<ReplySink> sink, core::Session fresh, Ticket ticket) {
  auto open = [this, fresh = std::move(fresh)](const std::shared_ptr<ReplySink>& to, Ticket asked) mutable {
    fresh.created_us = settings_.now_us();
    core::Changes changes;
    bool resumed = false;
    const core::Session& session = attach(to, std::move(fresh), resumed, changes);
    if (resumed) to->resume(session.revision, session.tools);
    // Hello shows nothing of the state, so it need not wait: whatever builds on the session comes later in
    // the queue.
    commits_.add(std::move(changes), nullptr);
    to->deliver(std::move(asked), hello_json(facts_.build, facts_.pid, resumed));
    if (!resumed) return;
    to->attachment.resumed = true;
    follow_subscriptions(to);
    hub_.catch_up(to, 0);
  };
  on_strand(std::move(sink), std::move(ticket), std::move(open));
}

void StateOwner::open_plain_session(std::shared_ptr<ReplySink> sink, core::Session fresh) {
  on_strand([this, sink = std::move(sink), fresh = std::move(fresh)]() mutable {
    if (sink->attachment.detached || sink->attachment.session != 0) return;
    fresh.created_us = settings_.now_us();
    core::Changes changes;
    bool resumed = false;
    attach(sink, std::move(fresh), resumed, changes);
    commits_.add(std::move(changes), nullptr);
  });
}

void StateOwner::initialize(std::shared_ptr<ReplySink> sink, std::string client_name,
                            std::string client_version, Ticket ticket, std::string result) {
  auto agree = [this, client_name = std::move(client_name), client_version = std::move(client_version),
                result = std::move(result)](const std::shared_ptr<ReplySink>& to, Ticket asked) mutable {
    core::Session* session = state_->find_session(to->attachment.session);
    if (session == nullptr) {
      to->deliver(std::move(asked), std::move(result));
      return;
    }
    session->revision = std::string(to_string(asked.envelope.revision));
    core::Changes changes;
    state_->name_client(*session, client_name, client_version, settings_.now_us(), changes);
    state_->save_session(*session, changes);
    // A storage that fails keeps nobody from reading: the answer shows nothing of the state, and the session
    // goes on in memory.
    if (counters_.storage_failing || commits_.stalled()) {
      commits_.add(std::move(changes), nullptr);
      to->deliver(std::move(asked), std::move(result));
      return;
    }
    commits_.add(std::move(changes),
                 [to, asked = std::move(asked), result = std::move(result)](const core::Error*) mutable {
                   to->deliver(std::move(asked), std::move(result));
                 });
  };
  on_strand(std::move(sink), std::move(ticket), std::move(agree));
}

void StateOwner::note_client(std::shared_ptr<ReplySink> sink, std::string client_name,
                             std::string client_version) {
  on_strand([this, sink = std::move(sink), client_name = std::move(client_name),
             client_version = std::move(client_version)]() mutable {
    core::Session* session = state_->find_session(sink->attachment.session);
    if (session == nullptr || session->client_name == client_name) return;
    core::Changes changes;
    state_->name_client(*session, client_name, client_version, settings_.now_us(), changes);
    state_->save_session(*session, changes);
    commits_.add(std::move(changes), nullptr);
  });
}

void StateOwner::confirm(std::shared_ptr<ReplySink> sink, std::uint64_t below,
                         std::vector<std::uint64_t> also) {
  on_strand([this, sink = std::move(sink), below, also = std::move(also)] {
    if (!sink->attachment.detached) state_->confirm_answers(sink->attachment.session, below, also);
  });
}

void StateOwner::detach(std::shared_ptr<ReplySink> sink, bool for_good) {
  boost::asio::dispatch(strand_, [this, sink] { shielded([&] { hub_.remove(sink.get()); }); });
  end_waits(sink, kConnectionGone);
  on_strand([this, sink = std::move(sink), for_good] {
    if (std::exchange(sink->attachment.detached, true)) return;
    sink->attachment.behind.clear();
    const core::Session* session = state_->find_session(sink->attachment.session);
    if (session == nullptr) return;
    attached_.erase(session->id);
    if (!for_good && session->resumable) return;  // the reaper looks after it
    core::Changes changes;
    state_->end_session(session->key, settings_.now_us(), changes);
    commits_.add(std::move(changes), nullptr);
    look_after_leases();
  });
}

void StateOwner::report_status(std::shared_ptr<ReplySink> sink, Ticket ticket) {
  auto report = [this](const std::shared_ptr<ReplySink>& to, Ticket asked) {
    commits_.when_durable(commits_.on_everything(), [this, to, asked = std::move(asked)](
                                                        const core::Error* failure) mutable {
      if (failure != nullptr || !state_) {
        to->deliver(std::move(asked), core::Result<std::string>(failure != nullptr ? *failure : kReloading));
        return;
      }
      const auto connected = [this](const core::Session& session) { return attached_.contains(session.id); };
      to->deliver(std::move(asked), status_json(facts_, counters_, *state_, connected));
    });
  };
  on_strand(std::move(sink), std::move(ticket), std::move(report));
}

void StateOwner::audit(std::string event, std::string detail) {
  on_strand([this, event = std::move(event), detail = std::move(detail)]() mutable {
    core::Changes changes;
    state_->audit({}, std::move(event), 0, std::move(detail), settings_.now_us(), changes);
    commits_.add(std::move(changes), nullptr);
  });
}

void StateOwner::note_refused(std::shared_ptr<ReplySink> sink, std::string what, core::Error error) {
  on_strand([this, sink = std::move(sink), what = std::move(what), error = std::move(error)]() mutable {
    // Who sends nothing but nonsense must not keep others from the disk.
    if (commits_.stalled() || commits_.gathered_changes() > kMaxPendingChanges) return;
    core::Changes changes;
    state_->audit({sink->attachment.session, 0}, "refused", 0, refusal_text(what, error), settings_.now_us(),
                  changes);
    commits_.add(std::move(changes), nullptr);
  });
}

ConcurrencyReport StateOwner::concurrency() const {
  ConcurrencyReport report;
  waits_.report(report, [this](core::SessionKey key) -> const core::Session* {
    if (!state_) return nullptr;
    const auto found = state_->sessions().find(key);
    return found == state_->sessions().end() ? nullptr : &found->second;
  });
  const LatencyHistogram& disk = counters_.commit_latency;
  report.wait_times.push_back({to_string(WaitsFor::disk), disk.count(), disk.quantile_ms(0.5),
                               disk.quantile_ms(0.99), disk.max_ms()});
  report.agents_loading = loading_.size();
  report.changes_waiting = commits_.gathered_changes();
  report.store_jobs = store_.waiting();
  report.conflicts = conflicts_.last_hour(settings_.now_us());
  return report;
}

void StateOwner::count_obligations(std::function<void(std::size_t)> then) {
  on_strand([this, then = std::move(then)] {
    then(state_->sessions().size() + state_->leases().open().size() + state_->deployments().live().size());
  });
}

void StateOwner::list_open_approvals(std::function<void(std::optional<std::vector<core::Approval>>)> then) {
  on_strand([this, then = std::move(then)] {
    const core::ApprovalTable& approvals = state_->approvals();
    std::vector<core::Approval> open;
    for (const core::ApprovalKey key : approvals.open()) open.push_back(*approvals.find(key));
    commits_.when_durable(commits_.on_everything(),
                          [then, open = std::move(open)](const core::Error* failure) mutable {
                            then(failure == nullptr ? std::optional(std::move(open)) : std::nullopt);
                          });
  });
}

void StateOwner::come_round(std::function<void()> then) {
  boost::asio::post(strand_, [then = std::move(then)] {
    ipc::wait_at(ipc::FaultPoint::order_strand_round);
    then();
  });
}

}  // namespace governor::daemon
