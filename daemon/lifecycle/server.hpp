#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "daemon/alerts/alert_command.hpp"
#include "daemon/branches/merge_predictor.hpp"
#include "daemon/lifecycle/fleet_orders.hpp"
#include "daemon/lifecycle/fleet_report.hpp"
#include "daemon/lifecycle/listener.hpp"
#include "daemon/lifecycle/watchdog.hpp"
#include "daemon/session/connection.hpp"
#include "daemon/shared/shared_places.hpp"
#include "daemon/shared/shared_workspaces.hpp"
#include "daemon/state/inline_guard.hpp"
#include "daemon/state/state_owner.hpp"
#include "daemon/store/row_counter.hpp"
#include "daemon/store/store_thread.hpp"
#include "daemon/tools/evidence/evidence_settings.hpp"

namespace governor::daemon {

/// One running daemon: connections in, state behind, stopped in order. Tests run it in their own process.
class Server {
 public:
  struct Settings {
    StateOwner::Settings state;              ///< without its launcher
    std::unique_ptr<Launcher> launcher;      ///< of deployments; none: nothing can be deployed
    std::chrono::milliseconds idle_exit{0};  ///< without any session; 0: never
    std::string backup_directory;            ///< of the database; empty: take no backups
    AlertCommand::Settings alert_command;    ///< gets each new alert
    /// Why the daemon must stop serving. Asked every few seconds; may be empty.
    std::function<std::optional<std::string>()> find_lost_ownership;
    /// Whether clients still find the listening socket. Asked as often; empty: always.
    std::function<bool()> is_reachable;
    EvidenceSettings evidence{};                 ///< what is kept of what agents do, and what is risky
    std::vector<std::string> git_environment{};  ///< of git, where it is asked whether branches merge
    FileSettings files{};                        ///< how files are kept and guarded
    SharedSettings shared{};                     ///< with which other machines leases are shared
    std::string host{};                          ///< by which name they know this one
    std::vector<std::string> own_files{};        ///< besides the state directory, see OwnFiles
    /// Makes the listening socket again after the last one was closed or lost.
    std::function<ipc::Result<ipc::UniqueFd>()> listen_again;
    Watchdog::Settings watchdog{};
    /// Confines the thread that calls it; empty: nothing is confined.
    std::function<void()> confine;
    bool activated = false;   ///< the first socket is the service manager's
    bool count_rows = false;  ///< of the database: the start had no time for it
  };

  Server(boost::asio::io_context& io, ServerFacts facts, std::unique_ptr<Store> store, core::StateSeed seed,
         Settings settings, ipc::UniqueFd listening);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  /// Any thread: answers what was read, makes it durable, then lets io_context::run return.
  void stop(const std::string& reason);
  /// SIGTERM, SIGINT and SIGHUP stop the server; a second one ends the process at once.
  void stop_on_signals();

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;

  /// As given, with the alert command told of each new alert.
  [[nodiscard]] StateOwner::Settings state_settings();
  [[nodiscard]] OwnFiles own_files() const;
  [[nodiscard]] SharedWorkspaces::Settings shared_settings();
  [[nodiscard]] ToolEnvironment tool_environment();
  [[nodiscard]] std::unique_ptr<FileServices> file_services() const;
  void make_listener(ipc::UniqueFd listening);
  void accept(Listener::Socket socket, ipc::PeerCredentials peer);
  void refuse(const ipc::PeerCredentials& peer);
  void wait_for_signal();
  void housekeeping();
  void check_idle();
  void exit_if_still_idle();
  void begin_round();
  void check_ownership();
  void listen_again();
  void check_backup();
  void count_rows();
  void begin_stop(const std::string& reason);
  void wait_for_connections();
  void finish_stop();

  boost::asio::io_context& io_;
  Strand strand_;
  ServerFacts facts_;
  Counters counters_;
  Diagnosis diagnosis_;
  Settings settings_;
  AlertCommand alert_command_;
  const std::string ask_key_;  ///< see ToolEnvironment
  MergePredictor merges_;      // before the file threads, on which it works
  InlineGuard guard_;
  Activities activities_;
  std::unique_ptr<SharedPlaces> shared_places_;  // before the file threads, on which it works
  std::shared_ptr<SharedWorkspaces> shared_;     // before the state, whose calls give back to it
  Watchdog watchdog_;  // before the state and the store, which it watches to their end
  StateOwner state_;
  std::atomic<bool> coming_round_{false};  // before the store, whose last jobs still write it
  std::unique_ptr<Launcher> launcher_;     // after the state, to which it reports; before those that use it
  StoreThread store_;                      // after the state: its last jobs still post to the state's strand
  FileThreads files_;                      // likewise
  std::shared_ptr<FleetReport> fleet_;     ///< null: nobody is told
  std::shared_ptr<FleetOrders> orders_;    ///< null: nobody orders anything
  TaskScope tasks_;
  std::shared_ptr<Listener> listener_;
  std::list<std::shared_ptr<Connection>> connections_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer housekeeping_timer_;
  boost::asio::steady_timer stop_timer_;
  std::chrono::steady_clock::time_point last_active_;
  bool unreachable_ = false;  ///< and it was said
  std::chrono::steady_clock::time_point next_backup_check_;
  std::chrono::steady_clock::time_point stop_deadline_;
  std::optional<RowCounter> row_counter_;
  std::thread backup_thread_;
  std::atomic<bool> backup_running_{false};
  std::atomic<bool> stop_backup_{false};
  bool stopping_ = false;
  int signals_seen_ = 0;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
};

}  // namespace governor::daemon
