#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace governor::core {

/// What models were told lately, so that a warning which still holds is not said at every step.
class ToldNotices {
 public:
  static constexpr std::int64_t kSilenceUs = 600'000'000;
  static constexpr std::size_t kMostNotices = 4096;

  /// Whether this is to be said now: it was not within the last minutes. Counts as said then.
  bool tell(const std::string& what, std::int64_t now_us);

 private:
  std::unordered_map<std::string, std::int64_t> told_us_;
};

}  // namespace governor::core
