#pragma once

#include <array>

#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// While it lives, SIGINT, SIGTERM and SIGHUP end waits instead of the program, so that it can tidy up. One
/// at a time.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  /// Becomes readable with the first signal and stays so.
  ipc::Interrupts interrupts() const { return reading_end_; }
  bool requested() const;

 private:
  std::array<int, 1> reading_end_{-1};
};

}  // namespace governor::ctl
