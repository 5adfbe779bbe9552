#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/state.hpp"
#include "daemon/tools/tool_call.hpp"

namespace governor::daemon {

/// The part of a call that writes one file under a lease that it has had for a while: whether another machine
/// has protected the file since. Where that cannot be asked the lease counts, for as long as the daemon acts
/// on it without the database.
class ProtectionQuestion {
 public:
  /// The step that asks, after which this is to be called again; none: it was asked, or is not to be.
  std::optional<Step> ask(const CallContext& context, core::LeaseKey lease, const core::LeasePath& path,
                          const std::string& agent_id);
  /// Why the file is not to be written, unless a person here has allowed it.
  std::optional<core::Error> refusal(CallContext& context, const core::Caller& caller,
                                     const core::WriteIntent& intent, const std::string& agent_id) const;

 private:
  struct Answer {
    std::vector<core::ProtectionElsewhere> protections;
  };

  std::shared_ptr<Answer> answer_;  ///< once it was asked
};

}  // namespace governor::daemon
