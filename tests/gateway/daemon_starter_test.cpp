// A process that may start nothing itself gets its daemon.
#include "gateway/lifecycle/daemon_starter.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "ipc/connect.hpp"
#include "ipc/startup_pipe.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;
using governor::gateway::DaemonStarter;

namespace {

constexpr std::chrono::seconds kTestPatience{60};

struct StarterWorld {
  explicit StarterWorld(const std::string& behaviour) {
    environment.entries = {"HOME=/nonexistent", "PATH=/usr/bin:/bin"};
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
      if (const char* value = ::getenv(name)) environment.set(name, value);
    }
    environment.effective_uid = ::geteuid();
    environment.set("GOVERNOR_RUNTIME_DIR", base / "run");
    environment.set("GOVERNOR_STATE_DIR", base / "state");
    environment.set("GOVERNOR_DAEMON", GOVERNOR_FAKE_DAEMON);
    environment.set("GOVERNOR_FAKE", behaviour);
    environment.set("GOVERNOR_FAKE_LOG", base / "starts");
    paths = resolve_paths(environment).value();
  }

  governor::TemporaryDirectory base;
  Environment environment;
  Paths paths;
};

StartupReport report_of(Result<UniqueFd> pipe) {
  REQUIRE(pipe);
  const auto report = read_startup_report(pipe->get(), Deadline::after(kTestPatience));
  REQUIRE(report);
  return *report;
}

}  // namespace

TEST_CASE("the process that starts the daemon for the gateway does so when asked, and says what went wrong") {
  StarterWorld world("serve");
  auto starter = DaemonStarter::begin(world.paths, world.environment);
  REQUIRE(starter);
  CHECK_FALSE(connect_to(world.paths.socket, Deadline::after(std::chrono::milliseconds(0))));
  // As soon as nobody is connected, this daemon ends: what counts is that it was there.
  CHECK(report_of(starter->ask(StartRequest::start)).outcome == StartupOutcome::ready);
  CHECK(report_of(starter->ask(StartRequest::start)).outcome == StartupOutcome::ready);

  StarterWorld failing("fail");
  auto other = DaemonStarter::begin(failing.paths, failing.environment);
  REQUIRE(other);
  const StartupReport failed = report_of(other->ask(StartRequest::start));
  CHECK(failed.outcome == StartupOutcome::failed);
  CHECK_FALSE(failed.reason.empty());
}

TEST_CASE("a connection is made by way of it, where the process itself may start nothing") {
  StarterWorld world("serve");
  auto starter = DaemonStarter::begin(world.paths, world.environment);
  REQUIRE(starter);
  start_elsewhere([&](StartRequest request) { return starter->ask(request); });
  StartOptions options;
  options.environment = world.environment;
  options.environment.set("GOVERNOR_DAEMON", "/nonexistent/governord");  // its own would not do
  const auto connection = connect_or_start(world.paths, options, Deadline::after(kTestPatience));
  start_elsewhere({});
  CHECK(connection);
}
