#include "daemon/lifecycle/run_daemon.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include "daemon/alerts/clock_watch.hpp"
#include "daemon/alerts/disk_space_watch.hpp"
#include "daemon/alerts/run_marker.hpp"
#include "daemon/files/protected_patterns.hpp"
#include "daemon/lifecycle/daemon_presence.hpp"
#include "daemon/lifecycle/logging.hpp"
#include "daemon/lifecycle/make_launcher.hpp"
#include "daemon/lifecycle/network_storage.hpp"
#include "daemon/lifecycle/server.hpp"
#include "daemon/lifecycle/watchdog_settings.hpp"
#include "daemon/sandbox/unconfined.hpp"
#include "daemon/store/open_store.hpp"
#include "daemon/store/reopening_store.hpp"
#include "daemon/support/elapsed_clock.hpp"
#include "daemon/support/own_names.hpp"
#include "daemon/support/run_io.hpp"
#include "daemon/support/stop_deadlines.hpp"
#include "daemon/support/timestamp.hpp"
#include "ipc/build_info.hpp"
#include "ipc/paths.hpp"
#include "ipc/process_identity.hpp"
#include "ipc/sandbox/confinement.hpp"
#include "ipc/sandbox/sanitizer_log.hpp"
#include "ipc/service_manager.hpp"
#include "ipc/service_notice.hpp"
#include "ipc/startup_pipe.hpp"

namespace governor::daemon {
namespace {

/// Signals that stop the daemon are for the main thread alone.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

std::string own_boot_id() {
  const auto self = ipc::identify_process(::getpid());
  return self ? self->boot_id : std::string();
}

std::string home_directory() {
  if (const auto home = ipc::process_environment().lookup("HOME")) return std::string(*home);
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_dir : "/";
}

bool process_is_gone(const core::SessionProcess& process) {
  if (process.start_time == 0) {
    // It could not be identified when it said hello, most likely because it had ended by then. Where nobody
    // has its pid now, it is surely gone.
    return process.pid > 0 && ::kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH;
  }
  return ipc::liveness({static_cast<pid_t>(process.pid), process.start_time, process.boot_id}) ==
         ipc::Liveness::dead;
}

core::Result<std::vector<core::Protection>> configured_protections(const Options& options) {
  auto protections = read_protections(options.protected_patterns, home_directory());
  if (protections) return protections;
  return core::Error(protections.error().code,
                     fmt::format("\"protected\" in the configuration: {}", protections.error().message),
                     protections.error().hint);
}

/// What is to be said of a run that did not end in order, now that its database has been looked at.
UncleanRun::Confirmed what_is_confirmed(Completeness completeness) {
  switch (completeness) {
    case Completeness::complete: return UncleanRun::Confirmed::all_there;
    case Completeness::lossy: return UncleanRun::Confirmed::some_lost;
    case Completeness::unknown: break;
  }
  return UncleanRun::Confirmed::not_checked;
}

ServerFacts gather_facts(const Options& options, const ipc::Paths& paths) {
  ServerFacts facts;
  facts.build = ipc::build_id();
  facts.version = ipc::version();
  facts.pid = ::getpid();
  facts.user = user_name();
  facts.runtime_directory = paths.runtime_dir;
  facts.state_directory = paths.state_dir;
  facts.socket = paths.socket;
  facts.database = database_path(paths.state_dir);
  facts.log_file = options.foreground ? "" : paths.state_dir + "/governor.log";
  facts.io_threads = options.io_threads;
  facts.idle_exit_seconds = options.effective_idle_exit();
  facts.started = std::chrono::steady_clock::now();
  if (is_on_network(paths.state_dir)) {
    facts.notices.push_back(
        fmt::format("The state directory {} is on a network file system, where locks and syncing "
                    "cannot be relied on. Set state_dir to a local directory.",
                    paths.state_dir));
  }
  for (const std::string& notice : facts.notices) spdlog::warn("{}", notice);
  return facts;
}

/// The state directory is known to the server.
std::vector<std::string> own_places(const Options& options, const ipc::Paths& paths) {
  std::vector<std::string> places = ipc::service_files(ipc::process_environment());
  places.insert(places.end(), {paths.runtime_dir, paths.socket_dir, paths.config_file, options.config});
  return places;
}

/// Confines a thread to governor's own directories; the first to do so says what cannot be had of it.
std::function<void()> confinement(const Options& options, const ipc::Paths& paths) {
  if (!options.sandbox) return {};
  std::vector<std::string> places = ipc::sanitizer_log_directories();
  places.insert(places.end(), {paths.state_dir, paths.runtime_dir, paths.socket_dir});
  return [places = std::move(places), is_told = std::make_shared<std::atomic<bool>>(false)] {
    const std::vector<std::string> missing = ipc::confine_thread(places);
    if (is_told->exchange(true)) return;
    for (const std::string& what : missing) spdlog::warn("threads cannot be kept from {}", what);
    if (missing.empty()) spdlog::info("threads that serve clients or keep the state are confined");
  };
}

/// Directories that are gone have to be made again.
ipc::Result<ipc::UniqueFd> listen_again_unconfined(DaemonPresence& presence) {
  std::optional<ipc::Result<ipc::UniqueFd>> listening;
  run_unconfined([&] { listening = presence.listen_again(); });
  return *std::move(listening);
}

/// What went wrong, to be told to whoever started the daemon.
struct StartFailure {
  int exit_code;
  std::string reason;
};

std::optional<StartFailure> serve(const Options& options, DaemonPresence& presence,
                                  const ipc::ServiceNotice& service) {
  const ipc::Paths& paths = presence.paths();
  // Before the log of this run begins: that of the last one may say when it ended.
  const std::string boot_id = own_boot_id();
  auto unclean_run = RunMarker::find_unclean_run(paths.state_dir, paths.state_dir + "/governor.log", boot_id);
  set_up_logging(options.foreground, paths.state_dir + "/governor.log", options.log_level);
  spdlog::info("governord {} starts, pid {}", ipc::build_id(), ::getpid());

  auto opened = open_store(paths.state_dir);
  if (!opened) return StartFailure{kExitFailed, opened.error().message + " " + opened.error().hint};
  for (const std::string& notice : opened->notices) spdlog::warn("{}", notice);
  auto seed = opened->store->load_seed();
  if (!seed) return StartFailure{kExitFailed, seed.error().message + " " + seed.error().hint};
  const std::int64_t stuck_in_a_row = unclean_run ? unclean_run->stuck_in_a_row : 0;
  if (unclean_run) unclean_run->confirmed = what_is_confirmed(opened->completeness);

  // Before anybody can connect, so that a kill at any time from here on is told by the next start.
  RunMarker marker(paths.state_dir, ::getpid(), system_now_us(), boot_id);
  const auto does_not_start = [&marker](StartFailure failure) {
    marker.withdraw();
    return failure;
  };

  auto listening = presence.listen();
  if (!listening) return does_not_start({kExitFailed, listening.error().message});

  Server::Settings settings;
  settings.state = {core::Thresholds{},
                    options.loop_policy == "block" ? core::LoopPolicy::block : core::LoopPolicy::advise,
                    static_cast<std::size_t>(options.loaded_agents_limit), system_now_us, process_is_gone};
  settings.state.archive_idle_days = options.archive_idle_days;
  settings.state.lease_policy = {options.lease_gate ? core::LeaseGate::on : core::LeaseGate::off,
                                 std::int64_t{options.lease_grace_seconds} * 1'000'000};
  settings.state.lease_policy.across_worktrees = options.coordination.across_worktrees;
  settings.state.lease_policy.changed_elsewhere_us =
      std::int64_t{options.coordination.changed_hours} * 3'600'000'000;
  settings.state.authority = options.agents_decide ? core::Authority::agents_too : core::Authority::people;
  auto protections = configured_protections(options);
  if (!protections) {
    return does_not_start({kExitUsage, protections.error().message + " " + protections.error().hint});
  }
  settings.state.protections = *std::move(protections);
  settings.launcher = make_launcher(options, paths);
  settings.state.deployment_limits = options.deployment_limits;
  settings.evidence = options.evidence;
  settings.own_files = own_places(options, paths);
  settings.shared = options.shared;
  settings.host = host_name();
  settings.files.keep_count = static_cast<std::uint64_t>(options.backup_keep_count);
  settings.files.keep_days = static_cast<std::uint64_t>(options.backup_keep_days);
  settings.files.max_bytes = static_cast<std::uint64_t>(options.backup_max_mb) << 20;
  settings.files.max_file_bytes = static_cast<std::uint64_t>(options.backup_max_file_mb) << 20;
  AlertSources& alerts = settings.state.alerts;
  alerts.unclean_run = std::move(unclean_run);
  alerts.elapsed_us = elapsed_clock_us;
  alerts.disk_space = disk_space_at;
  alerts.low_disk_bytes = static_cast<std::uint64_t>(options.low_disk_mb) * 1024 * 1024;
  settings.alert_command.arguments = options.alert_command;
  settings.git_environment = ipc::minimal_environment(ipc::process_environment());
  settings.alert_command.environment = ipc::minimal_environment(ipc::process_environment());
  settings.idle_exit = std::chrono::seconds(options.effective_idle_exit());
  settings.backup_directory = backup_directory(paths.state_dir);
  settings.watchdog =
      make_watchdog(options.watchdog_seconds, paths.state_dir, service, marker, stuck_in_a_row);
  settings.activated = presence.is_activated();
  settings.count_rows = !opened->are_rows_counted;
  settings.find_lost_ownership = [&] { return presence.lost(); };
  settings.is_reachable = [&] { return presence.is_reachable(); };
  settings.listen_again = [&] { return listen_again_unconfined(presence); };
  settings.confine = confinement(options, paths);
  const auto confine = settings.confine;

  boost::asio::io_context io;
  Unconfined unconfined;
  std::optional<BlockedSignals> blocked(std::in_place);
  Server server(io, gather_facts(options, paths), std::make_unique<ReopeningStore>(std::move(opened->store)),
                *std::move(seed), std::move(settings), *std::move(listening));
  // The main thread stays as it is: for what only a thread that is not confined can do.
  std::vector<std::thread> serving;
  const auto serve_clients_unconfined = [&] {
    run_io(io);
    unconfined.end();
  };
  const auto serve_clients = [&] {
    if (confine) confine();
    serve_clients_unconfined();
  };
  try {
    for (int i = 0; i < options.io_threads; ++i) serving.emplace_back(serve_clients);
  } catch (const std::system_error& failure) {
    spdlog::warn("serving with {} of {} threads, since the system gives no more: {}", serving.size(),
                 options.io_threads, failure.what());
  }
  blocked.reset();
  server.stop_on_signals();
  server.start();
  ipc::report_ready(options.startup_fd);
  service.send("READY=1");
  if (serving.empty()) serve_clients_unconfined();
  unconfined.serve();
  service.send("STOPPING=1");
  for (std::thread& thread : serving) thread.join();
  // All that was answered is durable; what remains is closing. Should a disk hold that up, the kernel ends
  // the process and with it the locks, on which the next daemon waits.
  ::alarm(static_cast<unsigned>(kCloseLimit.count()));
  marker.ended_in_order();  // it goes when the store is closed
  return std::nullopt;
}

}  // namespace

int run_daemon(const Options& options) {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // at a limit on file sizes a write is to fail, as on a full disk
  ::umask(077);
  const auto service = ipc::ServiceNotice::take_from_environment();
  const auto fail = [&](int code, const std::string& reason) {
    ipc::report_failed(options.startup_fd, reason);
    fmt::print(stderr, "governord: {}\n", reason);
    return code;
  };
  ipc::Environment environment = ipc::process_environment();
  if (!options.runtime_dir.empty()) environment.set("GOVERNOR_RUNTIME_DIR", options.runtime_dir);
  if (!options.state_dir.empty()) environment.set("GOVERNOR_STATE_DIR", options.state_dir);
  const auto paths = ipc::resolve_paths(environment);
  if (!paths) return fail(kExitFailed, paths.error().message);
  if (options.check) {
    if (const auto wrong = configured_protections(options); !wrong)
      return fail(kExitUsage, wrong.error().message + " " + wrong.error().hint);
    ipc::report_ready(options.startup_fd);
    return kExitClean;
  }
  auto presence = DaemonPresence::claim(*paths);
  if (!presence) return fail(kExitFailed, presence.error().message);
  if (!*presence) {
    ipc::report_already_running(options.startup_fd);
    fmt::print(stderr, "governord: already running at {}\n", paths->socket);
    return kExitAlreadyRunning;
  }
  try {
    if (const auto failure = serve(options, **presence, service))
      return fail(failure->exit_code, failure->reason);
  } catch (const std::exception& error) {
    spdlog::critical("{}", error.what());
    return fail(kExitFailed, error.what());
  }
  spdlog::info("governord has stopped");
  return kExitClean;
}

}  // namespace governor::daemon
