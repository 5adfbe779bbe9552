#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace governor::gateway {

/// The browsers that were let in. They are forgotten when the gateway ends.
class BrowserSessions {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kMost = 32;
  static constexpr std::chrono::hours kLongestIdle{24 * 7};

  struct Session {
    std::string cookie;
    std::string csrf;
    TimePoint last_used;
  };

  /// Of more than the most, the one that was not used for longest has to go.
  const Session& open(TimePoint now);
  /// Null for what is no cookie of a session. The pointer lives until the next call.
  const Session* find(std::string_view cookie, TimePoint now);

 private:
  std::vector<Session> sessions_;
};

}  // namespace governor::gateway
