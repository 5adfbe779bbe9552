#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "daemon/shared/shared_workspaces.hpp"
#include "daemon/state/state_owner.hpp"
#include "daemon/store/store.hpp"
#include "daemon/store/store_thread.hpp"

namespace governor::daemon {

/// Tells the database that several machines share how this daemon's agents stand, which alerts are open and
/// what waits for a person: those that have changed, and all of them when this daemon has joined anew. Nobody
/// waits for it, and what could not be told is told later.
class FleetReport : public std::enable_shared_from_this<FleetReport> {
 public:
  /// All live longer than what is under way.
  FleetReport(StateOwner& state, StoreThread& store, SharedWorkspaces& shared)
      : state_(state), store_(store), shared_(shared) {}

  /// To be called now and then, by one thread at a time; does nothing more often than every two seconds, nor
  /// while a report is under way.
  void tell();

 private:
  /// Where reading all agents has come to, or that it is done.
  struct Progress {
    std::optional<ChangeMark> mark;  ///< none: nothing was told yet
    bool reads_all = true;
    std::string after;
  };
  struct Report {
    std::string agents = "[]";
    std::string alerts = "[]";
    std::string approvals = "[]";
    bool is_end = false;
    Progress then;
  };

  void read(Store& store, Report report);
  std::optional<core::Error> read_agents(Store& store, Report& report) const;
  void send(Report report);
  std::optional<core::Error> publish(Database& database, const SharedMember& member, const Report& report);
  void begin_anew();

  StateOwner& state_;
  StoreThread& store_;
  SharedWorkspaces& shared_;
  std::atomic<bool> is_under_way_{false};
  std::chrono::steady_clock::time_point next_{};
  // Of whoever has the report under way.
  Progress progress_;
  std::string told_alerts_;
  std::string told_approvals_;
  std::int64_t epoch_ = 0;  ///< in which all agents were told, or are being told
};

}  // namespace governor::daemon
