#pragma once

#include "daemon/diagnosis/lock_scanner.hpp"
#include "daemon/diagnosis/operation_log.hpp"

namespace governor::daemon {

/// What the whole daemon shares to find out what is slow or in the way. Any thread.
struct Diagnosis {
  explicit Diagnosis(std::int64_t (*now_us)()) : operations(now_us) {}

  OperationLog operations;
  LockScanner lock_scanner;
};

}  // namespace governor::daemon
