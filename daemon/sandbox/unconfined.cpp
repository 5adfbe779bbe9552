#include "daemon/sandbox/unconfined.hpp"

#include <exception>

#include "ipc/child_process.hpp"

namespace governor::daemon {
namespace {

std::mutex current_mutex;
Unconfined* current = nullptr;

}  // namespace

Unconfined::Unconfined() {
  const std::lock_guard lock(current_mutex);
  current = this;
}

Unconfined::~Unconfined() {
  end();
  const std::lock_guard lock(current_mutex);
  current = nullptr;
}

void Unconfined::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto* function = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    (*function)();
    lock.lock();
  }
}

void Unconfined::end() {
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  changed_.notify_all();
}

/// False when it is the caller's to do. The task shall live until it has run.
bool Unconfined::take(const std::function<void()>& task) {
  const std::lock_guard lock(mutex_);
  if (is_over_ || std::this_thread::get_id() == own_thread_) return false;
  waiting_.push_back(&task);
  changed_.notify_all();
  return true;
}

void run_unconfined(const std::function<void()>& function) {
  struct Outcome {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_done = false;
    std::exception_ptr failure;
  };
  Outcome outcome;
  const std::function<void()> task = [&] {
    std::exception_ptr failure;
    try {
      function();
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(outcome.mutex);
    outcome.failure = failure;
    outcome.is_done = true;
    outcome.changed.notify_all();
  };
  const bool is_taken = [&] {
    const std::lock_guard lock(current_mutex);
    return current != nullptr && current->take(task);
  }();
  if (!is_taken) {
    function();
    return;
  }
  std::unique_lock lock(outcome.mutex);
  outcome.changed.wait(lock, [&] { return outcome.is_done; });
  if (outcome.failure) std::rethrow_exception(outcome.failure);
}

std::thread start_unconfined(std::function<void()> function) {
  std::thread thread;
  run_unconfined([&] {
    const ipc::SignalsBlocked blocked;
    thread = std::thread(std::move(function));
  });
  return thread;
}

}  // namespace governor::daemon
