// Leases of workspaces that other machines share: what they are asked, and what they are told.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <variant>

#include "daemon/shared/task_database.hpp"
#include "daemon/state/state_owner.hpp"
#include "ipc/fault_point.hpp"

namespace governor::daemon {
namespace {

/// After the end of its wait a question is answered within some seconds, whatever the database does; unless
/// the system hangs while it looks up a name.
constexpr std::int64_t kLateAnswerUs = 20'000'000;
/// For which the database may be asked about a task, or a file.
constexpr std::chrono::seconds kConsultLimit{15};

}  // namespace

void StateOwner::go_on(const std::shared_ptr<PendingCall>& pending, Share share) {
  waits_.begin(pending, WaitsFor::lease);
  pending->wait = std::move(share.wait);
  const core::LeaseKey question = share.question.lease;
  pending->question = question;
  asking_.push_back(pending);
  const auto then = [this, pending, question, take = std::move(share.take)](SharedAnswer answer) {
    auto held = std::make_shared<SharedAnswer>(std::move(answer));
    // Not at once: it may be answered before this function has returned.
    boost::asio::post(strand_, [this, pending, question, take, held] {
      on_strand([this, pending, question, take, held] {
        shielded(pending, [&] { after_share(pending, question, [&] { take(std::move(*held)); }); });
      });
    });
  };
  settings_.shared->ask(std::move(share.question), then);
  tell_progress(std::chrono::steady_clock::now());
  is_under_way(*pending);
}

/// What was granted to a call that is over is given back when its answer goes.
void StateOwner::after_share(const std::shared_ptr<PendingCall>& pending, core::LeaseKey question,
                             const std::function<void()>& take) {
  if (pending->question != question) return;
  pending->question = 0;
  std::erase(asking_, pending);
  state_->heard_others(pending->wait.waiter);
  take();
  run_again(pending);
}

void StateOwner::withdraw_question(PendingCall& pending) {
  if (settings_.shared != nullptr) settings_.shared->withdraw(std::exchange(pending.question, 0));
  std::erase_if(asking_, [&](const auto& asking) { return asking.get() == &pending; });
  waits_.end(pending);
}

void StateOwner::give_up_slow_questions(std::int64_t now_us) {
  std::vector<std::shared_ptr<PendingCall>> slow;
  std::copy_if(asking_.begin(), asking_.end(), std::back_inserter(slow),
               [&](const auto& pending) { return now_us >= pending->wait.until_us + kLateAnswerUs; });
  for (const auto& pending : slow) {
    withdraw_question(*pending);
    stop_waiting(*pending);
    give_up(*pending, settings_.shared->unavailable());
  }
  if (!slow.empty()) look_after_leases();
}

/// Nobody else waits for the database, and the call is ended whatever comes. What the database keeps for a
/// session goes when the session is over: so this is known after a crash before it is asked the first time.
void StateOwner::go_on(const std::shared_ptr<PendingCall>& pending, Consult consult) {
  const core::SessionKey session = pending->sink->attachment.session;
  const bool has_claims = session != 0 && !settings_.shared_task_lists.empty();
  if (!has_claims || consulting_.contains(session)) {
    consult_database(pending, std::move(consult));
  } else {
    waits_.begin(pending, WaitsFor::store);
    commits_.when_durable(commits_.on_everything(), [this, pending, session, consult = std::move(consult)](
                                                        const core::Error* failure) {
      if (failure == nullptr && state_ && state_->find_session(session) != nullptr) {
        consulting_.insert(session);
        consult_database(pending, consult);
        return;
      }
      if (state_) end_unseen(*pending);
      give_up(*pending, failure != nullptr ? *failure : settings_.shared->unavailable());
    });
  }
  is_under_way(*pending);
}

void StateOwner::consult_database(const std::shared_ptr<PendingCall>& pending, Consult consult) {
  waits_.begin(pending, WaitsFor::database);
  const auto resume = [this, pending] {
    // Not at once: it may be told before this function has returned.
    boost::asio::post(strand_, [this, pending] { on_strand([this, pending] { run_again(pending); }); });
  };
  SharedJob job;
  job.run = [ask = std::move(consult.ask), resume](Database& database, const SharedMember& member) {
    auto failure = ask(database, member);
    if (failure) return failure;
    ipc::wait_at(ipc::FaultPoint::shared_answered);
    resume();
    return failure;
  };
  job.fail = [fail = std::move(consult.fail), resume](const core::Error& error) {
    fail(error);
    resume();
  };
  job.until = std::chrono::steady_clock::now() + kConsultLimit;
  settings_.shared->post(std::move(job));
}

/// What is over and stored ends claims of shared tasks.
void StateOwner::note_endings(const core::Changes& changes) {
  if (settings_.shared_task_lists.empty()) return;
  for (const core::Change& change : changes) {
    if (const auto* ended = std::get_if<core::SessionEnded>(&change)) {
      if (consulting_.erase(ended->session) != 0) sessions_untold_ = true;
    } else if (const auto* saved = std::get_if<core::AgentSaved>(&change)) {
      using core::Lifecycle;
      const Lifecycle status = saved->profile.status;
      if (status == Lifecycle::archived || status == Lifecycle::deleted)
        retired_untold_.insert(saved->profile.id);
    }
  }
  tell_sessions();
}

/// In turn with what sessions ask: whoever asks is there when it is asked for him.
void StateOwner::tell_sessions() {
  const bool is_told = !sessions_untold_ && retired_untold_.empty();
  if (settings_.shared_task_lists.empty() || is_told || !state_ || !settings_.shared->lasts()) return;
  sessions_untold_ = false;
  std::vector<std::string> alive;
  for (const auto& [key, session] : state_->sessions()) alive.push_back(session.id);
  std::vector<std::string> retired(retired_untold_.begin(), retired_untold_.end());
  retired_untold_.clear();
  SharedJob job;
  job.run = [alive = std::move(alive), retired](Database& database, const SharedMember& member) {
    return TaskDatabase(database, member).keep_sessions(alive, retired);
  };
  job.fail = [this, retired](const core::Error&) {
    boost::asio::post(strand_, [this, retired] {  // the next tick tells it
      sessions_untold_ = true;
      retired_untold_.insert(retired.begin(), retired.end());
    });
  };
  job.until = std::chrono::steady_clock::now() + kConsultLimit;
  settings_.shared->post(std::move(job));
}

void StateOwner::begin_sharing() {
  if (settings_.shared == nullptr) return;
  SharedWorkspaces::Events events;
  events.on_lost = [this](std::vector<core::LeaseKey> leases) {
    on_strand([this, leases = std::move(leases)] { on_leases_lost(leases); });
  };
  events.on_trouble = [this](bool is_in_trouble) {
    counters_.shared_trouble.store(is_in_trouble, std::memory_order_relaxed);
  };
  events.on_joined = [this] { on_strand([this] { tell_protections_anew(); }); };
  // What the daemon before this one knew: any of them may have claims, and some have ended since.
  for (const auto& [key, session] : state_->sessions()) consulting_.insert(key);
  sessions_untold_ = true;
  settings_.shared->start(shared_leases(), std::move(events));
}

std::vector<core::LeaseKey> StateOwner::shared_leases() const {
  std::vector<core::LeaseKey> leases;
  for (const auto& [key, lease] : state_->leases().open()) {
    if (lease.claim.is_shared()) leases.push_back(key);
  }
  return leases;
}

void StateOwner::on_leases_lost(const std::vector<core::LeaseKey>& leases) {
  core::Changes changes;
  state_->lose_leases(leases, settings_.now_us(), changes);
  if (!changes.empty()) commits_.add(std::move(changes), nullptr);
  look_after_leases();
}

/// What has ended, and is stored, others may have.
void StateOwner::release_shared(const core::Changes& changes) {
  if (settings_.shared == nullptr) return;
  std::vector<core::LeaseKey> over;
  for (const core::Change& change : changes) {
    const auto* saved = std::get_if<core::LeaseSaved>(&change);
    if (saved != nullptr && saved->lease.ended_us != 0 && saved->lease.claim.is_shared())
      over.push_back(saved->lease.key);
  }
  if (!over.empty()) settings_.shared->release(over);
  note_endings(changes);
}

}  // namespace governor::daemon
