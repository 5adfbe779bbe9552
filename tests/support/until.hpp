#pragma once

#include <chrono>

#include "ipc/deadline.hpp"

namespace governor::test {

/// Asks again and again until the condition holds or the deadline has passed; returns whether it holds.
template <class Condition>
bool until(ipc::Deadline deadline, Condition condition) {
  for (;;) {
    if (condition()) return true;
    if (deadline.expired()) return false;
    static_cast<void>(ipc::pause_until(deadline.capped(std::chrono::milliseconds(5))));
  }
}

/// Lets time pass where passing time is what is tested.
inline void let_pass(std::chrono::milliseconds duration) {
  static_cast<void>(ipc::pause_until(ipc::Deadline::after(duration)));
}

}  // namespace governor::test
