#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "daemon/supervisor/ending_processes.hpp"
#include "daemon/supervisor/keeper/keeper_files.hpp"
#include "daemon/supervisor/keeper/keeper_signals.hpp"
#include "daemon/supervisor/keeper/launch_order.hpp"
#include "daemon/supervisor/keeper/output_log.hpp"
#include "daemon/supervisor/keeper/pane.hpp"
#include "daemon/supervisor/keeper/paused_processes.hpp"
#include "daemon/supervisor/keeper/program_start.hpp"
#include "daemon/supervisor/keeper/spared_processes.hpp"

namespace governor::daemon {

/// Starts one agent's program, stays with it, and ends with all that it has started. It needs no daemon: what
/// it must know is in the deployment's directory, and what others must know it writes there. One thread, and
/// nothing that could keep it from its work: whoever looks at the program's output may go away at any time.
class Keeper {
 public:
  Keeper(KeeperFiles files, LaunchOrder order);

  /// Returns when nothing of it runs any more, and that is on the disk.
  int run();

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<std::string> start();
  void open_input();
  void wait();
  void on_signals();
  void reap();
  void look_at_pause();
  void hold_paused(Clock::time_point now);
  void begin_end(EndRecord::How how, std::string why, Clock::time_point now);
  void begin_asked_end(Clock::time_point now);
  void look_after_end(Clock::time_point now);
  void read_output();
  void read_input();
  void write_input();
  void drain_output();
  int finish();
  [[nodiscard]] int patience_ms(Clock::time_point now) const;
  [[nodiscard]] Descendants still_running() const;

  KeeperFiles files_;
  LaunchOrder order_;
  KeeperSignals signals_;
  Pane pane_;
  SparedProcesses spared_;
  OutputLog log_;
  std::optional<ProgramStart> program_;
  ipc::UniqueFd input_;  ///< the FIFO
  std::string typed_;    ///< not yet taken by the program
  std::optional<Clock::time_point> deadline_;
  std::optional<EndingProcesses> ending_;
  std::optional<PausedProcesses> paused_;  ///< none: it runs
  Clock::time_point paused_at_;
  EndRecord end_;
  int looks_with_only_spared_ = 0;
  bool program_is_gone_ = false;
  bool all_gone_ = false;
};

}  // namespace governor::daemon
