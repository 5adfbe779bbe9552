#include "ipc/connect.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <list>

#include "ipc/file_lock.hpp"
#include "ipc/listener.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;
using governor::TemporaryDirectory;
using governor::tests::ForkedChild;
using std::chrono::milliseconds;

namespace {

/// Own directories and a fake daemon that behaves as told and notes each start.
struct World {
  explicit World(const std::string& behaviour = "serve") {
    options.environment.entries = {"HOME=/nonexistent", "PATH=/usr/bin:/bin", "SECRET=x"};
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
      if (const char* value = ::getenv(name)) options.environment.set(name, value);
    }
    options.environment.effective_uid = ::geteuid();
    options.environment.set("GOVERNOR_RUNTIME_DIR", base / "run");
    options.environment.set("GOVERNOR_STATE_DIR", base / "state");
    options.environment.set("GOVERNOR_DAEMON", GOVERNOR_FAKE_DAEMON);
    options.environment.set("GOVERNOR_FAKE", behaviour);
    options.environment.set("GOVERNOR_FAKE_LOG", base / "starts");
    paths = resolve_paths(options.environment).value();
  }

  Result<UniqueFd> connect(milliseconds patience = milliseconds(10000), Interrupts interrupts = {}) {
    return connect_or_start(paths, options, Deadline::after(patience), interrupts);
  }

  int starts() const {
    std::ifstream in(base / "starts");
    int count = 0;
    for (std::string line; std::getline(in, line);) ++count;
    return count;
  }

  TemporaryDirectory base;
  StartOptions options;
  Paths paths;
};

}  // namespace

TEST_CASE("without a daemon one is started and connected to, in directories made private") {
  World world;
  const auto connection = world.connect();
  REQUIRE(connection);
  CHECK(world.starts() == 1);
  struct stat info;
  REQUIRE(::stat(world.paths.runtime_dir.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0700U);
  CHECK(world.connect());
  CHECK(world.starts() == 1);
}

TEST_CASE("of many that start at once one starts the daemon and the others wait for it") {
  World world;
  std::list<ForkedChild> clients;
  int hold[2];
  REQUIRE(::pipe(hold) == 0);
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back([&] {
      char byte;
      ::close(hold[1]);
      const auto connection = world.connect();
      // Stay connected until all are through: the fake daemon leaves with its last client.
      static_cast<void>(!::read(hold[0], &byte, 1));
      return connection ? 0 : 1;
    });
  }
  const auto own = world.connect();
  ::close(hold[0]);
  ::close(hold[1]);
  for (auto& client : clients) CHECK(client.wait() == 0);
  CHECK(own);
  CHECK(world.starts() == 1);
}

TEST_CASE("what a crash left behind does not matter") {
  World world;
  REQUIRE(ensure_runtime_directories(world.paths));
  ForkedChild crashed([&]() -> int {
    const auto lock = FileLock::try_acquire(world.paths.daemon_lock);
    const auto spawning = FileLock::try_acquire(world.paths.spawn_lock);
    const auto listener = bind_listener(**lock, world.paths.socket, 8);
    ::_exit(listener ? 0 : 1);
  });
  REQUIRE(crashed.wait() == 0);
  REQUIRE(::access(world.paths.socket.c_str(), F_OK) == 0);
  CHECK(world.connect());
  CHECK(world.starts() == 1);
}

TEST_CASE("a failed start is reported with the daemon's own reason") {
  World world("fail");
  const auto connection = world.connect();
  REQUIRE_FALSE(connection);
  CHECK(connection.error().code == Errc::start_failed);
  CHECK(connection.error().message.find("the database is from a newer governor upgrade it") !=
        std::string::npos);
  CHECK(world.starts() == 1);
}

TEST_CASE("a start that takes long has not failed: it goes on, and whoever comes later finds the daemon") {
  World world("late");
  const std::string gate = world.base / "gate";
  REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
  world.options.environment.set("GOVERNOR_FAKE_GATE", gate);
  world.options.start_patience = milliseconds(300);
  const auto connection = world.connect();
  REQUIRE_FALSE(connection);
  CHECK(connection.error().code == Errc::deadline_exceeded);
  CHECK(connection.error().message.find("goes on starting") != std::string::npos);
  // The pipe opens only if the daemon still waits at its other end.
  const auto deadline = Deadline::after(milliseconds(10000));
  UniqueFd opened;
  while (!opened && !deadline.expired()) {
    opened = UniqueFd(::open(gate.c_str(), O_WRONLY | O_NONBLOCK));
    static_cast<void>(pause_until(deadline.capped(milliseconds(5))));
  }
  REQUIRE(opened);
  world.options.start_patience = milliseconds(10000);
  CHECK(world.connect());
}

TEST_CASE("a daemon that ends without a word, or does not exist, is a failed start") {
  World vanishing("vanish");
  CHECK(vanishing.connect().error().code == Errc::start_failed);
  World missing;
  missing.options.environment.set("GOVERNOR_DAEMON", "/nonexistent/governord");
  const auto connection = missing.connect();
  REQUIRE_FALSE(connection);
  CHECK(connection.error().code == Errc::start_failed);
  CHECK(connection.error().message.find("/nonexistent/governord") != std::string::npos);
}

TEST_CASE("a daemon that runs already and does not listen is waited for until the deadline") {
  World world("already");
  const auto connection = world.connect(milliseconds(400));
  REQUIRE_FALSE(connection);
  CHECK(connection.error().code == Errc::deadline_exceeded);
  CHECK(connection.error().message.find("does not listen") != std::string::npos);
  CHECK(world.starts() >= 2);
  CHECK(world.starts() < 20);
}

TEST_CASE("who waits for another's start gives up at the deadline or an interrupt, and starts nothing") {
  World world;
  REQUIRE(ensure_runtime_directories(world.paths));
  const auto spawning = FileLock::try_acquire(world.paths.spawn_lock).value();
  REQUIRE(spawning);
  const auto late = world.connect(milliseconds(50));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::deadline_exceeded);
  CHECK(late.error().message.find("another process is starting it") != std::string::npos);
  int wake[2];
  REQUIRE(::pipe(wake) == 0);
  ::close(wake[1]);
  const auto stopped = world.connect(milliseconds(10000), std::span(wake, 1));
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == Errc::interrupted);
  CHECK(world.starts() == 0);
  ::close(wake[0]);
}

TEST_CASE("a directory that is not ours to use never leads to a start") {
  World world;
  REQUIRE(ensure_runtime_directories(world.paths));
  REQUIRE(::chmod(world.paths.runtime_dir.c_str(), 0777) == 0);
  CHECK(world.connect().error().code == Errc::insecure_directory);
  CHECK(world.starts() == 0);
}

TEST_CASE("a refused permission never leads to a start") {
  World world;
  REQUIRE(ensure_runtime_directories(world.paths));
  const auto lock = FileLock::try_acquire(world.paths.daemon_lock).value();
  REQUIRE(lock);
  const auto listener = bind_listener(*lock, world.paths.socket, 8);
  REQUIRE(listener);
  REQUIRE(::chmod(world.base.path().c_str(), 0711) == 0);
  REQUIRE(::chmod(world.paths.runtime_dir.c_str(), 0711) == 0);
  REQUIRE(::chmod(world.paths.socket.c_str(), 0000) == 0);
  // root passes every permission check, so a child becomes somebody else.
  ForkedChild other([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 9;
    const auto connection = connect_or_start(world.paths, world.options, Deadline::after(milliseconds(500)));
    return !connection && connection.error().code == Errc::permission_denied ? 0 : 1;
  });
  CHECK(other.wait() == 0);
  CHECK(world.starts() == 0);
}

TEST_CASE("a full backlog is waited for, not taken for a missing daemon") {
  World world;
  REQUIRE(ensure_runtime_directories(world.paths));
  const auto lock = FileLock::try_acquire(world.paths.daemon_lock).value();
  REQUIRE(lock);
  const auto listener = bind_listener(*lock, world.paths.socket, 0);
  REQUIRE(listener);
  std::list<UniqueFd> waiting;
  for (;;) {
    auto connection = connect_to(world.paths.socket, Deadline::after(milliseconds(20)));
    if (!connection) {
      CHECK(connection.error().code == Errc::deadline_exceeded);
      break;
    }
    waiting.push_back(std::move(*connection));
    REQUIRE(waiting.size() < 100);
  }
  CHECK(world.connect(milliseconds(50)).error().code == Errc::deadline_exceeded);
  CHECK(world.starts() == 0);
  const UniqueFd accepted(::accept(listener->get(), nullptr, nullptr));
  CHECK(world.connect(milliseconds(20000)));
}

TEST_CASE("over-long runtime directories work") {
  World world;
  world.options.environment.set("GOVERNOR_RUNTIME_DIR", world.base / std::string(120, 'd'));
  world.paths = resolve_paths(world.options.environment).value();
  REQUIRE(world.paths.socket_dir != world.paths.runtime_dir);
  const auto connection = world.connect();
  REQUIRE(connection);
  CHECK(world.starts() == 1);
  ::unlink(world.paths.socket.c_str());
  ::rmdir(world.paths.socket_dir.c_str());
}

TEST_CASE("the daemon ends up where it is looked for and gets no secrets") {
  World world;
  world.options.environment.set("GOVERNOR_FAKE_REPORT", world.base / "report");
  REQUIRE(world.connect());
  std::ifstream in(world.base / "report");
  const std::string report(std::istreambuf_iterator<char>(in), {});
  CHECK(report.find("env:GOVERNOR_RUNTIME_DIR=" + world.paths.runtime_dir + "\n") != std::string::npos);
  CHECK(report.find("env:GOVERNOR_STATE_DIR=" + world.paths.state_dir + "\n") != std::string::npos);
  CHECK(report.find("SECRET") == std::string::npos);
  CHECK(report.find("session_leader=1") != std::string::npos);
  CHECK(report.find("default_disposition=1") != std::string::npos);
}
