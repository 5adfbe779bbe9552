#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace governor::daemon {

/// Runs functions for threads that are confined, which hand their confinement on to those that they start.
/// One at a time in a process.
class Unconfined {
 public:
  Unconfined();
  ~Unconfined();
  Unconfined(const Unconfined&) = delete;
  Unconfined& operator=(const Unconfined&) = delete;

  /// Runs what `run_unconfined` is given, also what it was given before, until `end`. On the thread that has
  /// made this.
  void serve();
  /// Any thread. Whoever comes later runs its functions itself.
  void end();

 private:
  friend void run_unconfined(const std::function<void()>& function);

  [[nodiscard]] bool take(const std::function<void()>& task);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<const std::function<void()>*> waiting_;
  bool is_over_ = false;
  const std::thread::id own_thread_ = std::this_thread::get_id();
};

/// Runs it where nothing is confined and waits for it: what works on the user's files and starts programs is
/// begun in this way. It shall do nothing that takes long. Exceptions come back. Where there is no
/// `Unconfined`, or its end has come, it runs on this thread.
void run_unconfined(const std::function<void()>& function);

/// A thread that is not confined, and to which no signals go that stop the daemon.
/// Throws `std::system_error` when the system gives no thread.
std::thread start_unconfined(std::function<void()> function);

}  // namespace governor::daemon
