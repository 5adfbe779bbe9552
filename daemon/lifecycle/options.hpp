#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/deployment.hpp"
#include "core/thresholds.hpp"
#include "daemon/lifecycle/coordination_config.hpp"
#include "daemon/shared/shared_settings.hpp"
#include "daemon/supervisor/supervisor_settings.hpp"
#include "daemon/tools/evidence/evidence_settings.hpp"

namespace governor::daemon {

/// Everything that can be set from outside; configuration file first, then the command line. Names are the
/// same.
struct Options {
  bool foreground = false;  ///< log to standard error
  bool check = false;       ///< say whether these options and the configuration are good, and end
  int startup_fd = -1;      ///< pipe of whoever started us, see ipc/startup_pipe.hpp
  std::string runtime_dir;  ///< empty: see ipc::resolve_paths
  std::string state_dir;    ///< likewise
  std::string config;       ///< likewise
  int idle_exit = -1;       ///< seconds without any session; 0: never; -1: 900 when self-started, else never
  int io_threads = 1;       ///< 1 is fastest on small machines
  std::string log_level = "info";
  int loaded_agents_limit = 4096;      ///< agents kept in memory
  int archive_idle_days = 0;           ///< test_* and demo_* agents idle for longer are archived; 0: never
  std::string loop_policy = "advise";  ///< or "block"
  bool agents_decide = false;          ///< agents may do what is else for people to decide
  bool lease_gate = true;              ///< agents in trouble get no new exclusive lease
  int lease_grace_seconds = 30;        ///< how long leases outlive their session
  bool sandbox = true;                 ///< confine the threads that serve clients and keep the state
  int watchdog_seconds = 30;           ///< after so long without a round the daemon ends itself; 0: never
  int low_disk_mb = 256;               ///< less room than this raises an alert; 0: none
  int backup_keep_count = 50;          ///< versions kept of one file
  int backup_keep_days = 30;           ///< and for how long, but for the newest
  int backup_max_mb = 1024;            ///< all backups of files together
  int backup_max_file_mb = 16;         ///< of one file, to be written by commit_file and kept
  /// Files that nobody writes without a person's leave. In the file only.
  std::vector<std::string> protected_patterns;
  /// A program, by its absolute path, and its arguments, run for each new alert; empty: none. In the file
  /// only.
  std::vector<std::string> alert_command;

  EvidenceSettings evidence;          ///< in the file only
  CoordinationSettings coordination;  ///< in the file only
  SharedSettings shared;              ///< in the file only

  core::DeploymentLimits deployment_limits{};  ///< in the file only, under `deployments`
  DeploymentSettings deployments{};            ///< likewise

  [[nodiscard]] int effective_idle_exit() const {
    if (idle_exit >= 0) return idle_exit;
    return startup_fd >= 0 && !foreground ? 900 : 0;
  }
};

/// What to do instead of serving: print this and exit with this code.
struct ExitNow {
  int code;
  std::string text;
  int startup_fd = -1;  ///< where a failure is to be reported, as in Options
};

/// Parses the command line, reads the configuration file it points at (or the default one) and merges the
/// two. A wrong key or value is refused with file, line and reason.
std::variant<Options, ExitNow> read_options(int argc, const char* const* argv);

}  // namespace governor::daemon
