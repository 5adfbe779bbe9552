#include "daemon/files/file_threads.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "daemon/sandbox/unconfined.hpp"
#include "daemon/support/stop_deadlines.hpp"

namespace governor::daemon {

bool FileJob::withdraw() {
  const std::lock_guard lock(mutex_);
  if (stage_ == Stage::running) return false;
  stage_ = Stage::withdrawn;
  return true;
}

bool FileJob::is_withdrawn() const {
  const std::lock_guard lock(mutex_);
  return stage_ == Stage::withdrawn;
}

std::optional<FileJob::Clock::time_point> FileJob::began() const {
  const std::lock_guard lock(mutex_);
  return stage_ == Stage::running ? std::optional(began_) : std::nullopt;
}

bool FileJob::begin() {
  const std::lock_guard lock(mutex_);
  if (stage_ != Stage::waiting) return false;
  stage_ = Stage::running;
  began_ = Clock::now();
  return true;
}

FileThreads::FileThreads(std::unique_ptr<FileServices> services, std::chrono::milliseconds seems_to_hang)
    : services_(std::move(services)), seems_to_hang_(seems_to_hang) {}

FileThreads::~FileThreads() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  const auto never_run = std::exchange(waiting_, {});
  wake_.notify_all();
  if (!ended_.wait_for(lock, kFileEndLimit, [this] { return running_.empty(); })) {
    spdlog::critical("a file system does not answer; exiting without it");
    spdlog::shutdown();
    ::_exit(1);
  }
  lock.unlock();
  for (std::thread& thread : threads_) thread.join();
}

std::shared_ptr<FileJob> FileThreads::post(Job job, std::string lane) {
  auto handle = std::make_shared<FileJob>();
  const std::lock_guard lock(mutex_);
  if (closing_) return handle;  // nobody would wait for it, and the threads are being joined
  waiting_.push_back({handle, std::move(job), std::move(lane)});
  start_threads(Clock::now());
  return handle;
}

void FileThreads::look_after() {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [](const Waiting& waiting) { return waiting.handle->is_withdrawn(); });
  if (!closing_) start_threads(Clock::now());
}

bool FileThreads::has_room(const std::string& lane, Clock::time_point now) const {
  std::size_t all = 0;
  std::size_t fresh = 0;
  for (const Running& running : running_) {
    if (running.lane != lane) continue;
    ++all;
    fresh += now - running.since < seems_to_hang_ ? 1 : 0;
  }
  return fresh < kAtOnce && all < kMostOfOneLane;
}

std::deque<FileThreads::Waiting>::iterator FileThreads::next_runnable(Clock::time_point now) {
  return std::find_if(waiting_.begin(), waiting_.end(),
                      [&](const Waiting& waiting) { return has_room(waiting.lane, now); });
}

/// Whoever calls it has `mutex_`.
void FileThreads::start_threads(Clock::time_point now) {
  if (next_runnable(now) == waiting_.end()) return;
  wake_.notify_all();
  if (idle_ > 0 || threads_.size() >= kMostThreads) return;
  try {
    threads_.push_back(start_unconfined([this] { run(); }));
  } catch (const std::system_error& error) {
    // The next look tries again; what waits for too long is withdrawn.
    spdlog::error("no thread for work on files can be started: {}", error.what());
  }
}

std::size_t FileThreads::jobs() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + running_.size();
}

void FileThreads::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    auto next = waiting_.end();
    ++idle_;
    wake_.wait(lock, [&] { return closing_ || (next = next_runnable(Clock::now())) != waiting_.end(); });
    --idle_;
    if (closing_) return;
    Waiting taken = std::move(*next);
    waiting_.erase(next);
    if (!taken.handle->begin()) continue;
    const auto place = running_.insert(running_.end(), {std::move(taken.lane), Clock::now()});
    start_threads(Clock::now());  // one job more may be left for one thread less
    lock.unlock();
    try {
      taken.job(*services_);
    } catch (const std::exception& error) {
      spdlog::error("work on files ended with an exception: {}", error.what());
    }
    taken = {};  // what it holds goes here and not under the lock
    lock.lock();
    running_.erase(place);
    ended_.notify_all();
  }
}

}  // namespace governor::daemon
