// governor-proxy as an IDE sees it, with a stand-in for the daemon that echoes.

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <optional>

#include "ipc/child_process.hpp"
#include "ipc/environment.hpp"
#include "ipc/line_decoder.hpp"
#include "ipc/paths.hpp"
#include "ipc/process_identity.hpp"
#include "ipc/socket_io.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#ifdef __linux__
#include <sys/prctl.h>
#endif

using namespace governor::ipc;
using governor::TemporaryDirectory;
using std::chrono::milliseconds;

namespace {

/// More than a proxy that ends by itself needs on any machine, and less than it waits for an answer.
constexpr milliseconds kSoon{20000};

using Clock = std::chrono::steady_clock;

struct World {
  std::vector<std::string> environment() const {
    std::vector<std::string> entries = minimal_environment(process_environment());
    std::erase_if(entries, [](const auto& entry) { return entry.starts_with("GOVERNOR_"); });
    entries.push_back("GOVERNOR_RUNTIME_DIR=" + (base / "run"));
    entries.push_back("GOVERNOR_STATE_DIR=" + (base / "state"));
    entries.push_back("GOVERNOR_CONFIG=" + (base / "config.json"));
    entries.push_back("GOVERNOR_DAEMON=" + daemon);
    entries.push_back("GOVERNOR_FAKE_LOG=" + (base / "starts"));
    return entries;
  }
  std::vector<pid_t> daemon_pids() const {
    std::ifstream in(base / "starts");
    std::vector<pid_t> pids;
    for (pid_t pid = 0; in >> pid;) pids.push_back(pid);
    return pids;
  }

  TemporaryDirectory base;
  std::string daemon = GOVERNOR_FAKE_DAEMON;
};

/// A running proxy and the IDE's ends of its streams.
class Proxy {
 public:
  explicit Proxy(const World& world, std::vector<std::string> arguments = {},
                 const std::string& program = GOVERNOR_PROXY) {
    auto input = make_pipe();
    auto output = make_pipe();
    auto errors = make_pipe();
    arguments.insert(arguments.begin(), program);
    const auto environment = world.environment();
    const auto argument_pointers = exec_vector(arguments);
    const auto environment_pointers = exec_vector(environment);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(input->first.get(), 0);
      ::dup2(output->second.get(), 1);
      ::dup2(errors->second.get(), 2);
      ::execve(program.c_str(), argument_pointers.data(), environment_pointers.data());
      ::_exit(127);
    }
    input_ = std::move(input->second);
    output_ = std::move(output->first);
    errors_ = std::move(errors->first);
  }
  ~Proxy() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  void say(std::string_view line) {
    const std::string framed = std::string(line) + "\n";
    REQUIRE(::write(input_.get(), framed.data(), framed.size()) == static_cast<ssize_t>(framed.size()));
  }
  /// The next line, or nothing at the end of the output or at the deadline.
  std::optional<std::string> hear(milliseconds patience = kSoon) {
    const auto deadline = Deadline::after(patience);
    for (;;) {
      const auto event = decoder_.next();
      if (event.kind == LineDecoder::Kind::line) return std::string(event.text);
      if (!wait_readable(output_.get(), deadline)) return std::nullopt;
      const auto room = decoder_.prepare(4096);
      const auto got = ::read(output_.get(), room.data(), room.size());
      if (got <= 0) return std::nullopt;
      decoder_.commit(static_cast<std::size_t>(got));
    }
  }
  /// Until so many bytes wait to be read, or the deadline.
  void let_output_pile_up(int bytes) {
    const auto deadline = Deadline::after(kSoon);
    for (int waiting = 0; waiting < bytes && !deadline.expired();) {
      REQUIRE(::ioctl(output_.get(), FIONREAD, &waiting) == 0);
      static_cast<void>(pause_until(deadline.capped(milliseconds(2))));
    }
  }
  /// What it said on standard error, after its end.
  std::string complaints() {
    std::string all;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(errors_.get(), buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  void end_input() { input_.reset(); }
  void stop_reading() { output_.reset(); }
  pid_t pid() const { return pid_; }
  /// The exit code; the proxy must end within the time.
  int wait(milliseconds patience) {
    const auto deadline = Deadline::after(patience);
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (deadline.expired()) return -1;
      static_cast<void>(pause_until(deadline.capped(milliseconds(2))));
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  UniqueFd input_;
  UniqueFd output_;
  UniqueFd errors_;
  LineDecoder decoder_{16 * 1024 * 1024};
};

constexpr int kLost = 4;  // the exit code

bool ends_within(const ProcessIdentity& process, milliseconds patience) {
  const auto deadline = Deadline::after(patience);
  while (liveness(process) != Liveness::dead) {
    if (deadline.expired()) return false;
    static_cast<void>(pause_until(deadline.capped(milliseconds(5))));
  }
  return true;
}

}  // namespace

TEST_CASE("lines pass through, in order, and the end of the input ends the proxy after the last answer") {
  World world;
  Proxy proxy(world);
  for (int i = 0; i < 1000; ++i) proxy.say("{\"id\":" + std::to_string(i) + "}");
  proxy.end_input();
  for (int i = 0; i < 1000; ++i) CHECK(proxy.hear() == "{\"id\":" + std::to_string(i) + "}");
  CHECK_FALSE(proxy.hear());
  CHECK(proxy.wait(kSoon) == 0);
}

TEST_CASE("a large line passes whole in both directions") {
  World world;
  Proxy proxy(world);
  const std::string large = "{\"text\":\"" + std::string(5000000, 'x') + "\"}";
  std::string framed = large + "\n";
  const pid_t writer = ::fork();
  if (writer == 0) {
    proxy.say(large);
    ::_exit(0);
  }
  CHECK(proxy.hear() == large);
  ::waitpid(writer, nullptr, 0);
}

TEST_CASE("a killed daemon costs a pause: its unanswered line is answered by the next one") {
  World world;
  Proxy proxy(world);
  proxy.say("{\"id\":1}");
  CHECK(proxy.hear() == "{\"id\":1}");
  for (int i = 0; i < 5; ++i) {
    ::kill(world.daemon_pids().back(), SIGKILL);
    proxy.say("{\"id\":2}");
    CHECK(proxy.hear() == "{\"id\":2}");
  }
  CHECK(world.daemon_pids().size() >= 6);
}

TEST_CASE("a stopped daemon costs a pause") {
  World world;
  Proxy proxy(world);
  proxy.say("{\"id\":1}");
  REQUIRE(proxy.hear());
  const pid_t daemon = world.daemon_pids().back();
  ::kill(daemon, SIGSTOP);
  proxy.say("{\"id\":2}");
  CHECK_FALSE(proxy.hear(milliseconds(300)));
  ::kill(daemon, SIGCONT);
  CHECK(proxy.hear() == "{\"id\":2}");
  CHECK(world.daemon_pids().size() == 1);
}

TEST_CASE("signals end the proxy at once, connected, connecting or with an unanswered line") {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    World world;
    Proxy connected(world);
    connected.say("{\"id\":1}");
    REQUIRE(connected.hear());
    ::kill(connected.pid(), number);
    CHECK(connected.wait(kSoon) == 0);
    CHECK(connected.complaints().empty());
  }
  World slow;
  slow.daemon = slow.base / "slow";
  std::ofstream(slow.daemon) << "#!/bin/sh\necho $$ >> " << slow.base / "starts"
                             << "\nexec sleep 1000\n";
  REQUIRE(::chmod(slow.daemon.c_str(), 0700) == 0);
  Proxy connecting(slow);
  connecting.say("{\"id\":1,\"method\":\"a\"}");
  const auto deadline = Deadline::after(kSoon);
  while (slow.daemon_pids().empty() && !deadline.expired()) {
    static_cast<void>(pause_until(deadline.capped(milliseconds(5))));
  }
  ::kill(connecting.pid(), SIGTERM);
  CHECK(connecting.wait(kSoon) == kLost);
  CHECK(connecting.complaints() ==
        "governor-proxy: 1 request was not answered and did not reach the daemon\n");
  for (const pid_t pid : slow.daemon_pids()) ::kill(pid, SIGKILL);
}

TEST_CASE("after the end of the input the answers are waited for") {
  World world;
  Proxy proxy(world);
  proxy.say("{\"id\":1}");
  REQUIRE(proxy.hear());
  const pid_t daemon = world.daemon_pids().back();
  ::kill(daemon, SIGSTOP);
  proxy.say("{\"id\":2}");
  proxy.say("{\"id\":3}");
  proxy.end_input();
  CHECK_FALSE(proxy.hear(milliseconds(1500)));
  ::kill(daemon, SIGCONT);
  CHECK(proxy.hear() == "{\"id\":2}");
  CHECK(proxy.hear() == "{\"id\":3}");
  CHECK(proxy.wait(kSoon) == 0);
  CHECK(proxy.complaints().empty());
}

TEST_CASE(
    "more lines than may wait are read to their end, also when the client has closed its end long ago") {
  World world;
  Proxy proxy(world);
  proxy.say("{\"id\":0}");
  REQUIRE(proxy.hear());
  const pid_t daemon = world.daemon_pids().back();
  ::kill(daemon, SIGSTOP);
  for (int i = 1; i <= 1000; ++i) proxy.say("{\"id\":" + std::to_string(i) + "}");
  proxy.end_input();
  CHECK_FALSE(proxy.hear(milliseconds(1500)));
  ::kill(daemon, SIGCONT);
  for (int i = 1; i <= 1000; ++i) REQUIRE(proxy.hear() == "{\"id\":" + std::to_string(i) + "}");
  CHECK(proxy.wait(kSoon) == 0);
}

TEST_CASE("a request that is not answered in time after the end of the input is told, with the exit code") {
  World world;
  Proxy proxy(world, {"--wait-at-end", "1"});
  proxy.say("{\"id\":1}");
  REQUIRE(proxy.hear());
  ::kill(world.daemon_pids().back(), SIGSTOP);
  proxy.say("{\"id\":2,\"method\":\"a\"}");
  proxy.say("{\"method\":\"notifications/x\"}");
  proxy.end_input();
  CHECK(proxy.wait(kSoon) == kLost);
  CHECK(proxy.complaints() ==
        "governor-proxy: 1 request was not answered; whether it took effect is unknown\n");
  ::kill(world.daemon_pids().back(), SIGCONT);
}

TEST_CASE("a daemon that cannot be started is told to who has ended the input as to anybody else") {
  World world;
  world.daemon = "/nonexistent/governord";
  Proxy proxy(world);
  proxy.say("{\"id\":1,\"method\":\"a\"}");
  proxy.end_input();
  const auto error = proxy.hear(milliseconds(60000));
  REQUIRE(error);
  CHECK(error->find("-31001") != std::string::npos);
  CHECK(proxy.wait(kSoon) == 0);
}

TEST_CASE("a client that stops reading cannot keep the proxy from ending") {
  World world;
  Proxy proxy(world);
  const std::string line = "{\"text\":\"" + std::string(60000, 'x') + "\"}";
  for (int i = 0; i < 10; ++i) proxy.say(line);
  proxy.let_output_pile_up(60000);
  ::kill(proxy.pid(), SIGTERM);
  CHECK(proxy.wait(kSoon) == kLost);
  CHECK(proxy.complaints().find("lines for the client were not read") != std::string::npos);

  Proxy ended(world, {"--wait-at-end", "1"});
  for (int i = 0; i < 10; ++i) ended.say(line);
  ended.let_output_pile_up(60000);
  ended.end_input();
  CHECK(ended.wait(kSoon) == kLost);

  Proxy gone(world);
  for (int i = 0; i < 10; ++i) gone.say(line);
  gone.let_output_pile_up(60000);
  gone.end_input();
  gone.stop_reading();
  CHECK(gone.wait(kSoon) == kLost);
}

TEST_CASE("a proxy of a newer build replaces the daemon once, and nobody sees an error") {
  World world;
  Proxy older(world);
  older.say("{\"id\":0}");
  REQUIRE(older.hear());
  Proxy newer(world, {}, GOVERNOR_PROXY_NEXT);
  // The newer one looks first whether a daemon of its own would start, which takes its time.
  const auto deadline = Deadline::after(milliseconds(10000));
  for (int i = 1; i <= 200 || (world.daemon_pids().size() < 2 && !deadline.expired()); ++i) {
    for (Proxy* proxy : {&older, &newer}) {
      proxy->say("{\"id\":" + std::to_string(i) + "}");
      CHECK(proxy->hear() == "{\"id\":" + std::to_string(i) + "}");
    }
  }
  // The stand-in is of the older build again: asking it to leave as well would never end.
  CHECK(world.daemon_pids().size() == 2);
}

TEST_CASE("an output that nobody reads any more ends the proxy") {
  World world;
  Proxy proxy(world);
  proxy.stop_reading();
  proxy.say("{\"id\":1}");
  CHECK(proxy.wait(milliseconds(10000)) == kLost);
}

#ifdef __linux__
TEST_CASE("the death of the parent ends the proxy, also where an orphan's new parent is not pid 1") {
  World world;
  // This process adopts the orphans, as a systemd user manager or a container's supervisor would.
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  auto pid_pipe = make_pipe();
  auto hold = make_pipe();
  const pid_t ide = ::fork();
  if (ide == 0) {
    // Its input stays open in the test, so only the parent's death can end the proxy.
    Proxy proxy(world);
    proxy.say("{\"id\":1}");
    static_cast<void>(proxy.hear());
    const pid_t pid = proxy.pid();
    static_cast<void>(!::write(pid_pipe->second.get(), &pid, sizeof pid));
    ::pause();
    ::_exit(0);
  }
  pid_t proxy = 0;
  REQUIRE(::read(pid_pipe->first.get(), &proxy, sizeof proxy) == sizeof proxy);
  const auto identity = identify_process(proxy);
  REQUIRE(identity);
  ::kill(ide, SIGKILL);
  ::waitpid(ide, nullptr, 0);
  CHECK(ends_within(*identity, kSoon));
  ::waitpid(proxy, nullptr, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}
#endif

TEST_CASE("an over-long line is answered with an error and the next line passes") {
  World world;
  Proxy proxy(world);
  const pid_t writer = ::fork();
  if (writer == 0) {
    proxy.say(std::string(8 * 1024 * 1024 + 1, 'x'));
    proxy.say("{\"id\":2}");
    ::_exit(0);
  }
  const auto error = proxy.hear();
  REQUIRE(error);
  CHECK(error->find("limit_exceeded") != std::string::npos);
  CHECK(proxy.hear() == "{\"id\":2}");
  ::waitpid(writer, nullptr, 0);
}

TEST_CASE("descriptors shared with the IDE are left in blocking mode") {
  World world;
  int shared[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, shared) == 0);
  const auto environment = world.environment();
  const auto environment_pointers = exec_vector(environment);
  const auto arguments = exec_vector({GOVERNOR_PROXY});
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(shared[1], 0);
    ::dup2(shared[1], 1);
    ::execve(GOVERNOR_PROXY, arguments.data(), environment_pointers.data());
    ::_exit(127);
  }
  REQUIRE(send_all(shared[0], "{\"id\":1}\n", Deadline::after(kSoon)));
  char buffer[100];
  CHECK(::read(shared[0], buffer, sizeof buffer) == 9);
  CHECK((::fcntl(shared[1], F_GETFL) & O_NONBLOCK) == 0);
  ::shutdown(shared[0], SHUT_WR);
  CHECK(::waitpid(pid, nullptr, 0) == pid);
  ::close(shared[0]);
  ::close(shared[1]);
}

TEST_CASE("help, version, health and usage errors end with their codes and start nothing") {
  const auto run = [](const World& world, const std::string& argument) {
    Proxy proxy(world, {argument});
    std::string said;
    while (const auto line = proxy.hear()) said += *line + "\n";
    return std::pair(proxy.wait(kSoon), said);
  };
  World world;
  CHECK(run(world, "--help").first == 0);
  CHECK(run(world, "--help").second.find("--tools") != std::string::npos);
  CHECK(run(world, "--version").second.starts_with("governor-proxy "));
  CHECK(run(world, "--health").first == 3);
  CHECK(run(world, "--nonsense") == std::pair(2, std::string()));
  CHECK(world.daemon_pids().empty());
}
