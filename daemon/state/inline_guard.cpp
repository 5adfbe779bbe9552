#include "daemon/state/inline_guard.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>

#include "daemon/health/health_report.hpp"

namespace governor::daemon {
namespace {

constexpr std::chrono::milliseconds kLook{20};
constexpr std::int64_t kHangingUs = 25'000;
constexpr int kQuietLooksBeforeSleep = 50;  // one second without inline commits

std::int64_t now_us() {
  return steady_us(std::chrono::steady_clock::now());
}

}  // namespace

InlineGuard::InlineGuard(boost::asio::io_context& io) : io_(io), thread_([this] { watch(); }) {}

InlineGuard::~InlineGuard() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void InlineGuard::enter() {
  // Sequentially consistent, with the same in `watch`: either this sees that the thread went to sleep, or the
  // thread sees this commit and stays awake.
  since_us_.store(now_us());
  if (awake_) return;
  {
    const std::lock_guard lock(mutex_);
    awake_ = true;
  }
  wake_.notify_one();
}

void InlineGuard::leave() {
  since_us_.store(0, std::memory_order_release);
}

void InlineGuard::watch() {
  std::unique_lock lock(mutex_);
  std::int64_t seen = 0;
  int quiet_looks = 0;
  while (!stopping_) {
    if (!awake_) {
      wake_.wait(lock, [this] { return awake_ || stopping_; });
      quiet_looks = 0;
      continue;
    }
    wake_.wait_for(lock, kLook, [this] { return stopping_.load(); });
    const std::int64_t since = since_us_.load(std::memory_order_acquire);
    quiet_looks = since == 0 || since == seen ? quiet_looks + 1 : 0;
    seen = since;
    if (since != 0 && now_us() - since >= kHangingUs) {
      lock.unlock();
      stand_in(since);
      lock.lock();
    } else if (since == 0 && quiet_looks >= kQuietLooksBeforeSleep) {
      awake_ = false;
      if (since_us_ != 0) awake_ = true;
    }
  }
}

void InlineGuard::stand_in(std::int64_t since) {
  while (!stopping_ && !io_.stopped() && since_us_.load(std::memory_order_acquire) == since) {
    try {
      io_.run_one_for(std::chrono::milliseconds(10));
    } catch (const std::exception& failure) {  // as in run_io()
      spdlog::critical("an exception that was not foreseen: {}", failure.what());
    }
  }
}

}  // namespace governor::daemon
