#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/deployment.hpp"
#include "core/lease_commands.hpp"
#include "core/protection.hpp"
#include "daemon/alerts/alert_command.hpp"
#include "daemon/alerts/alert_sources.hpp"
#include "daemon/files/file_settings.hpp"
#include "daemon/health/counters.hpp"
#include "daemon/lifecycle/watchdog.hpp"
#include "daemon/supervisor/launcher.hpp"
#include "daemon/tools/evidence/evidence_settings.hpp"
#include "ipc/unique_fd.hpp"
#include "tests/daemon/state/gated_store.hpp"
#include "tests/daemon/temporary_directory.hpp"

namespace boost::asio {
class io_context;
}
namespace governor::daemon {
class Server;
}

namespace governor::daemon::test {

/// A whole daemon in this process, on a real socket and a real database behind a gate.
class DaemonFixture {
 public:
  struct Settings {
    int io_threads = 1;
    std::size_t max_loaded_agents = 4096;
    std::chrono::milliseconds idle_exit{0};
    AlertSources alerts{};
    AlertCommand::Settings alert_command{};
    FileSettings files{};
    std::chrono::milliseconds file_work_limit{30'000};
    std::vector<core::Protection> protections{};
    core::LeasePolicy lease_policy{};
    std::chrono::milliseconds files_interval{10'000};
    /// What deploys, of each daemon that is started; none: nothing can be deployed.
    std::function<std::unique_ptr<Launcher>()> launcher{};
    core::DeploymentLimits deployment_limits{};
    std::chrono::milliseconds registry_interval{60'000};
    EvidenceSettings evidence{};
    Watchdog::Settings watchdog{};
  };

  DaemonFixture() : DaemonFixture(Settings()) {}
  explicit DaemonFixture(Settings settings);
  ~DaemonFixture();

  /// Stops in order; false when it does not end in time.
  bool stop();
  /// As after an orderly stop and a new start.
  void restart();
  /// Asks it to stop and returns at once.
  void begin_stop();
  /// Waits for the daemon to end by itself.
  bool ends_within(std::chrono::milliseconds time);

  [[nodiscard]] std::string socket() const { return directory_.file("s"); }
  [[nodiscard]] const std::string& directory() const { return directory_.path(); }
  [[nodiscard]] StoreGate& gate() { return *gate_; }
  [[nodiscard]] const Counters& counters() const;
  /// What is durable, as another connection to the database sees it.
  [[nodiscard]] std::int64_t stored(const std::string& query) const;

  /// Whether the processes behind the sessions count as gone. The daemon's clock ticks a microsecond a
  /// reading.
  static std::atomic<bool> processes_gone;
  /// After so many readings, one reading of the daemon's clock ends with an exception; below 0: none does.
  /// The clock is read on the state strand all the time, so this is what nobody foresees there.
  static std::atomic<int> clock_fails_after;
  /// The daemon's clock goes on from there.
  static void advance_clock(std::chrono::microseconds by);
  /// For a daemon that is started after this.
  static void set_clock(std::chrono::microseconds since_1970);

 private:
  void start();
  void join();
  [[nodiscard]] ipc::UniqueFd listen() const;

  Settings settings_;
  TemporaryDirectory directory_;
  std::shared_ptr<StoreGate> gate_ = std::make_shared<StoreGate>();
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<Server> server_;
  std::vector<std::thread> threads_;
  std::atomic<int> running_{0};
  std::mutex mutex_;
  std::condition_variable ended_;
};

}  // namespace governor::daemon::test
