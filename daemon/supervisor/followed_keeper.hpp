#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/deployment.hpp"
#include "daemon/supervisor/ending_processes.hpp"
#include "daemon/supervisor/keeper/keeper_files.hpp"
#include "daemon/supervisor/output_tail.hpp"
#include "daemon/supervisor/output_watch.hpp"
#include "daemon/supervisor/process_descriptor.hpp"
#include "daemon/supervisor/supervisor_settings.hpp"

namespace governor::daemon {

/// One deployment whose keeper is watched, on the thread of the watch. What it does never waits.
class FollowedKeeper {
 public:
  using Clock = std::chrono::steady_clock;
  using Report = std::function<void(core::DeploymentReport)>;

  FollowedKeeper(const SupervisorSettings& settings, const core::Deployment& deployment, Report report);

  /// To be called when `fd` is readable, and every `interval`.
  void look();
  void stop(std::string reason);
  void pause(bool paused);
  [[nodiscard]] bool is_over() const { return is_over_; }
  /// Becomes readable when the keeper ends; -1: it must be looked for.
  [[nodiscard]] int fd() const { return keeper_gone_ ? -1 : descriptor_.fd(); }
  [[nodiscard]] std::chrono::milliseconds interval() const;

 private:
  void find_keeper();
  [[nodiscard]] bool is_keeper_gone();
  void read_output();
  void report_seen(Clock::time_point now);
  void end_what_stays(Clock::time_point now);
  void tell_pause();
  void ask_to_end(const StopRecord& record);
  void press_keeper(Clock::time_point now);
  void look_after_keeper_is_gone(Clock::time_point now);
  void end_orphans(Clock::time_point now);
  [[nodiscard]] std::vector<SeenProcess> orphans(bool& is_clear) const;
  [[nodiscard]] core::DeploymentEnded ended(const EndRecord& end) const;
  void report_rest();
  void report_end(core::DeploymentEnded end);

  const SupervisorSettings& settings_;
  std::string id_;
  KeeperFiles files_;
  Report report_;
  core::SessionProcess known_keeper_;
  core::DeploymentUsage known_usage_;  ///< of this run
  bool paused_ = false;
  bool pause_untold_ = true;
  std::optional<KeeperRecord> record_;
  ProcessDescriptor descriptor_;
  OutputTail tail_;
  OutputWatch watch_;
  std::optional<core::DeploymentSeen> reported_;
  std::optional<StopRecord> wanted_;  ///< to be asked as soon as the keeper is known
  std::optional<StopRecord> asked_;
  Clock::time_point asked_at_;
  std::optional<Clock::time_point> missing_since_;
  std::optional<EndingProcesses> ending_;
  std::optional<Clock::time_point> silent_until_;  ///< nothing is reported until then but the end
  std::optional<Clock::time_point> unclear_since_;
  int looks_without_orphans_ = 0;
  bool unknown_ = false;
  bool keeper_gone_ = false;
  bool is_over_ = false;
};

}  // namespace governor::daemon
