#include "daemon/health/latency_histogram.hpp"

#include <algorithm>
#include <bit>

namespace governor::daemon {

void LatencyHistogram::add(std::uint64_t us) {
  const std::uint64_t value = std::clamp<std::uint64_t>(us, 1, 0xFFFFFFFFull);
  std::size_t bucket = value;  // below 8 microseconds each has a bucket of its own
  if (value >= (1u << kSubBits)) {
    const int octave = std::bit_width(value) - 1;
    const std::uint64_t part = (value >> (octave - kSubBits)) & ((1u << kSubBits) - 1);
    bucket = (static_cast<std::size_t>(octave - kSubBits + 1) << kSubBits) + part;
  }
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  std::uint64_t seen = max_us_.load(std::memory_order_relaxed);
  while (us > seen && !max_us_.compare_exchange_weak(seen, us, std::memory_order_relaxed)) {
  }
}

double LatencyHistogram::quantile_ms(double quantile) const {
  std::array<std::uint64_t, kBuckets> counts;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) total += counts[i] = counts_[i].load(std::memory_order_relaxed);
  if (total == 0) return 0.0;
  const auto rank = static_cast<std::uint64_t>(quantile * static_cast<double>(total - 1)) + 1;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts[i];
    if (seen < rank) continue;
    const std::size_t octave = i >> kSubBits;
    const std::size_t part = i & ((1u << kSubBits) - 1);
    const double us = octave == 0
                          ? static_cast<double>(i)
                          : static_cast<double>(((std::size_t{1} << kSubBits) + part + 1) << (octave - 1));
    return std::min(us / 1000.0, max_ms());  // the end of the bucket may lie beyond the longest of all
  }
  return max_ms();
}

double LatencyHistogram::max_ms() const {
  return static_cast<double>(max_us_.load(std::memory_order_relaxed)) / 1000.0;
}

std::uint64_t LatencyHistogram::count() const {
  std::uint64_t total = 0;
  for (const auto& bucket : counts_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

}  // namespace governor::daemon
