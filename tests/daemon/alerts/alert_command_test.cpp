#include "daemon/alerts/alert_command.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "daemon/diagnosis/process_sighting.hpp"
#include "ipc/unique_fd.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::daemon::test::read_file;
using governor::test::until;
using How = CommandEnd::How;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const std::atomic<bool> kNotCancelled{false};

auto soon() {
  return governor::ipc::Deadline::after(seconds(30));
}

CommandEnd run_script(const std::string& script, const std::string& input, CommandLimits limits = {}) {
  ::signal(SIGPIPE, SIG_IGN);  // as in the daemon
  return run_command({"/bin/sh", "-c", script}, {"PATH=/usr/bin:/bin", "GREETING=hello"}, input, limits,
                     kNotCancelled);
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

bool is_gone(const std::string& pid) {
  return sight_process(std::stol(pid)).presence == ProcessSighting::Presence::gone;
}

/// An alert command whose ends are counted.
struct Runs {
  std::mutex mutex;
  std::vector<CommandEnd> ends;

  AlertCommand::Settings settings(std::vector<std::string> arguments) {
    AlertCommand::Settings made;
    made.arguments = std::move(arguments);
    made.environment = {"PATH=/usr/bin:/bin"};
    made.on_end = [this](const CommandEnd& end) {
      const std::lock_guard lock(mutex);
      ends.push_back(end);
    };
    return made;
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return ends.size();
  }
};

}  // namespace

TEST_CASE("the program gets its input, this environment and nothing else, and what it says is thrown away") {
  const TemporaryDirectory directory;
  const auto file = [&](const char* name) { return directory.file(name); };
  const auto end = run_script("cat >" + file("input") + "; env | sort >" + file("environment") + "; pwd >" +
                                  file("directory") + "; echo out; echo err >&2; exit 3",
                              "{\"alert_id\":1}\n");
  CHECK(end.how == How::exited);
  CHECK(end.code == 3);
  CHECK(read_file(file("input")) == "{\"alert_id\":1}\n");
  const std::string environment = read_file(file("environment"));
  CHECK(environment.find("GREETING=hello\n") != std::string::npos);
  CHECK(environment.find("HOME=") == std::string::npos);
  CHECK(read_file(file("directory")) == "/\n");
  CHECK_FALSE(has_children());
}

#ifdef __linux__
TEST_CASE("the program inherits no descriptor and leads a process group of its own") {
  const TemporaryDirectory directory;
  // Without close-on-exec.
  const governor::ipc::UniqueFd inherited(
      ::open(directory.file("inherited").c_str(), O_RDWR | O_CREAT, 0600));
  REQUIRE(inherited);
  const auto end = run_script("ls -l /proc/$$/fd >" + directory.file("fds") +
                                  "; cut -d' ' -f1,5 /proc/$$/stat >" + directory.file("group"),
                              "");
  CHECK(end.code == 0);
  CHECK(read_file(directory.file("fds")).find("/dev/null") != std::string::npos);
  CHECK(read_file(directory.file("fds")).find("inherited") == std::string::npos);
  const std::string group = read_file(directory.file("group"));
  const auto blank = group.find(' ');
  CHECK(group.substr(0, blank) + "\n" == group.substr(blank + 1));
}
#endif

TEST_CASE("a program that hangs is ended at the deadline with all that it started") {
  const TemporaryDirectory directory;
  const std::string pids = directory.file("pids");
  const auto began = std::chrono::steady_clock::now();
  const auto end = run_script("trap '' TERM; sleep 1000 & echo $! >" + pids + ".new; mv " + pids + ".new " +
                                  pids + "; while :; do wait; done",
                              "{}", {milliseconds(500), milliseconds(100)});
  CHECK(end.how == How::timed_out);
  CHECK(std::chrono::steady_clock::now() - began < seconds(20));
  CHECK_FALSE(has_children());
  const std::string started = read_file(pids);
  REQUIRE_FALSE(started.empty());
  CHECK(until(soon(), [&] { return is_gone(started); }));
}

TEST_CASE("a program that ends on request is not killed") {
  const TemporaryDirectory directory;
  const auto end = run_script(
      "trap 'echo asked >" + directory.file("asked") + "; kill $!; exit 0' TERM; sleep 1000 & wait", "",
      {milliseconds(300), milliseconds(20000)});
  CHECK(end.how == How::timed_out);
  CHECK(read_file(directory.file("asked")) == "asked\n");
}

TEST_CASE("a program that does not read its input is no problem, however long that is") {
  const std::string long_input(4 * 1024 * 1024, 'x');
  CHECK(run_script("exit 0", long_input).how == How::exited);
  CHECK(run_script("exec <&-; sleep 0.1; exit 5", long_input).code == 5);
  CHECK(run_script("exec sleep 1000", long_input, {milliseconds(200), milliseconds(200)}).how ==
        How::timed_out);
  CHECK(run_script("kill -9 $$", "").how == How::signalled);
}

TEST_CASE("a program that cannot be started says why") {
  const TemporaryDirectory directory;
  test::write_file(directory.file("text"), "no program");
  CHECK(run_command({directory.file("none")}, {}, "", {}, kNotCancelled).code == ENOENT);
  CHECK(run_command({directory.file("text")}, {}, "", {}, kNotCancelled).code == EACCES);
  const auto end = run_command({directory.path()}, {}, "", {}, kNotCancelled);
  CHECK(end.how == How::not_started);
  CHECK(end.describe() == "cannot be started: Permission denied");
  CHECK_FALSE(has_children());
}

TEST_CASE("alerts are passed on one after another, each with its line") {
  const TemporaryDirectory directory;
  Runs runs;
  AlertCommand command(runs.settings({"/bin/sh", "-c",
                                      "mkdir " + directory.file("busy") + " || exit 9; cat >>" +
                                          directory.file("alerts") + "; rmdir " + directory.file("busy")}));
  for (int i = 1; i <= 5; ++i) command.report("{\"alert_id\":" + std::to_string(i) + "}");
  REQUIRE(until(soon(), [&] { return runs.count() == 5; }));
  for (const CommandEnd& end : runs.ends) CHECK(end.code == 0);
  CHECK(read_file(directory.file("alerts")) ==
        "{\"alert_id\":1}\n{\"alert_id\":2}\n{\"alert_id\":3}\n{\"alert_id\":4}\n{\"alert_id\":5}\n");
}

TEST_CASE("while a program hangs alerts wait, and beyond the limit they are dropped") {
  const TemporaryDirectory directory;
  Runs runs;
  const std::string gate = directory.file("gate");
  REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
  auto settings = runs.settings({"/bin/sh", "-c", "cat >>" + directory.file("started") + "; cat " + gate});
  settings.longest_queue = 2;
  AlertCommand command(std::move(settings));
  command.report("first");
  REQUIRE(until(soon(), [&] { return !read_file(directory.file("started")).empty(); }));
  for (int i = 2; i < 10; ++i) command.report("alert " + std::to_string(i));
  const auto let_one_end = [&](std::size_t count) {
    { const governor::ipc::UniqueFd open_gate(::open(gate.c_str(), O_WRONLY | O_CLOEXEC)); }
    REQUIRE(until(soon(), [&] { return runs.count() == count; }));
  };
  let_one_end(1);  // now the first of those that waited runs
  REQUIRE(until(soon(),
                [&] { return read_file(directory.file("started")).find("alert 2\n") != std::string::npos; }));
  command.report("last");  // there is room again
  for (std::size_t count = 2; count <= 4; ++count) let_one_end(count);
  CHECK(read_file(directory.file("started")) == "first\nalert 2\nalert 3\nlast\n");
}

TEST_CASE("the end of the daemon ends a program that runs, and starts none that waits") {
  const TemporaryDirectory directory;
  Runs runs;
  {
    auto settings =
        runs.settings({"/bin/sh", "-c", "echo started >>" + directory.file("started") + "; exec sleep 1000"});
    settings.limits.deadline = std::chrono::hours(1);
    AlertCommand command(std::move(settings));
    command.report("{}");
    command.report("{}");
    REQUIRE(until(soon(), [&] { return !read_file(directory.file("started")).empty(); }));
  }
  REQUIRE(runs.count() == 1);
  CHECK(runs.ends[0].how == How::cancelled);
  CHECK(read_file(directory.file("started")) == "started\n");
  CHECK_FALSE(has_children());
}

TEST_CASE("a program that cannot be started does not stop the next alert") {
  Runs runs;
  AlertCommand command(runs.settings({"/does/not/exist"}));
  command.report("{}");
  command.report("{}");
  REQUIRE(until(soon(), [&] { return runs.count() == 2; }));
  CHECK(runs.ends[1].how == How::not_started);
}

TEST_CASE("without a program there is nothing to do") {
  AlertCommand command({});
  command.report("{}");
}
