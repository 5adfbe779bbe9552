#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "daemon/store/store.hpp"
#include "daemon/support/activity.hpp"

namespace governor::daemon {

/// The one thread that may block on the disk. Jobs run in the order they were posted; each posts its own
/// result back to whoever asked. A caller may also run a job itself while the thread has nothing to do.
class StoreThread {
 public:
  using Job = std::function<void(Store&)>;

  /// The activity, if there is one, lives longer.
  explicit StoreThread(std::unique_ptr<Store> store, Activity* activity = nullptr);
  /// Runs what was posted before, then closes the store.
  ~StoreThread();
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;

  /// `what` is a literal, see Activity.
  void post(Job job, const char* what = "a job");
  /// How many jobs wait for the thread, the one that runs included.
  [[nodiscard]] std::size_t waiting() const;

  /// Runs `job` on the calling thread if nothing is queued or running; saves two thread switches.
  /// Returns whether it did.
  bool run_inline_if_idle(const Job& job, const char* what = "a job");

 private:
  struct Posted {
    Job job;
    const char* what;
  };

  void run();
  void run_job(const Job& job, const char* what);

  std::unique_ptr<Store> store_;
  Activity* activity_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Posted> jobs_;
  bool busy_ = false;
  bool closing_ = false;
  std::thread thread_;  // last: starts when everything else is there
};

}  // namespace governor::daemon
