#include "daemon/tools/coordination/lease_request.hpp"

#include <utility>

#include "daemon/shared/shared_workspaces.hpp"

namespace governor::daemon {
namespace {

SharedQuestion question_of(const core::LeaseOutcome& outcome, std::int64_t ttl_us, const core::State& state,
                           std::int64_t now_us) {
  const core::Lease& lease = outcome.lease;
  SharedQuestion question;
  question.lease = lease.key;
  question.mode = lease.claim.mode;
  question.holder = lease.claim.holder;
  question.reason = lease.reason;
  question.ttl_us = ttl_us;
  question.wait_us = outcome.wait_until_us - now_us;
  for (const core::LeasePath& path : lease.claim.paths) {
    if (!path.shared.is_known()) continue;
    question.workspace = path.shared.workspace;
    question.patterns.push_back(path.shared.path);
    const bool is_guarded = lease.claim.mode == core::LeaseMode::exclusive &&
                            !state.is_unlocked(path, lease.claim.holder.agent_id, now_us);
    if (is_guarded) question.guarded.push_back(path.shared.path);
  }
  return question;
}

}  // namespace

std::optional<core::Error> out_of_touch(const CallContext& context, const core::Lease& lease) {
  if (context.shared == nullptr || !lease.claim.is_shared() || context.shared->holds(lease.key))
    return std::nullopt;
  return context.shared->unavailable();
}

std::variant<core::Result<core::LeaseOutcome>, Step> LeaseRequest::ask(CallContext& context,
                                                                       const core::Caller& caller,
                                                                       core::LeaseCommand command,
                                                                       std::int64_t longest_us) {
  using Status = core::LeaseOutcome::Status;
  const std::optional<SharedAnswer> answer = std::exchange(answer_, std::nullopt);
  const std::int64_t ttl_us = command.ttl_us;
  command.waiter = std::exchange(waiter_, 0);
  if (answer) {
    command.verdict = answer->verdict;
    // It may have been long on its way.
    if (answer->verdict.is_granted && !context.shared->holds(answer->verdict.lease)) {
      command.verdict->is_granted = false;
      command.verdict->failure = context.shared->unavailable();
    }
  }
  auto outcome = context.state.request_lease(caller, std::move(command), context.now_us, context.changes);
  if (!outcome) return core::Result<core::LeaseOutcome>(std::move(outcome.error()));
  if (outcome->since_us != 0) since_us_ = outcome->since_us;
  if (outcome->status == Status::waiting) {
    waiter_ = outcome->waiter;
    has_waited_ = true;
    return Step(Wait{waiter_, outcome->wait_until_us, longest_us});
  }
  if (outcome->status == Status::asks_others) {
    if (context.shared == nullptr) {
      // It was shared by a daemon before, which has kept the request; none is now.
      context.state.stop_waiting(outcome->waiter, context.changes);
      return core::Result<core::LeaseOutcome>(
          core::Error(core::ErrorCode::storage_unavailable, "This daemon shares no workspaces.",
                      "Ask again; \"shared\" in the configuration says what is shared."));
    }
    waiter_ = outcome->waiter;
    has_waited_ = true;
    Share share;
    share.question = question_of(*outcome, ttl_us, context.state, context.now_us);
    share.take = [this](SharedAnswer given) { answer_ = std::move(given); };
    share.wait = {waiter_, outcome->wait_until_us, longest_us};
    return Step(std::move(share));
  }
  if (outcome->status == Status::granted) {
    const bool is_of_answer = answer && answer->claim && outcome->lease.key == answer->verdict.lease;
    if (is_of_answer) answer->claim->take();
    if (!outcome->created) {
      if (auto error = out_of_touch(context, outcome->lease))
        return core::Result<core::LeaseOutcome>(*std::move(error));
    }
  }
  return outcome;
}

}  // namespace governor::daemon
