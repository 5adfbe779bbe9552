#pragma once

#include <optional>
#include <variant>

#include "core/lease_commands.hpp"
#include "daemon/shared/shared_question.hpp"
#include "daemon/tools/tool_call.hpp"

namespace governor::daemon {

/// The part of a call that asks for a lease: first those who are clients of this daemon are heard, then,
/// where the paths are shared, the other machines. Between two rounds it has its place in the queue here.
class LeaseRequest {
 public:
  /// The outcome, `granted` or `held`, or the step that comes before it, after which this is to be called
  /// again. `longest_us`: how long the caller waits at most, for those who follow it.
  std::variant<core::Result<core::LeaseOutcome>, Step> ask(CallContext& context, const core::Caller& caller,
                                                           core::LeaseCommand command,
                                                           std::int64_t longest_us);

  /// Whether there was a step before the outcome.
  [[nodiscard]] bool has_waited() const { return has_waited_; }
  /// Since when it stands in the queue, also from before a crash; 0: it has not.
  [[nodiscard]] std::int64_t since_us() const { return since_us_; }

 private:
  core::WaiterKey waiter_ = 0;  ///< its place in the queue at present
  bool has_waited_ = false;
  std::int64_t since_us_ = 0;
  std::optional<SharedAnswer> answer_;
};

/// Why a lease of a shared workspace may not be acted on now; none: it may, or is not shared.
std::optional<core::Error> out_of_touch(const CallContext& context, const core::Lease& lease);

}  // namespace governor::daemon
