#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/daemon/supervisor/supervisor_fixture.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/child.hpp"

namespace governor::daemon::test {
namespace {

using core::DeploymentState;
using governor::test::kBinDir;

const std::string kStubborn = kBinDir + "/governor_stubborn";

/// A process that is nobody's agent, and younger than those of the test so far.
governor::test::Child stranger_of_test() {
  return governor::test::Child({"/bin/sleep", {"300"}, {}, "", {}, -1});
}

std::string text_of_bytes(std::size_t size) {
  const std::string kind = "it's \"quoted\" $(rm) `x` \\ \xF0\x9F\x98\x80\n\t%s";
  std::string text;
  while (text.size() < size) text += kind;
  text.resize(size - 1);
  return text + "z";
}

}  // namespace

TEST_CASE_METHOD(SupervisorFixture, "a program that ends well is finished, with what it has said",
                 "[keeper]") {
  deploy("a-1", "echo hello; exec 2>&1; echo world >&2");
  const auto end = wait_for_end("a-1");
  REQUIRE(end);
  CHECK(end->state == DeploymentState::finished);
  CHECK(end->exit_code == 0);
  CHECK(end->ended_us > 0);
  CHECK(output("a-1") == "hello\nworld\n");
  struct stat status {};
  REQUIRE(::stat(files("a-1").directory.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  CHECK_FALSE(std::filesystem::exists(files("a-1").token()));
}

TEST_CASE_METHOD(SupervisorFixture, "a program that fails is told with its code and its last words",
                 "[keeper]") {
  deploy("a-1", "echo fine; echo 'no such thing'; exit 3");
  const auto end = wait_for_end("a-1");
  REQUIRE(end);
  CHECK(end->state == DeploymentState::failed);
  CHECK(end->exit_code == 3);
  CHECK(end->why == "it exited with 3: no such thing");
  deploy("a-2", "kill -9 $$");
  const auto killed = wait_for_end("a-2");
  REQUIRE(killed);
  CHECK(killed->state == DeploymentState::failed);
  CHECK(killed->signal == SIGKILL);
}

TEST_CASE_METHOD(SupervisorFixture, "what a program leaves behind ends with it, and strangers live",
                 "[keeper]") {
  const auto stranger = stranger_of_test();
  SECTION("stopped") {
    deploy("a-1", kStubborn + " $GOVERNOR_STATE_DIR/../pid; sleep 300");
    const pid_t left = wait_for_pid(directory / "pid");
    REQUIRE(is_alive(left));
    supervisor->stop("a-1", "no longer wanted");
    const auto end = wait_for_end("a-1");
    REQUIRE(end);
    CHECK(end->state == DeploymentState::stopped);
    CHECK(end->why == "no longer wanted");
    CHECK_FALSE(is_alive(left));
  }
  SECTION("by itself, also when it has cleared its environment") {
    deploy("a-1", "env -i " + kStubborn + " " + (directory / "pid") + "; until test -s " +
                      (directory / "pid") + "; do sleep 0.1; done");
    const auto end = wait_for_end("a-1");
    REQUIRE(end);
    CHECK(end->state == DeploymentState::finished);
    CHECK_FALSE(is_alive(wait_for_pid(directory / "pid")));
  }
  SECTION("by itself, while what it has left is another process every moment") {
    deploy("a-1", kStubborn + " " + (directory / "pid") + " - 5000");
    REQUIRE(wait_for_end("a-1"));
    CHECK(marked_processes("a-1") == "");
  }
  CHECK(is_alive(stranger.pid()));
}

TEST_CASE_METHOD(SupervisorFixture, "a daemon that an agent has started outlives that agent", "[keeper]") {
  deploy("a-1", kStubborn + " " + (directory / "pid") + " " + settings.daemon_lock + "; until test -s " +
                    (directory / "pid") + "; do sleep 0.1; done");
  const auto end = wait_for_end("a-1");
  REQUIRE(end);
  const pid_t daemon = wait_for_pid(directory / "pid");
  CHECK(is_alive(daemon));
  ::kill(daemon, SIGKILL);
}

TEST_CASE_METHOD(SupervisorFixture, "what cannot be started leaves nothing behind", "[keeper]") {
  Runner runner;
  runner.name = "missing";
  runner.arguments = {"/nowhere/agent"};
  settings.deployments.runners.push_back(runner);
  begin();
  const auto started = supervisor->launch(request("a-1", "x", "missing"));
  REQUIRE_FALSE(started);
  CHECK(started.error().message.find("/nowhere/agent: No such file or directory") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(files("a-1").directory));
  LaunchRequest elsewhere = request("a-2", "true");
  elsewhere.working_directory = directory / "gone";
  const auto nowhere = supervisor->launch(elsewhere);
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().message.find("cannot work in") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(files("a-2").directory));
}

TEST_CASE_METHOD(SupervisorFixture, "a prompt arrives byte for byte", "[keeper]") {
  Runner runner;
  runner.name = "copy";
  SECTION("as a file") {
    runner.arguments = {"/bin/cp", "{prompt_file}", "got"};
  }
  SECTION("as the input") {
    runner.arguments = {"/bin/sh", "-c", "cat >got"};
    runner.input = ProgramInput::prompt;
  }
  SECTION("as an argument") {
    runner.arguments = {"/bin/sh", "-c", "printf %s \"$1\" >got", "sh", "{prompt}"};
  }
  const bool is_argument = runner.arguments.back() == "{prompt}";
  settings.deployments.runners.push_back(runner);
  begin();
  const std::string prompt = text_of_bytes(is_argument ? kLongestArgument : 200'000);
  deploy(request("a-1", prompt, "copy"));
  REQUIRE(wait_for_end("a-1"));
  CHECK(read_file(directory / "got") == prompt);
}

TEST_CASE_METHOD(SupervisorFixture, "what a runner does not take is refused before anything is made",
                 "[keeper]") {
  LaunchRequest wrong = request("a-1", std::string("a\0b", 3));
  REQUIRE(supervisor->refuse(wrong));
  CHECK(supervisor->refuse(wrong)->field == "prompt");
  wrong = request("a-1", text_of_bytes(kLongestArgument + 1));
  REQUIRE(supervisor->refuse(wrong));
  CHECK(supervisor->refuse(wrong)->expected.find("{prompt_file}") != std::string::npos);
  wrong = request("a-1", "x", "nobody");
  REQUIRE(supervisor->refuse(wrong));
  CHECK(supervisor->refuse(wrong)->expected.find("claude, codex, gemini, generic, shell") !=
        std::string::npos);
  CHECK(supervisor->refuse(request("a-1", "x", "generic")));
  CHECK(supervisor->refuse(request("../a", "x")));
  wrong = request("a-1", "x");
  wrong.environment = {{"LD_PRELOAD", "/tmp/x.so"}};
  REQUIRE(supervisor->refuse(wrong));
  CHECK(supervisor->refuse(wrong)->field == "env");
  wrong = request("a-1", "x");
  wrong.runner_session = "s";
  CHECK(supervisor->refuse(wrong));
  CHECK_FALSE(supervisor->refuse(request("a-1", "x")));
}

TEST_CASE_METHOD(SupervisorFixture, "what is typed reaches the program's terminal", "[keeper]") {
  deploy(request("a-1", "printf 'your name? '; read name; echo \"hello $name\"", "typed"));
  REQUIRE(until(soon(), [&] { return output("a-1").find("your name?") != std::string::npos; }));
  CHECK_FALSE(supervisor->send_input("a-1", "Ada\n"));
  const auto end = wait_for_end("a-1");
  REQUIRE(end);
  CHECK(output("a-1").find("hello Ada") != std::string::npos);
  const auto late = supervisor->send_input("a-1", "x");
  REQUIRE(late);
  CHECK(late->message == "The program does not run.");
}

TEST_CASE_METHOD(SupervisorFixture, "who has no terminal is not typed to", "[keeper]") {
  deploy("a-1", "test -t 0 && echo terminal; sleep 300");
  const auto refused = supervisor->send_input("a-1", "x");
  REQUIRE(refused);
  CHECK(refused->hint.find("\"terminal\"") != std::string::npos);
}

TEST_CASE_METHOD(SupervisorFixture, "of a flood the end is kept, and its offsets count on", "[keeper]") {
  settings.deployments.runners.back().output_mb = 1;
  settings.deployments.runners[settings.deployments.runners.size() - 2].output_mb = 1;
  begin();
  deploy("a-1",
         "i=0; while test $i -lt 60000; do i=$((i+1)); echo line $i of a text that is long enough; done");
  REQUIRE(wait_for_end("a-1"));
  const auto last = supervisor->read_output("a-1", std::nullopt, 1000, "");
  REQUIRE(last);
  CHECK(last->text.find("line 60000 of") != std::string::npos);
  CHECK(last->next == last->available);
  CHECK(last->forgotten > 0);
  const auto first = supervisor->read_output("a-1", 0, 1000, "");
  REQUIRE(first);
  CHECK(first->offset == first->forgotten);
  CHECK(first->next == first->offset + 1000);
  const auto found = supervisor->read_output("a-1", std::nullopt, 1000, "line 59999 of");
  REQUIRE(found);
  CHECK(found->text == "line 59999 of a text that is long enough\n");
  std::uintmax_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(files("a-1").directory)) {
    if (entry.path().filename().string().starts_with("output.")) kept += entry.file_size();
  }
  CHECK(kept <= 1U << 20);
}

TEST_CASE_METHOD(SupervisorFixture, "time is over also while no daemon runs", "[keeper]") {
  LaunchRequest timed = request("a-1", "sleep 300");
  timed.order.timeout_seconds = 1;
  const core::Deployment deployment = deploy(timed);
  end();
  REQUIRE(until(soon(), [&] { return read_end_record(files("a-1")).has_value(); }));
  begin();
  follow(deployment);
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->state == DeploymentState::stopped);
  CHECK(ended->why == "its time of 1 s was over");
}

TEST_CASE_METHOD(SupervisorFixture, "the token and what was asked for are in its environment, nothing else",
                 "[keeper]") {
  settings.environment.push_back("SECRET_OF_DAEMON=x");
  std::erase_if(settings.environment, [](const std::string& entry) { return entry.starts_with("SECRET"); });
  settings.deployments.runners[4].pass = {"ALLOWED_*"};
  begin();
  LaunchRequest asked = request("a-1", "cat $GOVERNOR_TOKEN_FILE; echo; env");
  asked.environment = {{"ALLOWED_ONE", "yes"}};
  deploy(asked);
  REQUIRE(wait_for_end("a-1"));
  const std::string text = output("a-1");
  CHECK(text.starts_with("a secret\n"));
  CHECK(text.find("ALLOWED_ONE=yes\n") != std::string::npos);
  CHECK(text.find("GOVERNOR_DEPLOYMENT=a-1\n") != std::string::npos);
  CHECK(text.find("a secret", 1) == std::string::npos);
}

}  // namespace governor::daemon::test
