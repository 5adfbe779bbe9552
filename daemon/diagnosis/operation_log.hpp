#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace governor::daemon {

struct SlowOperation {
  std::string_view tool;  ///< lives as long as the program
  std::string agent_id;   ///< empty when it was about none
  std::int64_t duration_us = 0;
  std::int64_t ended_us = 0;  ///< wall clock
};

/// The slowest calls of each tool since the daemon started. Any thread may add and read; an ordinary call
/// costs one comparison.
class OperationLog {
 public:
  static constexpr std::size_t kPerTool = 5;

  explicit OperationLog(std::int64_t (*now_us)()) : now_us_(now_us) {}

  /// `tool` is its place in the list of all tools; those beyond the last place are left out.
  void add(std::size_t tool, std::string_view name, std::string_view agent_id, std::int64_t duration_us);
  /// The slowest first.
  [[nodiscard]] std::vector<SlowOperation> slowest() const;

 private:
  static constexpr std::size_t kMaxTools = 128;

  std::int64_t (*now_us_)();
  /// What a call must exceed to get into its tool's list.
  std::array<std::atomic<std::int64_t>, kMaxTools> floors_{};
  mutable std::mutex mutex_;
  std::array<std::vector<SlowOperation>, kMaxTools> slowest_;  ///< each with the slowest first
};

}  // namespace governor::daemon
