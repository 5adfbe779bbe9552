#include "ipc/spawn_daemon.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "ipc/startup_pipe.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;
using governor::TemporaryDirectory;
using std::chrono::milliseconds;

namespace {

/// A program that writes down what it got and reports ready.
std::string spy(const TemporaryDirectory& base) {
  const std::string path = base / "spy";
  std::ofstream(path) << "#!/bin/sh\n"
                         "ls /proc/self/fd > "
                      << base / "fds"
                      << "\n"
                         "env > "
                      << base / "env"
                      << "\n"
                         "echo \"$@\" > "
                      << base / "arguments"
                      << "\n"
                         "pwd > "
                      << base / "cwd"
                      << "\n"
                         "umask > "
                      << base / "umask"
                      << "\n"
                         "cut -d' ' -f1,5,6 /proc/$$/stat > "
                      << base / "ids"
                      << "\n"
                         "grep -E 'SigBlk|SigIgn' /proc/self/status > "
                      << base / "signals"
                      << "\n"
                         "exec 9>&1\n"
                         "for i in 0 9 2; do readlink /proc/$$/fd/$i >> "
                      << base / "streams"
                      << "; done\n"
                         "echo ready >&3\n";
  REQUIRE(::chmod(path.c_str(), 0700) == 0);
  return path;
}

std::string content(const std::string& path) {
  std::ifstream in(path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

StartupReport wait_for(const UniqueFd& pipe) {
  return read_startup_report(pipe.get(), Deadline::after(milliseconds(10000))).value();
}

}  // namespace

TEST_CASE("a spawned daemon inherits nothing but what it is given") {
  const TemporaryDirectory base;
  // Things that must not be inherited: an open file without close-on-exec, signal state, a variable.
  const UniqueFd leaked(::open("/dev/zero", O_RDONLY));
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto ignored = ::signal(SIGUSR2, SIG_IGN);
  ::setenv("SECRET_TOKEN", "x", 1);

  auto pipe = spawn_daemon({spy(base), {"--option", "value"}, {"PATH=/usr/bin:/bin", "GOVERNOR_X=1"}});
  REQUIRE(pipe);
  CHECK(wait_for(*pipe).outcome == StartupOutcome::ready);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGUSR2, ignored);
  ::unsetenv("SECRET_TOKEN");

  CHECK(content(base / "arguments") == "--option value --startup-fd 3\n");
  CHECK(content(base / "cwd") == "/\n");
  CHECK(content(base / "umask") == "0077\n");
  CHECK(content(base / "streams") == "/dev/null\n/dev/null\n/dev/null\n");
  const std::string environment = content(base / "env");
  CHECK(environment.find("SECRET_TOKEN") == std::string::npos);
  CHECK(environment.find("HOME=") == std::string::npos);
  CHECK(environment.find("GOVERNOR_X=1") != std::string::npos);
  // ls adds the directory it lists; 3 is the start-up pipe.
  std::ifstream fds(base / "fds");
  std::set<int> open_fds;
  for (int fd = 0; fds >> fd;) open_fds.insert(fd);
  CHECK(open_fds == std::set<int>{0, 1, 2, 3, 4});
  CHECK(content(base / "signals") == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("a spawned daemon leads a session of its own and is not our child") {
  const TemporaryDirectory base;
  auto pipe = spawn_daemon({spy(base), {}, {"PATH=/usr/bin:/bin"}});
  REQUIRE(pipe);
  REQUIRE(wait_for(*pipe).outcome == StartupOutcome::ready);
  std::ifstream ids(base / "ids");
  long pid = 0;
  long group = 0;
  long session = 0;
  ids >> pid >> group >> session;
  CHECK(pid > 0);
  CHECK(session == pid);
  CHECK(group == pid);
  CHECK(session != ::getsid(0));
  CHECK(::waitpid(static_cast<pid_t>(pid), nullptr, WNOHANG) == -1);
}

TEST_CASE("a program that cannot be executed is reported through the pipe") {
  const TemporaryDirectory base;
  auto missing = spawn_daemon({base / "missing", {}, {}});
  REQUIRE(missing);
  const auto report = wait_for(*missing);
  CHECK(report.outcome == StartupOutcome::failed);
  CHECK(report.reason.find("No such file") != std::string::npos);
  std::ofstream(base / "text") << "not a program";
  auto denied = spawn_daemon({base / "text", {}, {}});
  REQUIRE(denied);
  CHECK(wait_for(*denied).reason.find("Permission denied") != std::string::npos);
}

TEST_CASE("the daemon's program is found by variable, beside us, or in PATH") {
  const TemporaryDirectory base;
  Environment environment;
  environment.set("PATH", "relative:" + base.path());
  const auto missing = find_daemon_binary(environment);
  if (!missing) CHECK(missing.error().message.find("GOVERNOR_DAEMON") != std::string::npos);

  const std::string program = spy(base);
  REQUIRE(::rename(program.c_str(), (base / "governord").c_str()) == 0);
  const auto found = find_daemon_binary(environment);
  REQUIRE(found);
  CHECK(found->ends_with("/governord"));

  environment.set("GOVERNOR_DAEMON", base / "governord");
  CHECK(find_daemon_binary(environment).value() == base / "governord");
  environment.set("GOVERNOR_DAEMON", base / "nothing");
  const auto wrong = find_daemon_binary(environment);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.find("nothing") != std::string::npos);
}
