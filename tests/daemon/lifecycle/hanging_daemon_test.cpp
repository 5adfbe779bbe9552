// A whole daemon, held at each station of a round.
#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "ipc/fault_point.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

namespace governor::daemon::test {
namespace {

using ipc::ArmedFault;
using ipc::Fault;
using ipc::FaultPoint;

/// What the watchdog would have ended the daemon for. A busy machine may give it other reasons as well.
class Reasons {
 public:
  Watchdog::Settings settings() {
    Watchdog::Settings settings;
    settings.limit = std::chrono::milliseconds(500);
    settings.end = [this](const std::string& why, const std::string& report) {
      const std::lock_guard lock(mutex_);
      reasons_.push_back(why + "; " + report);
      changed_.notify_all();
    };
    return settings;
  }
  bool have(const std::string& part) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] {
      return std::any_of(reasons_.begin(), reasons_.end(),
                         [&](const std::string& one) { return one.find(part) != std::string::npos; });
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> reasons_;
};

struct HeldAt {
  FaultPoint point;
  std::string reason;
  std::string report;
};

TEST_CASE("a daemon that is held at any station of a round is told apart from one that works") {
  if (!ipc::kHasFaultPoints) return;
  const HeldAt held = GENERATE(
      HeldAt{FaultPoint::order_loop_round, "it waited for the event loop", "loop has been at periodic work"},
      HeldAt{FaultPoint::order_strand_round, "it waited for the strand of the state", "the strand of the"},
      HeldAt{FaultPoint::order_store_job, "it waited for the thread of the store", "store has been at a"});
  INFO(held.reason);
  Reasons reasons;
  DaemonFixture::Settings settings;
  settings.io_threads = GENERATE(1, 4);
  settings.watchdog = reasons.settings();
  DaemonFixture daemon(std::move(settings));
  TestClient client(daemon.socket());
  client.hello("a");
  CHECK(client.update(1, "steady") == 1);
  {
    const ArmedFault fault(Fault{held.point, Fault::Mode::pause});
    CHECK(reasons.have(held.reason));
    CHECK(reasons.have(held.report));
  }
  CHECK(client.update(2, "steady") == 2);
}

TEST_CASE("rounds are completed also while the state cannot be read back") {
  DaemonFixture::Settings settings;
  std::mutex mutex;
  std::condition_variable changed;
  int rounds = 0;
  settings.watchdog.tell_alive = [&] {
    const std::lock_guard lock(mutex);
    ++rounds;
    changed.notify_all();
  };
  settings.idle_exit = std::chrono::seconds(2);  // so that rounds come often; the client keeps it from ending
  DaemonFixture daemon(std::move(settings));
  TestClient client(daemon.socket());
  client.hello("a");
  CHECK(client.update(1, "steady") == 1);
  daemon.gate().fail_seeds(true);
  daemon.gate().fail_commits(1);
  client.send_update(2, "steady");
  CHECK(client.error(2).at("code").as_string() == "storage_unavailable");
  std::unique_lock lock(mutex);
  const int before = rounds;
  // Two of them may have been under way.
  CHECK(changed.wait_for(lock, std::chrono::seconds(60), [&] { return rounds >= before + 3; }));
  lock.unlock();
  daemon.gate().fail_seeds(false);
}

}  // namespace
}  // namespace governor::daemon::test
