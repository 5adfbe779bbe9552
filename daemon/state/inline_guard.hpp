#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace governor::daemon {

/// Lets the connections live on when a commit that runs on the I/O thread itself hangs: a spare thread then
/// serves the io_context until the commit returns. It sleeps while no such commits happen.
class InlineGuard {
 public:
  explicit InlineGuard(boost::asio::io_context& io);
  ~InlineGuard();
  InlineGuard(const InlineGuard&) = delete;
  InlineGuard& operator=(const InlineGuard&) = delete;

  /// Around a commit on an I/O thread.
  class Scope {
   public:
    explicit Scope(InlineGuard& guard) : guard_(guard) { guard_.enter(); }
    ~Scope() { guard_.leave(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    InlineGuard& guard_;
  };

 private:
  void enter();
  void leave();
  void watch();
  void stand_in(std::int64_t since);

  boost::asio::io_context& io_;
  std::atomic<std::int64_t> since_us_{0};  ///< steady time at which the present commit began; 0: none
  std::atomic<bool> awake_{false};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;  // last
};

}  // namespace governor::daemon
