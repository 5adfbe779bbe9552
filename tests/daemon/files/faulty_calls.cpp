#include "tests/daemon/files/faulty_calls.hpp"

namespace governor::daemon::test {
namespace {

thread_local FaultyCalls* current = nullptr;

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

}  // namespace governor::daemon::test

extern "C" int governor_fault(const char* call) {
  auto* calls = governor::daemon::test::current;
  return calls != nullptr ? calls->on_call(call) : 0;
}
