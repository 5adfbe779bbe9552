// Tool calls on their way through the state: replayed, refused, loaded for, read, run, answered.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <iterator>
#include <utility>

#include "daemon/state/refusal_text.hpp"
#include "daemon/state/state_owner.hpp"
#include "daemon/support/limits.hpp"

namespace governor::daemon {
namespace {

/// An update with its answer and what it may say beside.
constexpr std::size_t kUsualChanges = 4;

bool has_update(const core::Changes& changes) {
  return std::any_of(changes.begin(), changes.end(), [](const core::Change& change) {
    return std::holds_alternative<core::UpdateAppended>(change);
  });
}

bool has_answer(const core::Changes& changes) {
  return std::any_of(changes.begin(), changes.end(), [](const core::Change& change) {
    return std::holds_alternative<core::AnswerSaved>(change);
  });
}

}  // namespace

void StateOwner::call(PendingCall call) {
  auto pending = std::make_shared<PendingCall>(std::move(call));
  boost::asio::dispatch(strand_, [this, pending = std::move(pending)]() mutable {
    if (state_) {
      start_call(pending);
    } else if (reload_error_) {
      give_up(*pending, *reload_error_);
    } else {
      park(std::move(pending));
    }
  });
}

core::Caller StateOwner::caller_of(const PendingCall& pending) const {
  return {pending.sink->attachment.session, pending.ticket.line};
}

void StateOwner::start_call(std::shared_ptr<PendingCall> pending) {
  if (pending->stage == PendingCall::Stage::over) return;  // a step of it failed while it waited for the next
  shielded(pending, [&] { take_step(pending); });
}

void StateOwner::take_step(const std::shared_ptr<PendingCall>& pending) {
  // A connection that lost its session to a newer one must not act for it: the lines come again over the
  // newer one. What has begun is ended, though.
  auto& attachment = pending->sink->attachment;
  const bool is_begun = pending->stage >= PendingCall::Stage::under_way;
  if (attachment.detached && !is_begun) return;
  if (attachment.blocking != nullptr && attachment.blocking != pending.get()) {
    waits_.begin(pending, WaitsFor::another_call);
    attachment.behind.push_back(pending);
    return;
  }
  waits_.end(*pending);
  if (!is_begun && (replay_if_answered(pending) || refuse_now(*pending))) return;
  run_again(pending);
}

void StateOwner::block(PendingCall& pending) {
  pending.sink->attachment.blocking = &pending;
}

/// The call has taken effect, or never will: those behind it may go on.
void StateOwner::unblock(PendingCall& pending) {
  auto& attachment = pending.sink->attachment;
  if (attachment.blocking != &pending) return;
  attachment.blocking = nullptr;
  while (attachment.blocking == nullptr && !attachment.behind.empty()) {
    auto next = std::move(attachment.behind.front());
    attachment.behind.pop_front();
    if (state_) {
      start_call(std::move(next));
    } else {
      park(std::move(next));
    }
  }
}

void StateOwner::give_up(PendingCall& pending, core::Error error) {
  if (pending.stage != PendingCall::Stage::abandoned) pending.stage = PendingCall::Stage::over;
  waits_.end(pending);
  if (!pending.agents.empty()) pending.ticket.agent_id = pending.agents.front();
  pending.sink->deliver(std::move(pending.ticket), core::Result<std::string>(std::move(error)));
  unblock(pending);
}

bool StateOwner::refuse_now(PendingCall& pending) {
  if (pending.operation->is_read_only()) return false;
  const auto refuse = [&](core::Error error) {
    give_up(pending, std::move(error));
    return true;
  };
  if (commits_.stalled()) {
    return refuse({core::ErrorCode::storage_unavailable, "The disk does not answer; nothing was stored.",
                   "Try again when health_check says ok."});
  }
  if (commits_.gathered_changes() > kMaxPendingChanges) {
    return refuse({core::ErrorCode::overloaded, "Too many changes wait for the disk; nothing was stored.",
                   "Try again in a moment."});
  }
  const core::Session* session = state_->find_session(pending.sink->attachment.session);
  if (session != nullptr && session->answers.size() >= kMaxUnconfirmed) {
    return refuse({core::ErrorCode::overloaded,
                   "This session has too many unconfirmed answers; nothing was stored.",
                   "Send governor/answered for the lines whose answers have arrived."});
  }
  return false;
}

bool StateOwner::replay_if_answered(const std::shared_ptr<PendingCall>& pending) {
  if (pending->stage != PendingCall::Stage::arrived) return false;
  pending->stage = PendingCall::Stage::fresh;
  if (pending->ticket.line == 0) return false;
  const core::Session* session = state_->find_session(pending->sink->attachment.session);
  if (session == nullptr || session->answers.empty()) return false;
  // A line that is new has a higher number than all of them, which needs no search.
  if (pending->ticket.line > session->answers.rbegin()->first) return false;
  const auto found = session->answers.find(pending->ticket.line);
  if (found == session->answers.end()) return false;
  block(*pending);
  waits_.begin(pending, WaitsFor::store);
  commits_.when_durable(
      commits_.on_everything(), [this, pending, stored = found->second](const core::Error* failure) {
        if (failure != nullptr) {
          if (commits_.stalled()) {
            give_up(*pending, *failure);
          } else {
            // The answer may have been durable before what failed: the reloaded state knows.
            pending->stage = PendingCall::Stage::arrived;
            park(pending);
          }
          return;
        }
        auto job = [this, pending, stored](Store& store) {
          auto result = foreseen([&] {
            return stored.kind == core::Answer::Kind::text ? store.load_answer_text(stored.slot)
                                                           : pending->call->replay(store, stored);
          });
          on_strand([this, pending, result = std::move(result)]() mutable {
            shielded(pending, [&] {
              if (!result) {
                answer(*pending, std::move(result.error()));
              } else if (*result) {
                answer(*pending, {**std::move(result), Depends::nothing});  // it is durable
              } else {
                start_call(pending);
              }
            });
          });
        };
        store_.post(std::move(job), "reading an answer");
      });
  return true;
}

CommitQueue::Dependency StateOwner::dependency_of(const PendingCall& pending, Depends depends) {
  auto dependency = CommitQueue::Dependency::none;
  if (depends == Depends::everything) return commits_.on_everything();
  if (depends == Depends::nothing) return dependency;
  for (const std::string& id : pending.agents) {
    const core::Agent* agent = state_->find_agent(id);
    dependency = std::max(dependency, commits_.on_agent(agent != nullptr ? agent->profile.key : 0));
  }
  return dependency;
}

/// Of a call that would have changed something.
void StateOwner::note_refusal(const PendingCall& pending, const core::Error& error, core::Changes& changes) {
  if (pending.operation->is_read_only() || !is_worth_telling(error)) return;
  const core::Agent* agent = pending.agents.empty() ? nullptr : state_->find_agent(pending.agents.front());
  const core::Session* owner = agent != nullptr ? state_->owner_of(agent->profile) : nullptr;
  // Those that tell of a conflict between agents are counted as well.
  if (error.code == core::ErrorCode::not_owner || error.code == core::ErrorCode::conflict ||
      error.code == core::ErrorCode::loop_detected) {
    conflicts_.note(
        error.code, agent != nullptr ? agent->profile.id : std::string(),
        owner != nullptr ? ConflictHolder{owner->client_name, owner->process.pid} : ConflictHolder{},
        settings_.now_us());
  }
  state_->audit(caller_of(pending), "refused", agent != nullptr ? agent->profile.key : 0,
                refusal_text(pending.operation->name, error), settings_.now_us(), changes);
}

void StateOwner::refuse(PendingCall& pending, core::Error error, Depends depends) {
  core::Changes changes;
  note_refusal(pending, error, changes);
  if (changes.empty()) {
    answer(pending, {std::move(error), depends});
    return;
  }
  commits_.add(std::move(changes), waits_.hold_answer(pending, core::Result<std::string>(std::move(error))));
  unblock(pending);
}

/// Its line comes again over a newer connection, or nobody waits for it any more; and nothing has come of it.
/// Were it to go on after the newer one was answered and that answer confirmed, the line would take effect
/// twice. One whose turn has come among those that wait keeps that turn.
bool StateOwner::begins_anew_elsewhere(const PendingCall& pending) {
  return pending.sink->attachment.detached && pending.ticket.line != 0 && !pending.has_acted &&
         pending.wait.waiter == 0;
}

/// Goes as far as it gets without waiting.
void StateOwner::run_call(const std::shared_ptr<PendingCall>& call) {
  PendingCall& pending = *call;
  const Activity::Scope scope(settings_.activity, pending.operation->name.data());  // ends with a zero byte
  if (pending.stage == PendingCall::Stage::abandoned || begins_anew_elsewhere(pending)) {
    end_unseen(pending);
    return;
  }
  core::Changes changes;
  Step step = next_step(pending, changes);
  if (auto* answer = std::get_if<Answer>(&step)) {
    finish(pending, std::move(*answer), std::move(changes));
    return;
  }
  pending.has_acted |= !changes.empty();
  if (!changes.empty()) commits_.add(std::move(changes), nullptr);
  if (auto* load = std::get_if<Load>(&step)) {
    std::move(load->agents.begin(), load->agents.end(), std::back_inserter(pending.agents));
    if (!wait_for_agents(call)) run_call(call);
  } else if (auto* read = std::get_if<Read>(&step)) {
    go_on(call, std::move(*read));
  } else if (auto* work = std::get_if<Work>(&step)) {
    go_on(call, std::move(*work));
  } else if (auto* share = std::get_if<Share>(&step)) {
    go_on(call, std::move(*share));
  } else if (auto* consult = std::get_if<Consult>(&step)) {
    go_on(call, std::move(*consult));
  } else {
    go_on(call, std::get<Wait>(step));
  }
}

Step StateOwner::next_step(PendingCall& pending, core::Changes& changes) {
  using Stage = PendingCall::Stage;
  CallContext context{*state_, caller_of(pending), settings_.now_us(), changes, this};
  context.begins = pending.stage < Stage::preparing;
  context.client_follows = !pending.progress_token.empty();
  context.launcher = settings_.launcher;
  context.shared = settings_.shared;
  context.shared_task_lists = settings_.shared_task_lists;
  if (context.begins) pending.agents.clear();
  pending.stage = std::max(pending.stage, Stage::preparing);
  if (!context.begins) changes.reserve(kUsualChanges);
  pending.wait.waiter = 0;  // it takes its turn, or its place anew
  return pending.call->run(context);
}

void StateOwner::finish(PendingCall& pending, Answer given, core::Changes changes) {
  const core::Caller caller = caller_of(pending);
  if (!given.result) {
    note_refusal(pending, given.result.error(), changes);
  } else if (!changes.empty() && caller.line != 0 && !has_answer(changes)) {
    state_->save_answer(caller, *given.result, changes);
  }
  if (changes.empty()) {
    answer(pending, std::move(given));
    look_after_leases();
    return;
  }
  if (has_update(changes)) counters_.updates.fetch_add(1, std::memory_order_relaxed);
  const bool subscribes = pending.ticket.kind == Ticket::Kind::subscription;
  auto give_answer = waits_.hold_answer(pending, std::move(given.result));
  if (subscribes) {
    give_answer = [this, sink = pending.sink, give_answer](const core::Error* failure) {
      follow_subscriptions(sink);
      give_answer(failure);
    };
  }
  commits_.add(std::move(changes), std::move(give_answer));
  unblock(pending);
  look_after_leases();
}

/// An answer that changed nothing, a refusal included, may still show what is not durable yet.
void StateOwner::answer(PendingCall& pending, Answer given) {
  waits_.end(pending);
  // What was read from the store is durable, but the call saw the state as well, which may be newer.
  const auto dependency = dependency_of(pending, given.depends);
  commits_.when_durable(dependency, waits_.hold_answer(pending, std::move(given.result)));
  unblock(pending);
}

}  // namespace governor::daemon
