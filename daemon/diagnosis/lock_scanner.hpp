#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "core/result.hpp"
#include "daemon/diagnosis/lock_scan.hpp"

namespace governor::daemon {

/// Runs scans in threads of their own, since the disk they look at may hang: nothing else waits for it then.
class LockScanner {
 public:
  /// A scan under way. Whoever started it asks now and then; letting go of it cancels it.
  class Scan {
   public:
    /// Waits a little for its end; the result once it is there.
    [[nodiscard]] std::optional<core::Result<LockReport>> wait_for(std::chrono::milliseconds patience);
    ~Scan();

   private:
    friend class LockScanner;
    struct Shared;
    explicit Scan(std::shared_ptr<Shared> shared);
    std::shared_ptr<Shared> shared_;
  };

  LockScanner();
  /// Cancels all scans and waits a moment for them. One that hangs with its disk is left to the end of the
  /// process: it touches nothing but what it owns.
  ~LockScanner();
  LockScanner(const LockScanner&) = delete;
  LockScanner& operator=(const LockScanner&) = delete;

  /// Refused when too many scans are under way.
  core::Result<std::unique_ptr<Scan>> start(LockScanRequest request, LockScanLimits limits);

 private:
  struct Running;
  std::shared_ptr<Running> running_;
};

}  // namespace governor::daemon
