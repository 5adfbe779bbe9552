#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/mcp/ask_state.hpp"
#include "daemon/tools/tool_call.hpp"

namespace governor::daemon {

/// What the user of a client has said.
struct UserAnswer {
  AskState asked;
  bool approve = false;
};

/// A call of a client that can ask its user: what fails for want of a person's word is asked in the client.
/// In revision 2026-07-28 the call ends with the question (`Error::ask_state`), and the answer comes with the
/// same call again: it is given first, and then the call is made. In older ones the question is a message,
/// and the call waits for the answer, from wherever it comes, and is made anew then.
class AskingCall final : public ToolCall {
 public:
  enum class Way { result, message };
  struct Asking {
    Way way = Way::result;
    std::string_view key;  ///< see ToolEnvironment::ask_key
    std::string binding;
    bool again = true;                                  ///< the user may be asked (once more)
    std::function<std::unique_ptr<ToolCall>()> anew{};  ///< the same call once more
  };

  AskingCall(std::unique_ptr<ToolCall> call, Asking asking, std::optional<UserAnswer> answer)
      : call_(std::move(call)), asking_(std::move(asking)), answer_(answer) {}

  Step run(CallContext& context) override;
  void finish_unseen(CallContext& context) override { call_->finish_unseen(context); }
  core::Result<std::optional<std::string>> replay(Store& store, const core::Answer& answer) override {
    return call_->replay(store, answer);
  }

 private:
  std::optional<Load> give_answer(CallContext& context);
  Step run_inner(CallContext& context, bool begins);
  Step wait_for_answer(CallContext& context, bool tells);

  std::unique_ptr<ToolCall> call_;
  Asking asking_;
  std::optional<UserAnswer> answer_;
  bool is_loaded_ = false;
  bool is_given_ = false;
  // While it waits: the refusal, and until when.
  std::optional<core::Error> refusal_;
  std::int64_t wait_until_us_ = 0;
  std::int64_t wait_length_us_ = 0;
};

/// Takes down what the user of a client has answered to a message. Nothing happens if the request was
/// answered before.
std::unique_ptr<ToolCall> make_user_answer_call(std::string session, UserAnswer answer);

}  // namespace governor::daemon
