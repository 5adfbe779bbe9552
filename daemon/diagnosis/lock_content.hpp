#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace governor::daemon {

/// What a lock file says of its owner. Programs that lock by files write a bare pid, "host:pid", a pid with
/// more lines after it, or a JSON object; whatever is none of these names no owner.
struct LockContent {
  std::optional<std::int64_t> pid;
  std::optional<std::int64_t> locked_us;         ///< since the epoch; none for a time without its zone
  std::optional<std::int64_t> owner_started_us;  ///< likewise: when the owner's process had started
  std::string host;                              ///< where the pid counts; empty: not said
  std::string holder;                            ///< agent or program, for people; empty: not said

  bool operator==(const LockContent&) const = default;
};

LockContent read_lock_content(std::string_view text);

}  // namespace governor::daemon
