#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <fstream>

#include "ipc/fault_point.hpp"
#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manager.hpp"
#include "tests/support/status.hpp"

namespace governor::test {
namespace {

/// The socket as a service manager makes it.
ipc::UniqueFd listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(fd.get(), 16) == 0);
  return fd;
}

ino_t inode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_ino;
}

TEST_CASE("a daemon that is handed its socket neither binds nor unlinks") {
  Sandbox sandbox;
  REQUIRE(::mkdir(sandbox.runtime_dir().c_str(), 0700) == 0);
  const ipc::UniqueFd listening = listen_at(sandbox.socket());
  const ino_t inode = inode_of(sandbox.socket());
  Command command = sandbox.command(kDaemon, {"--foreground"});
  command.listening_socket = listening.get();

  // One who came before the daemon did.
  Wire early(sandbox);
  early.plain(R"({"jsonrpc":"2.0","id":1,"method":"governor/health"})");
  for (int i = 0; i < 2; ++i) {
    Child daemon(command);
    if (i == 0) CHECK(early.plain_answer().result().at("pid").to_number<pid_t>() == daemon.pid());
    CHECK(health(sandbox).at("pid").to_number<pid_t>() == daemon.pid());
    ProxyConversation client(sandbox);
    CHECK(client.call("process_agent_update", {{"agent_id", "activated"}}).tool_error().empty());
    client.process().signal(SIGKILL);
    REQUIRE(client.process().wait(patience()));
    daemon.signal(SIGTERM);
    CHECK(daemon.wait(patience()) == 0);
    CHECK(inode_of(sandbox.socket()) == inode);
  }
}

TEST_CASE("a socket that was meant for another process is not taken") {
  Sandbox sandbox;
  REQUIRE(::mkdir(sandbox.runtime_dir().c_str(), 0700) == 0);
  sandbox.set("LISTEN_FDS", "1");
  sandbox.set("LISTEN_PID", "1");
  Child daemon = sandbox.start_daemon();
  CHECK(health(sandbox).at("pid").to_number<pid_t>() == daemon.pid());
}

TEST_CASE("a service manager that asks is told when the daemon serves, that it lives, and when it stops") {
  Sandbox sandbox;
  Manager manager(sandbox);
  sandbox.set("WATCHDOG_USEC", "60000000");
  Child daemon(sandbox.command(kDaemon, {"--foreground"}));
  CHECK(manager.next(patience()) == "READY=1");
  CHECK(health(sandbox).at("pid").to_number<pid_t>() == daemon.pid());
  CHECK(manager.next(patience()) == "WATCHDOG=1");
  CHECK(manager.next(patience()) == "WATCHDOG=1");
  daemon.signal(SIGTERM);
  std::string last;
  while (last != "STOPPING=1") {
    last = manager.next(patience());
    REQUIRE(!last.empty());
  }
  CHECK(daemon.wait(patience()) == 0);
}

TEST_CASE("no sign of life is given once the loop, the state or the store hangs") {
  if (!ipc::kHasFaultPoints) return;
  // Each sign stands for a round, and the round that comes to the point as the sixth, or a later one, never
  // ends.
  const std::string point = GENERATE("order_loop_round", "order_strand_round", "order_store_job");
  INFO(point);
  Sandbox sandbox;
  Manager manager(sandbox);
  sandbox.set("WATCHDOG_USEC", "60000000");
  std::ofstream(sandbox.directory() + "/config.json") << R"({"watchdog_seconds": 1})";
  Command command = sandbox.command(kDaemon, {"--foreground"});
  command.environment.push_back("GOVERNOR_FAULT=" + point + ":hold:6");
  Child daemon(command);
  CHECK(daemon.wait(patience()) == 128 + SIGABRT);  // the daemon's own watchdog, long after the last round
  CHECK(manager.next(patience()) == "READY=1");
  CHECK(manager.count_waiting("WATCHDOG=1") < 6);
}

}  // namespace
}  // namespace governor::test
