#include "daemon/lifecycle/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <filesystem>
#include <system_error>

#include "daemon/lifecycle/ask_key.hpp"
#include "daemon/store/backup.hpp"
#include "daemon/support/limits.hpp"
#include "daemon/support/stop_deadlines.hpp"
#include "ipc/fault_point.hpp"
#include "ipc/random_id.hpp"

namespace governor::daemon {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes kFirstBackupCheck{5};
constexpr std::chrono::hours kBackupCheck{1};
constexpr std::chrono::hours kBackupAge{24};
/// A client that finds no socket waits a few seconds for it.
constexpr std::chrono::milliseconds kMaxHousekeeping{2000};
constexpr std::chrono::milliseconds kMinHousekeeping{50};
constexpr std::chrono::milliseconds kStopLook{20};

/// Often enough for what ends after a while, and for rounds that come in time.
std::chrono::milliseconds housekeeping_interval(std::chrono::milliseconds idle_exit,
                                                std::chrono::milliseconds watchdog_limit) {
  std::chrono::milliseconds interval = kMaxHousekeeping;
  for (const auto limit : {idle_exit, watchdog_limit}) {
    if (limit.count() > 0) interval = std::min(interval, limit / 10);
  }
  return std::max(interval, kMinHousekeeping);
}

}  // namespace

Server::Server(asio::io_context& io, ServerFacts facts, std::unique_ptr<Store> store, core::StateSeed seed,
               Settings settings, ipc::UniqueFd listening)
    : io_(io),
      strand_(asio::make_strand(io)),
      facts_(std::move(facts)),
      diagnosis_(settings.state.now_us),
      settings_(std::move(settings)),
      alert_command_(settings_.alert_command),
      ask_key_(load_ask_key(facts_.state_directory)),
      merges_(facts_.state_directory + "/branch_predictions", settings_.git_environment),
      guard_(io),
      shared_places_(settings_.shared.shares()
                         ? std::make_unique<SharedPlaces>(settings_.shared, settings_.git_environment)
                         : nullptr),
      shared_(settings_.shared.connects() ? std::make_shared<SharedWorkspaces>(shared_settings()) : nullptr),
      watchdog_(settings_.watchdog, activities_),
      state_(io, store_, files_, facts_, counters_, guard_, state_settings(), std::move(seed)),
      launcher_(std::move(settings_.launcher)),
      store_(std::move(store), &activities_.store),
      files_(file_services()),
      fleet_(shared_ && settings_.shared.fleet ? std::make_shared<FleetReport>(state_, store_, *shared_)
                                               : nullptr),
      orders_(shared_ && settings_.shared.orders
                  ? std::make_shared<FleetOrders>(state_, *shared_, tool_environment())
                  : nullptr),
      signals_(strand_),
      housekeeping_timer_(strand_),
      stop_timer_(strand_),
      last_active_(Clock::now()),
      next_backup_check_(Clock::now() + kFirstBackupCheck),
      work_(asio::make_work_guard(io)) {
  make_listener(std::move(listening));
}

Server::~Server() {
  if (shared_) shared_->stop();
  row_counter_.reset();
  stop_backup_ = true;
  if (backup_thread_.joinable()) backup_thread_.join();
}

StateOwner::Settings Server::state_settings() {
  StateOwner::Settings settings = settings_.state;
  settings.launcher = settings_.launcher.get();
  settings.evidence = &settings_.evidence;
  settings.merges = &merges_;
  settings.activity = &activities_.strand;
  settings.shared = shared_.get();
  if (shared_) settings.shared_task_lists = settings_.shared.task_lists;
  if (!settings_.alert_command.arguments.empty()) {
    settings.alerts.report = [this](std::string alert) { alert_command_.report(std::move(alert)); };
  }
  return settings;
}

SharedWorkspaces::Settings Server::shared_settings() {
  SharedWorkspaces::Settings settings{settings_.shared.database, settings_.shared.membership,
                                      shared_identity_file(facts_.state_directory), settings_.host,
                                      facts_.user};
  settings.on_notice = [this](std::string_view notice) {
    if (orders_) orders_->hear(notice);
  };
  return settings;
}

ToolEnvironment Server::tool_environment() {
  return {facts_, counters_, ipc::random_hex, &diagnosis_, &settings_.evidence, &merges_, ask_key_};
}

std::unique_ptr<FileServices> Server::file_services() const {
  auto services =
      std::make_unique<FileServices>(facts_.state_directory + "/file_backups", settings_.files, own_files());
  if (shared_places_)
    services->share_with(
        [places = shared_places_.get()](core::LeasePath& path) { return places->share(path); });
  return services;
}

OwnFiles Server::own_files() const {
  std::vector<std::string> places = settings_.own_files;
  places.push_back(facts_.state_directory);
  return OwnFiles(places);
}

void Server::make_listener(ipc::UniqueFd listening) {
  listener_ = std::make_shared<Listener>(
      strand_, std::move(listening),
      [this](Listener::Socket socket, ipc::PeerCredentials peer) { accept(std::move(socket), peer); },
      [this](const ipc::PeerCredentials& peer) { refuse(peer); });
}

void Server::start() {
  state_.start();
  if (settings_.count_rows) count_rows();
  if (settings_.confine) store_.post([this](Store&) { settings_.confine(); }, "confining itself");
  asio::dispatch(strand_, [this] {
    listener_->start(tasks_);
    housekeeping();
  });
}

void Server::count_rows() {
  try {
    row_counter_.emplace(facts_.database, [this](const std::string& what) {
      store_.post([what](Store& store) { store.note_damage(what); });
    });
  } catch (const std::system_error& failure) {
    spdlog::warn("the rows of the database are not counted, since the system gives no thread: {}",
                 failure.what());
  }
}

void Server::accept(Listener::Socket socket, ipc::PeerCredentials peer) {
  if (connections_.size() >= kMaxConnections) {
    spdlog::warn("client with pid {} refused: {} connections are open", peer.pid, connections_.size());
    const core::Error error(core::ErrorCode::overloaded,
                            fmt::format("The daemon serves {} connections, its limit.", kMaxConnections),
                            "Close clients that are not needed, then connect again.");
    const std::string line = domain_error_reply("", kOverloaded, error) + "\n";
    boost::system::error_code ignored;
    socket.non_blocking(true,
                        ignored);  // a new socket has room; whoever cannot take it is closed all the same
    socket.send(asio::buffer(line), 0, ignored);
    return;
  }
  const ConnectionServices services{state_,
                                    tool_environment(),
                                    counters_,
                                    tasks_,
                                    [this](const std::string& reason) { stop(reason); },
                                    &activities_.loop};
  auto connection = std::make_shared<Connection>(std::move(socket), peer, services);
  connections_.push_back(connection);
  const auto place = std::prev(connections_.end());
  connection->start([this, place] {
    asio::post(strand_, [this, place] {
      connections_.erase(place);
      last_active_ = Clock::now();
    });
  });
  if (stopping_) connection->drain();
}

void Server::refuse(const ipc::PeerCredentials& peer) {
  spdlog::warn("connection of uid {} (pid {}) refused: the daemon serves uid {} only", peer.uid, peer.pid,
               ::geteuid());
  state_.audit("peer_refused", fmt::format("uid {}, pid {}", peer.uid, peer.pid));
}

// Periodic work.

void Server::housekeeping() {
  if (stopping_) return;
  housekeeping_timer_.expires_after(housekeeping_interval(settings_.idle_exit, settings_.watchdog.limit));
  housekeeping_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopping_) return;
    const Activity::Scope scope(&activities_.loop, "periodic work");
    ipc::wait_at(ipc::FaultPoint::order_loop_round);
    try {
      const auto now = Clock::now();
      for (const auto& connection : connections_) connection->check_writing(now);
      begin_round();
      check_ownership();
      check_backup();
      if (fleet_) fleet_->tell();
      if (orders_) orders_->look();
      check_idle();
    } catch (const std::exception& failure) {  // the next time may be better, and must come
      spdlog::critical("an exception that was not foreseen: {}", failure.what());
    }
    housekeeping();
  });
}

/// One at a time: where something is stuck, nothing piles up behind it.
void Server::begin_round() {
  if (!watchdog_.wants_rounds() || coming_round_.exchange(true)) return;
  watchdog_.goes_to(Watchdog::Station::strand);
  state_.come_round([this] {
    watchdog_.goes_to(Watchdog::Station::store);
    const auto arrive = [this](Store&) {
      watchdog_.came_round();
      coming_round_ = false;
    };
    store_.post(arrive, "a round");
  });
}

void Server::check_ownership() {
  if (settings_.find_lost_ownership) {
    if (const auto lost = settings_.find_lost_ownership()) {
      // Whoever owns it now is the daemon; going on would make two writers.
      spdlog::error("stopping: {}", *lost);
      begin_stop(*lost);
      return;
    }
  }
  if (settings_.is_reachable && !settings_.is_reachable()) listen_again();
}

/// Clients that are connected stay so, with or without a socket.
void Server::listen_again() {
  auto listening = settings_.listen_again();
  if (listening) {
    spdlog::warn("the socket was lost and made again");
    unreachable_ = false;
    listener_->close();
    make_listener(*std::move(listening));
    listener_->start(tasks_);
  } else if (!std::exchange(unreachable_, true)) {
    spdlog::error("the socket was lost and cannot be made again: {}", listening.error().message);
  }
}

void Server::check_backup() {
  const auto now = Clock::now();
  if (settings_.backup_directory.empty() || backup_running_ || now < next_backup_check_) return;
  next_backup_check_ = now + kBackupCheck;
  const auto backups = list_backups(settings_.backup_directory);
  std::error_code error;
  if (!backups.empty()) {
    const auto written = std::filesystem::last_write_time(backups.front(), error);
    if (!error && std::filesystem::file_time_type::clock::now() - written < kBackupAge) return;
  }
  if (backup_thread_.joinable()) backup_thread_.join();
  backup_running_ = true;
  try {
    backup_thread_ = std::thread([this] {
      const auto path = take_backup(facts_.database, settings_.backup_directory, "daily", stop_backup_);
      path ? spdlog::info("backup taken: {}", *path) : spdlog::warn("{}", path.error().message);
      backup_running_ = false;
    });
  } catch (const std::system_error& failure) {
    spdlog::warn("no backup is taken this hour, since the system gives no thread: {}", failure.what());
    backup_running_ = false;
  }
}

void Server::check_idle() {
  if (settings_.idle_exit.count() == 0) return;
  if (!connections_.empty()) {
    last_active_ = Clock::now();
    return;
  }
  if (Clock::now() - last_active_ < settings_.idle_exit) return;
  state_.count_obligations([this](std::size_t obligations) {
    asio::post(strand_, [this, obligations] {
      if (obligations > 0) {
        last_active_ = Clock::now();
      } else if (connections_.empty() && !stopping_) {
        exit_if_still_idle();
      }
    });
  });
}

/// A client may be connecting at this very moment. First the door is closed to further ones; then those that
/// came before are let in, and if there are any the daemon stays and opens again.
void Server::exit_if_still_idle() {
  if (!settings_.activated) listener_->refuse_new();
  if (listener_->accept_waiting() == 0) {
    begin_stop("idle");
    return;
  }
  if (settings_.activated) return;
  listener_->close();
  if (auto listening = settings_.listen_again()) {
    make_listener(*std::move(listening));
    listener_->start(tasks_);
  } else {
    begin_stop("the socket cannot be bound again");
  }
}

// Stopping.

void Server::stop_on_signals() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
  wait_for_signal();
}

void Server::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (++signals_seen_ > 1) ::_exit(1);
    begin_stop(fmt::format("signal {}", signal));
    wait_for_signal();
  });
}

void Server::stop(const std::string& reason) {
  asio::dispatch(strand_, [this, reason] { begin_stop(reason); });
}

void Server::begin_stop(const std::string& reason) {
  if (std::exchange(stopping_, true)) return;
  spdlog::info("stopping: {}", reason);
  counters_.draining = true;
  stop_deadline_ = Clock::now() + kStopLimit;
  watchdog_.expect_end(kLockPatience);
  stop_backup_ = true;
  listener_->close();
  housekeeping_timer_.cancel();
  for (const auto& connection : connections_) connection->drain();
  wait_for_connections();
}

void Server::wait_for_connections() {
  const auto drain_deadline = stop_deadline_ - (kStopLimit - kDrainLimit);
  if (Clock::now() >= drain_deadline) {
    for (const auto& connection : connections_) connection->close();
  }
  if (!connections_.empty() && Clock::now() < stop_deadline_) {
    stop_timer_.expires_after(kStopLook);
    stop_timer_.async_wait([this](const boost::system::error_code&) { wait_for_connections(); });
    return;
  }
  // The disk may hang; then waiting longer would only make whoever asked use SIGKILL.
  stop_timer_.expires_at(stop_deadline_);
  stop_timer_.async_wait([](const boost::system::error_code& error) {
    if (error) return;
    spdlog::critical("the disk does not confirm what was written; exiting without it");
    ::_exit(1);
  });
  state_.shut_down([this] { asio::post(strand_, [this] { finish_stop(); }); });
}

void Server::finish_stop() {
  stop_timer_.cancel();
  signals_.cancel();
  work_.reset();
}

}  // namespace governor::daemon
