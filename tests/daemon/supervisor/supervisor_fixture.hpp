#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/supervisor/supervisor.hpp"
#include "ipc/deadline.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/until.hpp"

namespace governor::daemon::test {

using governor::test::until;

inline ipc::Deadline soon() {
  return ipc::Deadline::after(std::chrono::seconds(60));
}

/// A supervisor with directories of its own, whose agents are shell scripts, and what it reports.
class SupervisorFixture {
 public:
  SupervisorFixture();
  /// Ends what the test has left running, and waits for it.
  ~SupervisorFixture();

  void begin();
  /// As a daemon that ends: what runs goes on.
  void end() { supervisor.reset(); }

  [[nodiscard]] LaunchRequest request(const std::string& id, const std::string& script,
                                      const std::string& runner = "shell") const;
  /// Launches and follows.
  core::Deployment deploy(const LaunchRequest& request);
  core::Deployment deploy(const std::string& id, const std::string& script) {
    return deploy(request(id, script));
  }
  void follow(const core::Deployment& deployment);

  std::optional<core::DeploymentEnded> wait_for_end(const std::string& id, ipc::Deadline deadline = soon());
  /// Waits for a report of this kind and waiting.
  bool wait_for_state(const std::string& id, core::DeploymentState state, ipc::Deadline deadline = soon());
  [[nodiscard]] core::DeploymentSeen last_seen(const std::string& id);
  bool has_started_report(const std::string& id);
  std::string output(const std::string& id);
  [[nodiscard]] KeeperFiles files(const std::string& id) const;

  TemporaryDirectory directory;
  SupervisorSettings settings;
  std::unique_ptr<Supervisor> supervisor;

 private:
  struct Reports {
    bool started = false;
    std::vector<core::DeploymentSeen> seen;
    std::optional<core::DeploymentEnded> ended;
  };
  template <class Condition>
  bool wait(ipc::Deadline deadline, Condition condition);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Reports> reports_;
  std::map<std::string, core::Deployment> deployments_;
};

/// The number in a file that another process writes.
pid_t wait_for_pid(const std::string& path);
bool is_alive(pid_t pid);
/// The command lines of the processes that there are of the deployment.
std::string marked_processes(const std::string& id);

}  // namespace governor::daemon::test
