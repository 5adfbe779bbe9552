#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace governor::core {

/// The recent contents of one file, as far as it takes to see that somebody writes in circles. To undo a
/// change once is none.
class RewriteWatch {
 public:
  static constexpr std::size_t kCapacity = 32;
  static constexpr std::int64_t kWindowUs = 600'000'000;  ///< 10 minutes
  static constexpr std::size_t kAllowedRewrites = 3;      ///< more that leave the file as it was are a loop
  static constexpr std::size_t kReturns = 2;              ///< to one content, within the window, are a loop
  static constexpr std::int64_t kRestUs =
      60'000'000;  ///< for so long who wrote in circles leaves the file alone

  enum class Circle {
    none,
    back_again,  ///< the content is once more what it was, not for the first time
    no_progress  ///< many rewrites by one writer changed nothing
  };

  /// One content and who brought it.
  struct Entry {
    std::int64_t time_us = 0;
    std::int64_t writer = 0;  ///< 0: nobody whose rewrites are counted
    std::string sha256;
  };

  void note(Entry entry);
  /// The circle that the newest entry closes.
  [[nodiscard]] Circle judge() const;
  /// Until when this writer leaves the file alone, having closed a circle last; 0: it need not.
  [[nodiscard]] std::int64_t rests_until(std::int64_t writer) const;
  /// Its rewrites no longer count.
  void forget(std::int64_t writer);
  void clear() { entries_.clear(); }

 private:
  [[nodiscard]] bool is_back_again() const;
  [[nodiscard]] bool is_without_progress() const;

  std::deque<Entry> entries_;  ///< oldest first
};

}  // namespace governor::core
