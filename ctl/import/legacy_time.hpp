#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace governor::ctl::legacy {

inline constexpr std::int64_t kUnknownTime = std::numeric_limits<std::int64_t>::min();

/// Which times governor can keep, for messages.
inline constexpr std::string_view kAcceptedTimes =
    "a time from 1970 to 9999, such as 2025-11-24T20:48:28.615058";

/// What a time without a zone means. The old monitor wrote the local time of its machine without saying so.
struct Zone {
  bool of_this_machine = false;  ///< with its summer time
  int offset_seconds = 0;        ///< east of UTC, when not of this machine

  /// "utc", "local", or an offset such as "+02:00".
  static std::optional<Zone> parse(std::string_view text);
};

/// Reads times, and counts those for which the zone was decided here.
class TimeReader {
 public:
  explicit TimeReader(Zone zone) : zone_(zone) {}

  /// None also for what governor has no room for: kAcceptedTimes.
  std::optional<std::int64_t> read(std::string_view text);
  [[nodiscard]] std::uint64_t without_zone() const { return without_zone_; }

 private:
  Zone zone_;
  std::uint64_t without_zone_ = 0;
};

}  // namespace governor::ctl::legacy
