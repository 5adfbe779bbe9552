#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

namespace governor::ctl {

/// What is shown of work in progress: a bar where the total is known, else how long it has taken.
std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total,
                          std::chrono::milliseconds elapsed);

/// Shows on `out` how far some work is, once it has taken longer than a second, and wipes that out at its
/// end. It draws from a thread of its own, so that work that says nothing for long is shown as well; nobody
/// else may write to `out` meanwhile.
class Progress {
 public:
  struct Pace {
    std::chrono::milliseconds first{1000};  ///< quick work shows nothing
    std::chrono::milliseconds next{100};
  };

  /// `shown`: whether a person looks at `out`; without, nothing is ever written.
  Progress(std::ostream& out, bool shown, std::string what) : Progress(out, shown, std::move(what), Pace()) {}
  Progress(std::ostream& out, bool shown, std::string what, Pace pace);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// A total of 0 is an unknown one.
  void advance_to(std::uint64_t done, std::uint64_t total);

 private:
  void run();

  std::ostream& out_;
  std::string what_;
  Pace pace_;
  std::chrono::steady_clock::time_point began_;
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::uint64_t> total_{0};
  std::mutex mutex_;
  std::condition_variable over_changed_;
  bool over_ = false;
  std::thread thread_;  // last: starts when everything else is there
};

}  // namespace governor::ctl
