#pragma once

#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string>
#include <utility>

namespace governor::daemon {

/// Counts the coroutines that run and logs how they end, so that none is lost and all can be waited for.
class TaskScope {
 public:
  /// `name` says in the log what failed.
  template <class Executor>
  void spawn(const Executor& executor, std::string name, boost::asio::awaitable<void, Executor> task) {
    running_.fetch_add(1, std::memory_order_relaxed);
    boost::asio::co_spawn(executor, std::move(task),
                          [this, name = std::move(name)](const std::exception_ptr& failure) {
                            if (failure) log(name, failure);
                            running_.fetch_sub(1, std::memory_order_acq_rel);
                          });
  }

  [[nodiscard]] std::size_t running() const { return running_.load(std::memory_order_acquire); }

 private:
  static void log(const std::string& name, const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      spdlog::error("{} failed: {}", name, error.what());
    }
  }

  std::atomic<std::size_t> running_{0};
};

}  // namespace governor::daemon
