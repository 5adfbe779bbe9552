#include "daemon/mcp/asking_call.hpp"

#include <algorithm>
#include <utility>

#include "daemon/mcp/reply.hpp"
#include "daemon/tools/argument_limits.hpp"

namespace governor::daemon {
namespace {

// How long a call waits for its client's user; clients give up on calls of which they hear nothing.
constexpr std::int64_t kLongestAskWaitUs = 300 * kSecondUs;
constexpr std::int64_t kSilentAskWaitUs = 45 * kSecondUs;

/// Whose agent must be in memory before the request can be answered; empty: nobody's.
std::string asker_of(const core::State& state, core::ApprovalKey key) {
  const core::Approval* asked = state.approvals().find(key);
  return asked != nullptr ? asked->asker.agent_id : std::string();
}

/// What cannot be carried out is said by the call itself, which fails again.
void give(CallContext& context, const core::Caller& caller, const UserAnswer& given) {
  const core::Approval* asked = context.state.approvals().find(given.asked.approval);
  if (asked == nullptr || !asked->is_open() || given.asked.until_us < context.now_us) return;
  core::ApprovalAnswer answer;
  answer.key = asked->key;
  answer.approve = given.approve;
  answer.by_clients_user = true;
  (void)context.state.answer_approval(caller, answer, context.now_us, context.changes);
}

class UserAnswerCall final : public ToolCall {
 public:
  UserAnswerCall(std::string session, UserAnswer answer) : session_(std::move(session)), answer_(answer) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      std::string agent = asker_of(context.state, answer_.asked.approval);
      if (!agent.empty()) return Load{{std::move(agent)}};
    }
    if (const core::Session* session = context.state.find_session(session_))
      give(context, {session->key, 0}, answer_);
    return std::string("{}");
  }

 private:
  std::string session_;
  UserAnswer answer_;
};

}  // namespace

Step AskingCall::run(CallContext& context) {
  if (refusal_) {
    if (!context.begins) return wait_for_answer(context, false);
    refusal_.reset();
    call_ = asking_.anew();
  }
  const bool begins = context.begins || (answer_ && !is_given_);
  if (context.begins) is_loaded_ = is_given_ = false;
  if (answer_ && !is_given_) {
    if (auto load = give_answer(context)) return *std::move(load);
  }
  return run_inner(context, begins);
}

Step AskingCall::run_inner(CallContext& context, bool begins) {
  CallContext inner = context;
  inner.begins = begins;
  Step step = call_->run(inner);
  auto* answer = std::get_if<Answer>(&step);
  if (answer == nullptr || answer->result.ok() || !asking_.again) return step;
  core::Error& error = answer->result.error();
  const core::Session* session = context.state.find_session(context.caller.session);
  const bool has_user = session != nullptr && context.state.deployment_of(*session) == nullptr;
  if (error.approval == 0 || !has_user) return step;
  error.ask_state = sign_ask_state(asking_.key, {error.approval, context.now_us + kAskUs}, asking_.binding);
  if (asking_.way == Way::result) return step;
  asking_.again = false;
  refusal_ = std::move(error);
  wait_length_us_ = context.client_follows ? kLongestAskWaitUs : kSilentAskWaitUs;
  wait_until_us_ = context.now_us + wait_length_us_;
  return wait_for_answer(context, true);
}

Step AskingCall::wait_for_answer(CallContext& context, bool tells) {
  const core::Approval* asked = context.state.approvals().find(refusal_->approval);
  const bool is_open = asked != nullptr && asked->is_open();
  if (is_open && context.now_us < wait_until_us_) {
    Wait wait{0, wait_until_us_, wait_length_us_};
    wait.for_approvals = true;
    if (tells) wait.tell = ask_message(*refusal_);
    return wait;
  }
  if (is_open) return *std::exchange(refusal_, std::nullopt);
  refusal_.reset();
  call_ = asking_.anew();
  return run_inner(context, true);
}

std::optional<Load> AskingCall::give_answer(CallContext& context) {
  std::string agent = asker_of(context.state, answer_->asked.approval);
  if (!agent.empty() && !std::exchange(is_loaded_, true)) return Load{{std::move(agent)}};
  is_given_ = true;
  give(context, context.caller, *answer_);
  return std::nullopt;
}

std::unique_ptr<ToolCall> make_user_answer_call(std::string session, UserAnswer answer) {
  return std::make_unique<UserAnswerCall>(std::move(session), answer);
}

}  // namespace governor::daemon
