#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>

#include "ipc/process_identity.hpp"
#include "tests/daemon/supervisor/supervisor_fixture.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/child.hpp"
#include "tests/support/slowness.hpp"

namespace governor::daemon::test {
namespace {

using core::DeploymentState;

const std::string kStubbornProgram = governor::test::kBinDir + "/governor_stubborn";

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/dev/fd")) ++count;
  return count;
}

}  // namespace

TEST_CASE_METHOD(SupervisorFixture, "after a restart of the daemon a running one is taken up again",
                 "[following]") {
  const core::Deployment deployment = deploy("a-1", "echo one; until test -e go; do sleep 0.1; done; exit 4");
  end();
  begin();
  follow(deployment);
  REQUIRE(wait_for_state("a-1", DeploymentState::working));
  write_file(directory / "go", "");
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->exit_code == 4);
}

TEST_CASE_METHOD(SupervisorFixture, "what one has used that is over at once is told before its end",
                 "[following]") {
  Runner talker = *settings.find_runner("shell");
  talker.name = "talker";
  talker.stream_json = true;
  settings.deployments.runners.push_back(std::move(talker));
  begin();
  deploy(request("a-1",
                 R"(echo '{"num_turns":4,"usage":{"input_tokens":40},"session_id":"s-1","type":"result"}')",
                 "talker"));
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->state == DeploymentState::finished);
  REQUIRE(last_seen("a-1").usage);
  CHECK(*last_seen("a-1").usage == core::DeploymentUsage{4, 40, 0});
  CHECK(last_seen("a-1").runner_session == "s-1");
}

TEST_CASE_METHOD(SupervisorFixture, "after a restart it can be stopped, and one that ended meanwhile is told",
                 "[following]") {
  const core::Deployment lasting = deploy("a-1", "sleep 300");
  const core::Deployment brief = deploy("a-2", "exit 5");
  end();
  REQUIRE(until(soon(), [&] { return read_end_record(files("a-2")).has_value(); }));
  begin();
  follow(lasting);
  follow(brief);
  supervisor->stop("a-1", "over");
  const auto stopped = wait_for_end("a-1");
  REQUIRE(stopped);
  CHECK(stopped->state == DeploymentState::stopped);
  const auto ended = wait_for_end("a-2");
  REQUIRE(ended);
  CHECK(ended->exit_code == 5);
}

TEST_CASE_METHOD(SupervisorFixture, "when its keeper is killed all of it ends, and strangers live",
                 "[following]") {
  const core::Deployment deployment = deploy(
      "a-1", kStubbornProgram + " " + (directory / "pid") + "; trap '' TERM HUP; sleep 300; sleep 300");
  const pid_t left = wait_for_pid(directory / "pid");
  const governor::test::Child stranger({"/bin/sleep", {"300"}, {"GOVERNOR_DEPLOYMENT=a-2"}, "", {}, -1});
  ::kill(static_cast<pid_t>(deployment.standing.keeper.pid), SIGKILL);
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->state == DeploymentState::lost);
  CHECK(ended->why.find("its keeper was killed") != std::string::npos);
  CHECK_FALSE(is_alive(left));
  CHECK_FALSE(is_alive(static_cast<pid_t>(deployment.standing.process.pid)));
  CHECK(is_alive(stranger.pid()));
}

TEST_CASE_METHOD(SupervisorFixture, "a pid that means another program now is left alone", "[following]") {
  const core::Deployment deployment = deploy("a-1", "true");
  REQUIRE(wait_for_end("a-1"));
  end();
  const governor::test::Child stranger({"/bin/sleep", {"300"}, {}, "", {}, -1});
  auto record = read_keeper_record(files("a-1"));
  REQUIRE(record);
  // As after a crash in which its end was not written, when the stranger got its pid.
  record->keeper.pid = record->program.pid = stranger.pid();
  REQUIRE(write_keeper_record(files("a-1"), *record));
  std::filesystem::remove(files("a-1").end());
  begin();
  follow(deployment);
  supervisor->stop("a-1", "over");
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->state == DeploymentState::lost);
  CHECK(is_alive(stranger.pid()));
  CHECK(read_end_record(files("a-1")).has_value());
}

TEST_CASE_METHOD(SupervisorFixture, "nothing of an earlier boot is taken for alive", "[following]") {
  const core::Deployment deployment = deploy("a-1", "true");
  REQUIRE(wait_for_end("a-1"));
  end();
  const governor::test::Child stranger({"/bin/sleep", {"300"}, {"GOVERNOR_DEPLOYMENT=a-1"}, "", {}, -1});
  auto record = read_keeper_record(files("a-1"));
  REQUIRE(record);
  record->keeper = record->program = *ipc::identify_process(stranger.pid());
  record->keeper.boot_id = record->program.boot_id = "another";
  REQUIRE(write_keeper_record(files("a-1"), *record));
  std::filesystem::remove(files("a-1").end());
  begin();
  follow(deployment);
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->state == DeploymentState::lost);
  CHECK(ended->why == "the machine was started anew");
  CHECK(is_alive(stranger.pid()));
}

TEST_CASE_METHOD(SupervisorFixture, "one that was never started is told so, and is not started later",
                 "[following]") {
  std::filesystem::create_directories(files("a-1").directory);
  std::filesystem::permissions(settings.state_directory, std::filesystem::perms::owner_all);
  LaunchOrder order;
  order.id = "a-1";
  order.arguments = {"/bin/sh", "-c", "echo ran >" + (directory / "ran")};
  order.environment = {"PATH=/usr/bin:/bin"};
  order.directory = directory.path();
  write_file(files("a-1").launch(), launch_json(order));
  core::Deployment deployment;
  deployment.order.id = "a-1";
  deployment.order.runner = "shell";
  follow(deployment);
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->state == DeploymentState::failed);
  CHECK(ended->why == "it was never started");
  const auto late =
      governor::test::run({settings.program, {"keep", files("a-1").directory}, {}, "", {}, -1}, soon());
  REQUIRE(late);
  CHECK(late->code == 1);
  CHECK_FALSE(std::filesystem::exists(directory / "ran"));
}

TEST_CASE_METHOD(SupervisorFixture, "one whose start was not confirmed is reported as started",
                 "[following]") {
  core::Deployment deployment = deploy("a-1", "sleep 300");
  end();
  begin();
  deployment.standing = {};
  follow(deployment);
  REQUIRE(until(soon(), [&] { return has_started_report("a-1"); }));
}

TEST_CASE_METHOD(SupervisorFixture, "twenty at once, each with its own end", "[following]") {
  for (int i = 0; i < 20; ++i)
    deploy("a-" + std::to_string(i), "until test -e go; do sleep 0.2; done; exit " + std::to_string(i));
  const auto all = supervisor->find_all();
  REQUIRE(all);
  CHECK(all->deployments.size() == 20);
  for (const auto& found : all->deployments) CHECK(found.alive);
  write_file(directory / "go", "");
  for (int i = 0; i < 20; ++i) {
    const auto ended = wait_for_end("a-" + std::to_string(i));
    REQUIRE(ended);
    CHECK(ended->exit_code == i);
  }
}

TEST_CASE_METHOD(SupervisorFixture, "a hundred in a row leave no zombie, no descriptor and bounded files",
                 "[following]") {
  settings.deployments.keep_ended = 10;
  begin();
  deploy("a-0", "true");
  REQUIRE(wait_for_end("a-0"));
  const std::size_t before = open_descriptors();
  // Each is a daemon's binary that starts, which takes a sanitizer a second.
  const int deployments = governor::test::kSlowness > 1 ? 30 : 100;
  for (int i = 1; i <= deployments; ++i) {
    deploy("a-" + std::to_string(i), "true");
    REQUIRE(wait_for_end("a-" + std::to_string(i)));
  }
  CHECK(until(soon(), [&] { return open_descriptors() <= before; }));
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
  const auto all = supervisor->find_all();
  REQUIRE(all);
  CHECK(all->deployments.size() <= 11);
}

TEST_CASE_METHOD(SupervisorFixture,
                 "what a killed keeper has left counts as running until it is followed and ended",
                 "[following]") {
  const core::Deployment deployment = deploy("a-1", "sleep 300 & sleep 300; wait");
  REQUIRE(until(soon(), [&] { return supervisor->find_all()->deployments.at(0).alive; }));
  end();
  const auto& keeper = deployment.standing.keeper;
  REQUIRE(signal_process({static_cast<pid_t>(keeper.pid), 0, keeper.start_time}, SIGKILL));
  REQUIRE(until(soon(), [&] { return !is_alive(static_cast<pid_t>(keeper.pid)); }));
  begin();
  const auto found = supervisor->find_all();
  REQUIRE(found);
  CHECK(found->deployments.at(0).alive);
  CHECK_FALSE(found->deployments.at(0).ended);
  follow(deployment);
  REQUIRE(wait_for_end("a-1"));
  CHECK(marked_processes("a-1") == "");
  CHECK_FALSE(supervisor->find_all()->deployments.at(0).alive);
}

}  // namespace governor::daemon::test
