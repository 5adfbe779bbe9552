#include "daemon/tools/call_sequence.hpp"

#include <utility>

namespace governor::daemon {

std::optional<Step> CallSequence::run(CallContext& context, const Take& take) {
  if (context.begins) {
    at_ = 0;
    goes_on_ = false;
  }
  for (; at_ < calls_.size(); ++at_, goes_on_ = false) {
    CallContext inner = context;
    inner.begins = !std::exchange(goes_on_, true);
    Step step = calls_[at_]->run(inner);
    const auto* answer = std::get_if<Answer>(&step);
    if (answer == nullptr || !answer->result) return step;
    take(at_, *answer->result);
  }
  return std::nullopt;
}

void CallSequence::finish_unseen(CallContext& context) {
  if (at_ < calls_.size() && goes_on_) calls_[at_]->finish_unseen(context);
}

}  // namespace governor::daemon
