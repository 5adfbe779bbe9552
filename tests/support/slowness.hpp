#pragma once

#include <chrono>

#include "ipc/deadline.hpp"

namespace governor::test {

#ifndef GOVERNOR_TEST_SLOWNESS
#define GOVERNOR_TEST_SLOWNESS 1
#endif

/// How much longer everything takes in this build: sanitizers cost time.
inline constexpr int kSlowness = GOVERNOR_TEST_SLOWNESS;

/// A deadline that no machine that works misses, for what is only to happen at all.
inline ipc::Deadline patience(std::chrono::milliseconds duration = std::chrono::seconds(20)) {
  return ipc::Deadline::after(duration * kSlowness);
}

}  // namespace governor::test
