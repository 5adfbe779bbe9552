#include "daemon/lifecycle/options.hpp"

#include <CLI/CLI.hpp>
#include <limits>
#include <optional>
#include <sstream>

#include "daemon/lifecycle/config_file.hpp"
#include "ipc/build_info.hpp"
#include "ipc/environment.hpp"
#include "ipc/paths.hpp"

namespace governor::daemon {
namespace {

void declare(CLI::App& app, Options& options) {
  app.add_flag("--foreground", options.foreground, "Log to standard error instead of the log file");
  app.add_flag("--check", options.check, "Check options and configuration file, start nothing");
  app.add_option("--startup-fd", options.startup_fd,
                 "Descriptor on which to report the start (used by the proxy)");
  app.add_option("--runtime-dir", options.runtime_dir, "Directory of the socket and the locks");
  app.add_option("--state-dir", options.state_dir, "Directory of the database, backups and log");
  app.add_option("--config", options.config, "Configuration file");
  app.add_option("--idle-exit", options.idle_exit, "Exit after this many seconds without a session; 0: never")
      ->check(CLI::Range(0, std::numeric_limits<int>::max()));
  app.add_option("--io-threads", options.io_threads, "Threads for connections")->check(CLI::Range(1, 64));
  app.add_option("--loaded-agents-limit", options.loaded_agents_limit, "Agents kept in memory")
      ->check(CLI::Range(16, 1000000));
  app.add_option(
         "--loop-policy", options.loop_policy,
         "advise: an agent in a loop is told; block: its updates are also refused for a growing while")
      ->check(CLI::IsMember({"advise", "block"}));
  app.add_option("--archive-idle-days", options.archive_idle_days,
                 "Archive agents test_* and demo_* daily that had no update for so many days; 0: never")
      ->check(CLI::Range(0, 36500));
  app.add_option("--agents-decide", options.agents_decide,
                 "Whether agents may set the thresholds of all and acknowledge alerts, as people may")
      ->capture_default_str();
  app.add_option("--lease-gate", options.lease_gate,
                 "Whether agents that are paused, critical or in a loop get no new exclusive lease")
      ->capture_default_str();
  app.add_option("--lease-grace-seconds", options.lease_grace_seconds,
                 "How long leases outlive their session, for it to come back")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  app.add_option("--low-disk-mb", options.low_disk_mb,
                 "Raise an alert when fewer megabytes than this are free for the state directory; 0: never")
      ->check(CLI::Range(0, kHighestLowDiskMb));
  app.add_option("--backup-keep-count", options.backup_keep_count, "Versions kept of one file")
      ->check(CLI::Range(1, kHighestKeepCount));
  app.add_option("--backup-keep-days", options.backup_keep_days,
                 "Days for which versions of files are kept; the newest of each stays longer")
      ->check(CLI::Range(1, kHighestKeepDays));
  app.add_option("--backup-max-mb", options.backup_max_mb, "Room for all backups of files, in megabytes")
      ->check(CLI::Range(1, kHighestBackupMb));
  app.add_option("--backup-max-file-mb", options.backup_max_file_mb,
                 "Largest file that is written and kept, in megabytes")
      ->check(CLI::Range(1, kHighestBackupFileMb));
  app.add_option("--watchdog-seconds", options.watchdog_seconds,
                 "End, for a new daemon to be started, after hanging for so many seconds; 0: never")
      ->check(CLI::Range(0, kLongestWatchdogSeconds));
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn, error, critical or off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "critical", "off"}));
}

/// The configuration file in force: the one named, else the default one.
std::string config_path(const Options& options) {
  if (!options.config.empty()) return options.config;
  const auto paths = ipc::resolve_paths(ipc::process_environment());
  return paths ? paths->config_file : std::string();
}

}  // namespace

std::variant<Options, ExitNow> read_options(int argc, const char* const* argv) {
  const auto parse = [&](Options& options) -> std::optional<ExitNow> {
    CLI::App app("governord: one daemon per user that governs and coordinates AI coding agents", "governord");
    app.set_version_flag("--version", "governord " + std::string(ipc::build_id()));
    declare(app, options);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      std::ostringstream err;
      const int code = app.exit(error, out, err);
      return ExitNow{code == 0 ? 0 : 2, out.str() + err.str()};
    }
    return std::nullopt;
  };

  Options from_command_line;
  if (auto exit = parse(from_command_line)) return *std::move(exit);
  Options options;
  const std::string path = config_path(from_command_line);
  if (!path.empty()) {
    if (auto wrong = apply_config_file(path, options)) {
      return ExitNow{2, *wrong + "\n", from_command_line.startup_fd};
    }
  }
  // Once more over the file's settings: what the command line names wins.
  if (auto exit = parse(options)) return *std::move(exit);
  return options;
}

}  // namespace governor::daemon
