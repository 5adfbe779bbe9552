#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "daemon/diagnosis/concurrency_report.hpp"
#include "daemon/health/latency_histogram.hpp"
#include "daemon/state/commit_queue.hpp"
#include "daemon/state/pending_call.hpp"

namespace governor::daemon {

/// Keeps account of the calls that wait: for what, since when, and for how long others did. On the state
/// strand.
class CallWaits {
 public:
  using Clock = std::chrono::steady_clock;

  /// Before the call can take effect. Ends what it waited for before.
  void begin(const std::shared_ptr<PendingCall>& pending, WaitsFor what);
  void end(PendingCall& pending);

  /// The call has its outcome; the answer is held back until the returned waiter is called, which delivers
  /// it, or the failure in its place. The waiter is to be called at most once.
  CommitQueue::Waiter hold_answer(PendingCall& pending, core::Result<std::string> outcome);

  /// Finds the client behind a connection's session; may find none.
  using FindSession = std::function<const core::Session*(core::SessionKey)>;
  /// Fills in who waits, and for how long others did.
  void report(ConcurrencyReport& into, const FindSession& find_session) const;

 private:
  /// An answer that waits for the disk.
  struct Held {
    std::shared_ptr<ReplySink> sink;
    Ticket ticket;
    core::Result<std::string> outcome = std::string();
  };

  static constexpr std::size_t kKinds = 10;
  static constexpr std::size_t kSpare = 256;

  std::vector<std::weak_ptr<PendingCall>> waiting_;  ///< some of them wait no more
  std::list<Held> held_;                             ///< from the oldest
  std::list<Held> spare_;                            ///< kept, so that an answer costs no allocation
  std::array<LatencyHistogram, kKinds> times_;
};

}  // namespace governor::daemon
