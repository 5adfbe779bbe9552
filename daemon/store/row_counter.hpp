#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace governor::daemon {

/// Counts the rows of a database in use, beside everything else, where the start had no time for it.
class RowCounter {
 public:
  /// `tell` is called on a thread of its own if rows were removed or added by others.
  RowCounter(std::string database, std::function<void(const std::string& what)> tell);
  /// Ends the counting.
  ~RowCounter();
  RowCounter(const RowCounter&) = delete;
  RowCounter& operator=(const RowCounter&) = delete;

  /// Until it has counted, or cannot.
  void wait() { thread_.join(); }

 private:
  void count() noexcept;

  std::string database_;
  std::function<void(const std::string& what)> tell_;
  std::atomic<bool> stop_{false};
  std::thread thread_;  // last: begins when everything else is there
};

}  // namespace governor::daemon
