#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace governor::gateway {

/// What is written to the log about requests that were refused: enough to see what happens, and not so much
/// that whoever knocks can fill the disk.
class RefusalLog {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kMostInSpan = 20;
  static constexpr std::chrono::seconds kSpan{10};

  /// The line to write, empty if it is one too many.
  std::string line(std::string_view code, std::string_view method, std::string_view path, TimePoint now);

 private:
  TimePoint began_{};
  std::size_t written_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace governor::gateway
