#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_set>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "core/change.hpp"
#include "core/error.hpp"
#include "daemon/health/counters.hpp"
#include "daemon/state/inline_guard.hpp"
#include "daemon/store/store_thread.hpp"

namespace governor::daemon {

/// Makes changes durable in groups, and holds back what must not be seen before. All changes that wait while
/// one transaction is written go into the next one together. Runs on the state strand; nothing here suspends.
class CommitQueue {
 public:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
  /// Called when what it waited for is durable (null) or will not become so (the error).
  using Waiter = std::function<void(const core::Error* failure)>;
  /// Which batch of changes something depends on.
  enum class Dependency { none, in_flight, gathering };

  /// `on_failure` is called after a failed commit, before the waiters are told: it drops the state that has
  /// fallen.
  /// `on_durable` is called after a commit with its changes, when the waiters have been told.
  CommitQueue(Strand strand, StoreThread& store, Counters& counters, InlineGuard& guard,
              std::function<void(const core::Error&)> on_failure,
              std::function<void(const core::Changes&)> on_durable);

  /// Changes of one mutation. They are written together with all others that come before the write begins.
  void add(core::Changes changes, Waiter waiter);
  void when_durable(Dependency dependency, Waiter waiter);

  /// What an answer about the agent depends on; key 0: about one that is not known.
  [[nodiscard]] Dependency on_agent(core::AgentKey agent) const;
  [[nodiscard]] Dependency on_everything() const;
  [[nodiscard]] bool is_clean(core::AgentKey agent) const { return on_agent(agent) == Dependency::none; }
  [[nodiscard]] bool idle() const { return !in_flight_ && gathering_.changes.empty(); }
  [[nodiscard]] std::size_t gathered_changes() const { return gathering_.changes.size(); }

  /// Whether the disk has not answered for so long that waiting makes no sense any more. New mutations must
  /// then be refused; a commit that comes through after all ends it.
  [[nodiscard]] bool stalled() const { return stalled_; }
  /// Tells all waiters off if the write in flight is older than the limit. To be called now and then.
  void check_stall(std::chrono::steady_clock::time_point now);

 private:
  struct Batch {
    core::Changes changes;
    std::vector<Waiter> waiters;
    std::unordered_set<core::AgentKey> agents;  ///< those that its changes concern
    bool all_agents = false;                    ///< it concerns them all, such as by new thresholds
    std::size_t mutations = 0;
    std::uint64_t last_sequence = 0;
    std::chrono::steady_clock::time_point since;  ///< its first change
    std::chrono::steady_clock::time_point write_began;
  };

  void schedule_flush();
  enum class Inline { allowed, forbidden };
  void flush(Inline inline_commit);
  void flush_after(std::chrono::steady_clock::duration delay);
  void finish(std::optional<core::Error> failure);
  static void release(std::vector<Waiter>& waiters, const core::Error* failure);
  void publish_oldest();

  Strand strand_;
  StoreThread& store_;
  Counters& counters_;
  InlineGuard& guard_;
  std::function<void(const core::Error&)> on_failure_;
  std::function<void(const core::Changes&)> on_durable_;
  boost::asio::steady_timer gathering_timer_;
  Batch gathering_;
  std::optional<Batch> in_flight_;
  std::uint64_t sequence_ = 0;
  std::size_t previous_mutations_ = 0;
  bool flush_scheduled_ = false;
  bool stalled_ = false;
};

}  // namespace governor::daemon
