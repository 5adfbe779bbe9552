#include "daemon/diagnosis/lock_scanner.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/sandbox/unconfined.hpp"

namespace governor::daemon {
namespace {

constexpr int kMaxScans = 2;
constexpr std::chrono::milliseconds kPatienceAtEnd{500};

}  // namespace

/// How many scans there are, also of those nobody waits for any more.
struct LockScanner::Running {
  std::mutex mutex;
  std::condition_variable ended;
  int count = 0;
  std::vector<std::weak_ptr<Scan::Shared>> scans;
};

struct LockScanner::Scan::Shared {
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<core::Result<LockReport>> result;
  std::atomic<bool> cancelled{false};
};

LockScanner::Scan::Scan(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

LockScanner::Scan::~Scan() {
  shared_->cancelled = true;
}

std::optional<core::Result<LockReport>> LockScanner::Scan::wait_for(std::chrono::milliseconds patience) {
  std::unique_lock lock(shared_->mutex);
  shared_->ended.wait_for(lock, patience, [this] { return shared_->result.has_value(); });
  return shared_->result;
}

LockScanner::LockScanner() : running_(std::make_shared<Running>()) {}

LockScanner::~LockScanner() {
  std::unique_lock lock(running_->mutex);
  for (const auto& known : running_->scans) {
    if (const auto scan = known.lock()) scan->cancelled = true;
  }
  running_->ended.wait_for(lock, kPatienceAtEnd, [this] { return running_->count == 0; });
}

core::Result<std::unique_ptr<LockScanner::Scan>> LockScanner::start(LockScanRequest request,
                                                                    LockScanLimits limits) {
  const core::Error too_many(core::ErrorCode::overloaded, "Two directories are looked through already.",
                             "Try again in a few seconds; if it stays so, a disk hangs.");
  auto shared = std::make_shared<Scan::Shared>();
  {
    const std::lock_guard lock(running_->mutex);
    if (running_->count >= kMaxScans) return too_many;
    ++running_->count;
    std::erase_if(running_->scans, [](const auto& known) { return known.expired(); });
    running_->scans.push_back(shared);
  }
  try {
    start_unconfined([shared, running = running_, request = std::move(request), limits] {
      auto result = scan_locks(request, limits, view_of_system(), shared->cancelled);
      {
        const std::lock_guard lock(shared->mutex);
        shared->result = std::move(result);
      }
      shared->ended.notify_all();
      const std::lock_guard lock(running->mutex);
      --running->count;
      running->ended.notify_all();
    }).detach();  // see the destructor
  } catch (const std::system_error&) {
    const std::lock_guard lock(running_->mutex);
    --running_->count;
    return too_many;
  }
  return std::unique_ptr<Scan>(new Scan(std::move(shared)));
}

}  // namespace governor::daemon
