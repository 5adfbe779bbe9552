#include <memory>
#include <string>
#include <utility>

#include "daemon/tools/approvals/approval_json.hpp"
#include "daemon/tools/approvals/tools.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {
namespace {

class AnswerApprovalCall final : public ToolCall {
 public:
  explicit AnswerApprovalCall(core::ApprovalAnswer answer) : answer_(std::move(answer)) {}

  Step run(CallContext& context) override {
    const core::Approval* asked = context.state.approvals().find(answer_.key);
    if (context.begins && asked != nullptr && !asked->asker.agent_id.empty())
      return Load{{asked->asker.agent_id}};
    const auto answered =
        context.state.answer_approval(context.caller, answer_, context.now_us, context.changes);
    if (!answered) return core::Error(answered.error());
    std::string text;
    JsonWriter json(text);
    write_approval(json, **answered);
    return text;
  }

 private:
  core::ApprovalAnswer answer_;
};

constexpr Parameter kAnswerApprovalParameters[] = {
    integer("approval", 1, kMostExact).required("the number of a request, see list_approvals"),
    flag("approve", "Else it is denied"),
    text("note", kMaxReasonBytes),
    integer("seconds", 1, core::kLongestUnlockUs / kSecondUs, "How long a file is unlocked")
        .otherwise(static_cast<double>(core::kUnlockUs) / static_cast<double>(kSecondUs)),
};

ParsedCall parse_answer(Arguments& arguments, const ToolEnvironment&) {
  core::ApprovalAnswer answer;
  answer.key = arguments.integer("approval");
  answer.approve = arguments.flag("approve");
  answer.note = arguments.text("note").value_or("");
  answer.duration_us = arguments.integer("seconds") * kSecondUs;
  return std::make_unique<AnswerApprovalCall>(std::move(answer));
}

}  // namespace

GovernorRequest approval_answer_request() {
  return {{"governor/approval_answer", Effect::cumulative, kAnswerApprovalParameters, parse_answer},
          core::Role::person};
}

}  // namespace governor::daemon
