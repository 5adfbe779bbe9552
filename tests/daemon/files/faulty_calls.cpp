#include "tests/daemon/files/faulty_calls.hpp"

#include <condition_variable>
#include <mutex>

namespace governor::daemon::test {
namespace {

thread_local FaultyCalls* current = nullptr;

// Outlives every `HangingPaths`, since any thread may look at it at any time.
struct Hang {
  std::mutex mutex;
  std::condition_variable changed;
  std::string part;  // empty: nothing hangs
  int left = 0;      // so many more calls will hang
  int held = 0;
};
Hang hang;

void wait_while_it_hangs(std::string_view path) {
  std::unique_lock lock(hang.mutex);
  if (hang.part.empty() || path.find(hang.part) == std::string_view::npos) return;
  if (hang.left == 0) return;
  --hang.left;
  ++hang.held;
  hang.changed.wait(lock, [] { return hang.part.empty(); });
  --hang.held;
  hang.changed.notify_all();
}

}  // namespace

FaultyCalls::FaultyCalls(Each each) : each_(std::move(each)) {
  current = this;
}

FaultyCalls::~FaultyCalls() {
  current = nullptr;
}

int FaultyCalls::on_call(std::string_view call) {
  if (inside_) return 0;
  inside_ = true;
  const int cause = each_(++count_, call);
  inside_ = false;
  return cause;
}

HangingPaths::HangingPaths(std::string part, int most) {
  const std::lock_guard lock(hang.mutex);
  hang.left = most;
  hang.part = std::move(part);
}

HangingPaths::~HangingPaths() {
  std::unique_lock lock(hang.mutex);
  hang.part.clear();
  hang.changed.notify_all();
  hang.changed.wait(lock, [] { return hang.held == 0; });
}

void HangingPaths::release() {
  const std::lock_guard lock(hang.mutex);
  hang.part.clear();
  hang.changed.notify_all();
}

int HangingPaths::held() const {
  const std::lock_guard lock(hang.mutex);
  return hang.held;
}

}  // namespace governor::daemon::test

extern "C" int governor_fault(const char* call, const char* path) {
  if (path != nullptr) governor::daemon::test::wait_while_it_hangs(path);
  auto* calls = governor::daemon::test::current;
  return calls != nullptr ? calls->on_call(call) : 0;
}
