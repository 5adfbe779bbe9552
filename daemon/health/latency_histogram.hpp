#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace governor::daemon {

/// Counts durations in buckets an eighth of an octave wide (error at most 12.5 %), from 1 microsecond to over
/// an hour. Any thread may add and read.
class LatencyHistogram {
 public:
  void add(std::uint64_t microseconds);
  /// The duration that the share `quantile` (0 to 1) of all stayed within, in milliseconds; 0 when empty.
  [[nodiscard]] double quantile_ms(double quantile) const;
  [[nodiscard]] double max_ms() const;
  /// How many there were.
  [[nodiscard]] std::uint64_t count() const;

 private:
  static constexpr int kSubBits = 3;
  static constexpr std::size_t kBuckets = 33 << kSubBits;

  std::array<std::atomic<std::uint64_t>, kBuckets> counts_{};
  std::atomic<std::uint64_t> max_us_{0};
};

}  // namespace governor::daemon
