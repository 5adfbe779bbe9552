#include "core/lease_errors.hpp"

#include <fmt/format.h>

#include "core/time_text.hpp"

namespace governor::core {

Error about_lease(ErrorCode code, std::string message, std::string hint, LeaseKey key) {
  Error error(code, std::move(message), std::move(hint));
  error.field = "lease";
  error.given = std::to_string(key);
  return error;
}

Error lease_over(const Lease& lease) {
  std::string how;
  switch (lease.ending) {
    case LeaseEnding::expired: how = "expired"; break;
    case LeaseEnding::session_ended: how = "ended with its session"; break;
    case LeaseEnding::agent_retired: how = "ended with its agent"; break;
    case LeaseEnding::broken: how = "was broken by a person"; break;
    case LeaseEnding::lost: how = "was lost to the other machines of its workspace"; break;
    default: how = "was released"; break;
  }
  return about_lease(
      ErrorCode::conflict,
      fmt::format("Lease {} {} at {}{}{}.", lease.key, how, utc_text(lease.ended_us),
                  lease.ending_detail.empty() ? "" : ": ", lease.ending_detail),
      "Ask again with request_write, and read the file again before you write: others may have changed it.",
      lease.key);
}

}  // namespace governor::core
