#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/tools/tool_call.hpp"

namespace governor::daemon {

/// Calls that are parts of another one, run one after the other on its path: each begins when the one before
/// it has answered, and one that fails is the end of all.
class CallSequence {
 public:
  /// Told of each answer, in order: which call it is of, counted from 0, and its text.
  using Take = std::function<void(std::size_t at, const std::string& answer)>;

  CallSequence() = default;
  explicit CallSequence(std::vector<std::unique_ptr<ToolCall>> calls) : calls_(std::move(calls)) {}

  /// State strand: what the call at hand needs next, or its error; none when all have answered. Where
  /// `context` begins, all of them begin anew, and answers that were taken before are told once more.
  std::optional<Step> run(CallContext& context, const Take& take);

  /// For `ToolCall::finish_unseen`: the call at hand finishes so; those before it have answered, the others
  /// never began.
  void finish_unseen(CallContext& context);

 private:
  std::vector<std::unique_ptr<ToolCall>> calls_;
  std::size_t at_ = 0;
  bool goes_on_ = false;  ///< the call at `at_` has run before
};

}  // namespace governor::daemon
