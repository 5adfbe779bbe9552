#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "proxy/output_stream.hpp"

namespace governor::proxy {

/// Short notes on stderr: seldom, and dropped rather than waited for.
class Diagnostics {
 public:
  explicit Diagnostics(int fd) : stream_(fd) {}
  void note(std::string_view text);
  /// Said whatever was said before.
  void last_word(std::string_view text);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kInterval{5};

  OutputStream stream_;
  std::string last_;
  Clock::time_point next_at_{};
};

}  // namespace governor::proxy
