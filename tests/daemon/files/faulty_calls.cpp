#include "tests/daemon/files/faulty_calls.hpp"

#include <atomic>

namespace governor::daemon::test {
namespace {

thread_local FaultyCalls* current = nullptr;
std::atomic<HangingPaths*> hanging{nullptr};

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

HangingPaths::HangingPaths(std::string part) : part_(std::move(part)) {
  hanging = this;
}

HangingPaths::~HangingPaths() {
  release();
  hanging = nullptr;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return held_ == 0; });
}

void HangingPaths::release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

int HangingPaths::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

void HangingPaths::hold(std::string_view path) {
  if (path.find(part_) == std::string_view::npos) return;
  std::unique_lock lock(mutex_);
  ++held_;
  changed_.wait(lock, [this] { return released_; });
  --held_;
  changed_.notify_all();
}

}  // namespace governor::daemon::test

extern "C" int governor_fault(const char* call, const char* path) {
  auto* hanging = governor::daemon::test::hanging.load();
  if (hanging != nullptr && path != nullptr) hanging->hold(path);
  auto* calls = governor::daemon::test::current;
  return calls != nullptr ? calls->on_call(call) : 0;
}
