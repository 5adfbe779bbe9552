#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace governor::core {

/// The recent contents of one file, as far as it takes to see that somebody writes in circles.
class RewriteWatch {
 public:
  static constexpr std::size_t kCapacity = 32;
  static constexpr std::int64_t kWindowUs = 600'000'000;  ///< 10 minutes
  static constexpr std::size_t kAllowedRewrites = 3;      ///< more that end where they began are a loop

  enum class Circle {
    none,
    back_again,  ///< the content is what it was before the last change
    no_progress  ///< many rewrites by one writer ended where they began
  };

  /// One content and who brought it.
  struct Entry {
    std::int64_t time_us = 0;
    std::int64_t writer = 0;  ///< 0: nobody whose rewrites are counted
    std::string sha256;
    bool restored = false;  ///< from a backup: going back once is what restoring is for
  };

  void note(Entry entry);
  /// The circle that the newest entry closes.
  [[nodiscard]] Circle judge() const;
  /// Its rewrites no longer count.
  void forget(std::int64_t writer);
  void clear() { entries_.clear(); }

 private:
  [[nodiscard]] bool is_back_again() const;
  [[nodiscard]] bool is_without_progress() const;

  std::deque<Entry> entries_;  ///< oldest first
};

}  // namespace governor::core
