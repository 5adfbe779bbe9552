// Deployments that are stopped for a while, and programs that are started again.
#include <chrono>

#include "tests/daemon/supervisor/supervisor_fixture.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/process_table.hpp"

namespace governor::daemon::test {
namespace {

using core::DeploymentState;

const std::string kLingering = governor::test::kBinDir + "/governor_stubborn";

struct PauseFixture : SupervisorFixture {
  /// One that counts for ever, beside one that has left it and every session of its.
  core::Deployment deploy_pair(const std::string& id) {
    const core::Deployment deployment =
        deploy(id, kLingering + " " + (directory / id) + "; while :; do echo x; sleep 0.02; done");
    program = static_cast<pid_t>(deployment.standing.process.pid);
    stray = wait_for_pid(directory / id);
    return deployment;
  }
  [[nodiscard]] bool all_stand_still() const {
    return governor::test::stands_still(program) && governor::test::stands_still(stray);
  }
  [[nodiscard]] bool none_stands_still() const {
    return !governor::test::stands_still(program) && !governor::test::stands_still(stray);
  }
  bool says_more(const std::string& id) {
    const std::size_t before = output(id).size();
    return until(soon(), [&] { return output(id).size() > before; });
  }

  pid_t program = 0;
  pid_t stray = 0;
};

}  // namespace

TEST_CASE_METHOD(PauseFixture, "all that a paused deployment has started stands still, and goes on with it",
                 "[pause]") {
  deploy_pair("a-1");
  supervisor->pause("a-1", true);
  REQUIRE(until(soon(), [&] { return all_stand_still(); }));
  supervisor->pause("a-1", false);
  REQUIRE(until(soon(), [&] { return none_stands_still(); }));
  CHECK(says_more("a-1"));
}

TEST_CASE_METHOD(PauseFixture, "a pause holds while no daemon is there, and the next one knows what is to be",
                 "[pause]") {
  core::Deployment deployment = deploy_pair("a-1");
  supervisor->pause("a-1", true);
  REQUIRE(until(soon(), [&] { return all_stand_still(); }));
  SECTION("it is to stay so") {
    begin();
    deployment.standing.paused = true;
    follow(deployment);
    supervisor->pause("a-1", false);
    CHECK(until(soon(), [&] { return none_stands_still(); }));
  }
  SECTION("somebody let it go on, and the daemon ended before it could say so") {
    begin();
    follow(deployment);
    CHECK(until(soon(), [&] { return none_stands_still(); }));
  }
  SECTION("it was to be paused, and the daemon ended before it could say so") {
    supervisor->pause("a-1", false);
    REQUIRE(until(soon(), [&] { return none_stands_still(); }));
    begin();
    deployment.standing.paused = true;
    follow(deployment);
    CHECK(until(soon(), [&] { return all_stand_still(); }));
  }
}

TEST_CASE_METHOD(PauseFixture, "a paused one can be stopped, and does what it does then", "[pause]") {
  deploy("a-1", "trap 'echo bye; exit 0' TERM; echo begun; while :; do sleep 0.02; done");
  REQUIRE(wait_for_state("a-1", DeploymentState::working));
  supervisor->pause("a-1", true);
  REQUIRE(until(soon(), [&] { return std::filesystem::exists(files("a-1").paused()); }));
  supervisor->stop("a-1", "enough");
  const auto end = wait_for_end("a-1");
  REQUIRE(end);
  CHECK(end->state == DeploymentState::stopped);
  CHECK(output("a-1").find("bye") != std::string::npos);
}

TEST_CASE_METHOD(PauseFixture, "the time of one that is paused stands still too", "[pause]") {
  LaunchRequest asked = request("a-1", "while :; do sleep 0.02; done");
  asked.order.timeout_seconds = 1;
  core::Deployment deployment = deploy(asked);
  supervisor->pause("a-1", true);
  CHECK_FALSE(wait_for_end("a-1", ipc::Deadline::after(std::chrono::milliseconds(1500))));
  supervisor->pause("a-1", false);
  const auto end = wait_for_end("a-1");
  REQUIRE(end);
  CHECK(end->why.find("its time of 1 s was over") != std::string::npos);
}

TEST_CASE_METHOD(SupervisorFixture, "a program is started again where it worked, with its session if it can",
                 "[restart]") {
  Runner resuming = *settings.find_runner("shell");
  resuming.name = "resuming";
  resuming.resume = {"/bin/sh", "-c", "echo resumed {session} with $A in $PWD"};
  resuming.pass = {"A"};
  settings.deployments.runners.push_back(resuming);
  begin();
  LaunchRequest asked = request("a-1", "echo $A first; exit 1", "resuming");
  asked.environment = {{"A", "it's b"}};
  core::Deployment deployment = deploy(asked);
  REQUIRE(wait_for_end("a-1"));
  const auto run_again = [&] {
    begin();
    const auto started = supervisor->relaunch(deployment, "another secret");
    REQUIRE(started);
    CHECK(read_file(files("a-1").token()) == "another secret");
    deployment.standing.keeper = started->keeper;
    deployment.standing.process = started->process;
    deployment.standing.attempts += 1;
    follow(deployment);
    return wait_for_end("a-1");
  };
  deployment.standing.runner_session = "s-1";
  const auto resumed = run_again();
  REQUIRE(resumed);
  CHECK(resumed->state == DeploymentState::finished);
  CHECK(output("a-1") == "it's b first\nresumed s-1 with it's b in " + directory.path() + "\n");
  CHECK(read_file(files("a-1").prompt()).find("started again") != std::string::npos);
  // What it was asked for at first is not lost.
  deployment.standing.runner_session.clear();
  const auto anew = run_again();
  REQUIRE(anew);
  CHECK(anew->exit_code == 1);
  CHECK(output("a-1").ends_with("it's b first\n"));
}

TEST_CASE_METHOD(SupervisorFixture, "one that runs is not started a second time", "[restart]") {
  const core::Deployment deployment = deploy("a-1", "sleep 300");
  const auto again = supervisor->relaunch(deployment, "secret");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == core::ErrorCode::already_exists);
}

}  // namespace governor::daemon::test
