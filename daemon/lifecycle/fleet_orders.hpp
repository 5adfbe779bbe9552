#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "daemon/shared/order_database.hpp"
#include "daemon/shared/shared_workspaces.hpp"
#include "daemon/state/state_owner.hpp"

namespace governor::daemon {

/// Carries out what persons order from other machines through the shared database. Each order is a session of
/// its own with one numbered line, so that an order that is taken again after this daemon was killed has its
/// effect once and the same answer.
class FleetOrders : public std::enable_shared_from_this<FleetOrders> {
 public:
  /// All live longer than what is under way.
  FleetOrders(StateOwner& state, SharedWorkspaces& shared, const ToolEnvironment& environment)
      : state_(state), shared_(shared), environment_(environment) {}

  /// To be called now and then, by one thread at a time: looks for orders, every few seconds at most, since
  /// the word that there are some may get lost.
  void look();
  /// A NOTIFY of the database, on the thread that talks with it.
  void hear(std::string_view notice);

 private:
  friend class OrderSink;

  using Clock = std::chrono::steady_clock;
  /// The session of an order whose answer could not be given: it knows it if the order comes again.
  struct Unanswered {
    std::shared_ptr<ReplySink> sink;
    Clock::time_point until;
  };

  void take();
  void begin(const TakenOrder& order);
  void refuse(const TakenOrder& order, const core::Error& error);
  /// `outcome`: the result as JSON, or why there is none. `sink`: of its session; null: it has none.
  void answer(const std::string& order, const core::Result<std::string>& outcome,
              const std::shared_ptr<ReplySink>& sink);
  void is_answered(const std::string& order, const std::shared_ptr<ReplySink>& sink);
  void is_not_answered(const std::string& order, const std::shared_ptr<ReplySink>& sink);
  void forget_unanswered(Clock::time_point now);

  StateOwner& state_;
  SharedWorkspaces& shared_;
  const ToolEnvironment environment_;
  std::atomic<bool> is_taking_{false};
  std::atomic<bool> is_news_{false};  ///< there may be more than what is being taken
  Clock::time_point next_{};
  std::string daemon_;  ///< this one, as it took orders last; of the thread that talks with the database
  std::mutex mutex_;
  std::unordered_set<std::string> under_way_;               ///< orders
  std::unordered_map<std::string, Unanswered> unanswered_;  ///< by order
};

}  // namespace governor::daemon
