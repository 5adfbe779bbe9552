#include "daemon/files/file_threads.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <utility>

#include "daemon/support/stop_deadlines.hpp"

namespace governor::daemon {
namespace {

/// So that one hanging file system leaves threads for the others.
constexpr std::size_t kMaxThreads = 4;

}  // namespace

FileThreads::FileThreads(std::unique_ptr<FileServices> services) : services_(std::move(services)) {}

FileThreads::~FileThreads() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  const auto never_run = std::exchange(waiting_, {});
  wake_.notify_all();
  if (!ended_.wait_for(lock, kFileEndLimit, [this] { return running_ == 0; })) {
    spdlog::critical("a file system does not answer; exiting without it");
    spdlog::shutdown();
    ::_exit(1);
  }
  lock.unlock();
  for (std::thread& thread : threads_) thread.join();
}

void FileThreads::post(Job job) {
  const std::lock_guard lock(mutex_);
  if (closing_) return;  // nobody would wait for it, and the threads are being joined
  waiting_.push_back(std::move(job));
  if (threads_.size() < kMaxThreads && running_ + waiting_.size() > threads_.size()) {
    threads_.emplace_back([this] { run(); });
  } else {
    wake_.notify_one();
  }
}

std::size_t FileThreads::jobs() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + running_;
}

void FileThreads::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
    lock.unlock();
    job(*services_);
    job = nullptr;  // what it holds goes here and not under the lock
    lock.lock();
    --running_;
    ended_.notify_all();
  }
}

}  // namespace governor::daemon
