#include "daemon/store/store_thread.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

#include "ipc/fault_point.hpp"

namespace governor::daemon {

StoreThread::StoreThread(std::unique_ptr<Store> store, Activity* activity)
    : store_(std::move(store)), activity_(activity), thread_([this] { run(); }) {}

StoreThread::~StoreThread() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void StoreThread::post(Job job, const char* what) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(job), what});
  }
  wake_.notify_one();
}

std::size_t StoreThread::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size() + (busy_ ? 1 : 0);
}

bool StoreThread::run_inline_if_idle(const Job& job, const char* what) {
  {
    const std::lock_guard lock(mutex_);
    if (busy_ || !jobs_.empty()) return false;
    busy_ = true;
  }
  run_job(job, what);
  bool work_waits = false;
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    work_waits = !jobs_.empty() || closing_;
  }
  if (work_waits) wake_.notify_one();
  return true;
}

/// Who posts a job that can fail makes the failure its result; one that fails nevertheless takes nothing with
/// it.
void StoreThread::run_job(const Job& job, const char* what) {
  const Activity::Scope scope(activity_, what);
  ipc::wait_at(ipc::FaultPoint::order_store_job);
  try {
    job(*store_);
  } catch (const std::exception& failure) {
    spdlog::critical("a job of the store ended with an exception: {}", failure.what());
  }
}

void StoreThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return !busy_ && (closing_ || !jobs_.empty()); });
    if (jobs_.empty()) return;
    Posted posted = std::move(jobs_.front());
    jobs_.pop_front();
    busy_ = true;
    lock.unlock();
    run_job(posted.job, posted.what);
    posted.job = nullptr;  // what it holds must not outlive it while the thread waits
    lock.lock();
    busy_ = false;
  }
}

}  // namespace governor::daemon
