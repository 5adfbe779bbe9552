#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace governor::daemon {

/// Who stood in the way of a call.
struct ConflictHolder {
  std::string client;
  std::int64_t pid = 0;  ///< 0: nobody in particular
};

struct Conflict {
  core::ErrorCode code = core::ErrorCode::conflict;
  std::string agent_id;
  ConflictHolder holder;    ///< at the last refusal
  std::uint64_t count = 0;  ///< within the hour
  std::int64_t last_us = 0;
};

/// Refusals of the last hour, to the minute, by reason and agent. Bounded: when there are too many agents the
/// one refused longest ago is forgotten.
class ConflictCounts {
 public:
  void note(core::ErrorCode code, const std::string& agent_id, ConflictHolder holder, std::int64_t now_us);
  /// The most frequent first.
  [[nodiscard]] std::vector<Conflict> last_hour(std::int64_t now_us) const;

  static constexpr std::size_t kMaxEntries = 256;

 private:
  static constexpr std::int64_t kMinuteUs = 60'000'000;
  static constexpr std::size_t kMinutes = 60;

  struct Entry {
    ConflictHolder holder;
    std::int64_t last_us = 0;
    std::array<std::uint32_t, kMinutes> counts{};  ///< of the minute m in place m % 60
    std::array<std::int64_t, kMinutes> minutes{};  ///< which minute that was
  };
  using Key = std::pair<std::string, core::ErrorCode>;

  std::map<Key, Entry> entries_;
};

}  // namespace governor::daemon
