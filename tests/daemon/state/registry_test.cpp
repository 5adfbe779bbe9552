// The registry and what there is: after a restart, wherever the daemon before was ended, and while it runs.
#include <unistd.h>

#include "ipc/process_identity.hpp"
#include "tests/daemon/state/deployment_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Caller = DeployingDaemon::Caller;

namespace {

/// As far as a daemon comes that is killed before it starts anything.
core::Changes reserved(const std::string& id) {
  core::Deployment deployment;
  deployment.key = 77;
  deployment.order.id = id;
  deployment.order.agent_type = "painter";
  deployment.order.runner = "generic";
  deployment.created_us = deployment.standing.since_us = 1;
  core::AgentProfile profile;
  profile.key = deployment.agent = 500;
  profile.id = id;
  profile.shared = false;
  profile.created_us = 1;
  return {core::AgentSaved{profile}, core::DeploymentAppended{deployment}};
}

core::FoundDeployment running(const std::string& id) {
  core::FoundDeployment found;
  found.id = id;
  found.alive = true;
  found.started = core::DeploymentStarted{{71, 1, "fake"}, {72, 2, "fake"}, false, {}};
  return found;
}

json::object own_process_deployed(DeployingDaemon& test, Caller& caller, std::string& id) {
  const auto self = ipc::identify_process(::getpid());
  test.processes->start_as({self->pid, self->start_time, self->boot_id});
  id = caller.deploy();
  return caller.deployment(id);
}

}  // namespace

TEST_CASE("a restart keeps what runs, and follows it on") {
  DeployingDaemon test;
  std::string id;
  {
    Caller ada(test, "ada");
    id = ada.deploy();
    REQUIRE(test.processes->is_followed_soon(id));
  }
  test.daemon.restart();
  Caller ada(test, "ada");
  CHECK(ada.state(id) == "starting");
  REQUIRE(test.processes->is_followed_soon(id));
  test.processes->end(id, core::DeploymentState::finished);
  CHECK(ada.becomes(id, "finished"));
}

TEST_CASE("what ended while no daemon ran is closed with what is known") {
  DeployingDaemon test;
  std::vector<std::string> ids;
  {
    Caller ada(test, "ada");
    for (int i = 0; i < 3; ++i) ids.push_back(ada.deploy());
  }
  REQUIRE(test.daemon.stop());
  test.processes->end(ids[0], core::DeploymentState::failed, "it said so", true);
  test.processes->forget(ids[1]);
  core::FoundDeployment unknown;
  unknown.id = ids[2];
  unknown.unknown = true;
  test.processes->put(unknown);
  test.daemon.restart();
  Caller ada(test, "ada");
  CHECK(ada.becomes(ids[0], "failed"));
  CHECK(ada.deployment(ids[0]).at("why") == "it said so");
  CHECK(ada.becomes(ids[1], "lost"));
  CHECK(ada.state(ids[2]) == "starting");
  const auto seen = ada.call("validate_and_repair_registry");
  REQUIRE(seen.at("count") == 1);
  CHECK(seen.at("differences").as_array()[0].at("fault") == "unknown");
  CHECK(test.daemon.stored("SELECT count(*) FROM audit WHERE event = 'registry_repaired'") == 2);
}

TEST_CASE("wherever between reservation and confirmation a daemon was killed, the next one sets it right") {
  DeployingDaemon test;
  SECTION("before anything was started") {
    test.while_stopped(reserved("painter-x"));
    test.daemon.restart();
    Caller ada(test, "ada");
    CHECK(ada.becomes("painter-x", "failed"));
    CHECK(ada.deployment("painter-x").at("why") == "the daemon ended before it was started");
    CHECK(ada.call("get_agent_metadata", {{"agent_id", "painter-x"}}).at("status") == "archived");
    CHECK(test.processes->is_followed_soon("painter-x"));  // so that a late keeper starts nothing
  }
  SECTION("when it ran, and that was not taken down") {
    test.while_stopped(reserved("painter-x"));
    test.processes->put(running("painter-x"));
    test.daemon.restart();
    Caller ada(test, "ada");
    CHECK(ada.becomes("painter-x", "starting"));
    CHECK(ada.deployment("painter-x").at("pid") == 72);
    CHECK(test.processes->is_followed_soon("painter-x"));
  }
  SECTION("while it was being started, and could not be") {
    test.while_stopped(reserved("painter-x"));
    core::FoundDeployment found;
    found.id = "painter-x";
    found.alive = true;
    test.processes->put(found);
    test.daemon.restart();
    Caller ada(test, "ada");
    // After the look at the start, at which there was nothing to be said yet.
    CHECK(ada.call("validate_and_repair_registry", {{"dry_run", true}}).at("count") == 1);
    found.alive = false;
    found.ended = core::DeploymentEnded{core::DeploymentState::failed, "there is no such program"};
    test.processes->put(found);
    CHECK(ada.becomes("painter-x", "failed"));
    CHECK(ada.deployment("painter-x").at("why") == "there is no such program");
    CHECK(test.daemon.stored("SELECT count(*) FROM alert") == 0);
  }
  SECTION("when it ran, and has ended since") {
    test.while_stopped(reserved("painter-x"));
    core::FoundDeployment found = running("painter-x");
    found.alive = false;
    found.ended = core::DeploymentEnded{core::DeploymentState::finished, "", 0, 0, 5};
    test.processes->put(found);
    test.daemon.restart();
    Caller ada(test, "ada");
    CHECK(ada.becomes("painter-x", "finished"));
    CHECK(ada.deployment("painter-x").at("exit_code") == 0);
  }
  Caller ada(test, "b0b");
  CHECK(ada.call("validate_and_repair_registry").at("count") == 0);
}

TEST_CASE("the watchdog looks twice, sets right what is proven, and says so in an alert") {
  DeployingDaemon test({.registry_interval = std::chrono::milliseconds(100)});
  Caller ada(test, "ada");
  const std::string id = ada.deploy();
  test.processes->forget(id);
  CHECK(ada.becomes(id, "lost"));
  CHECK(ada.number_of_kind("registry_difference") == 1);
  // What nobody can prove anything about is only told.
  test.processes->put(running("stranger"));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (ada.number_of_kind("registry_difference") < 2 && std::chrono::steady_clock::now() < deadline)
    ada.client.confirm(ada.line);
  CHECK(ada.number_of_kind("registry_difference") == 2);
  CHECK(test.processes->stops().empty());
}

TEST_CASE("the check of the registry says what differs, and repairs when it is told to") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  const std::string id = ada.deploy();
  test.processes->end(id, core::DeploymentState::finished, "", true);
  const auto dry = ada.call("validate_and_repair_registry");
  CHECK(dry.at("dry_run") == true);
  REQUIRE(dry.at("count") == 1);
  CHECK(dry.at("repaired") == 0);
  CHECK(dry.at("differences").as_array()[0].at("fault") == "ended_unnoticed");
  CHECK(ada.state(id) == "starting");
  const auto repaired = ada.call("validate_and_repair_registry", {{"dry_run", false}});
  CHECK(repaired.at("repaired") == 1);
  CHECK(ada.state(id) == "finished");
  CHECK(ada.call("validate_and_repair_registry").at("count") == 0);
}

TEST_CASE("the daemon does not leave while something that it deployed runs") {
  DeployingDaemon test({.idle_exit = std::chrono::milliseconds(100)});
  std::string id;
  {
    Caller ada(test, "ada");
    id = ada.deploy();
    REQUIRE(test.processes->is_followed_soon(id));
    ada.client.goodbye();
  }
  CHECK_FALSE(test.daemon.ends_within(std::chrono::milliseconds(700)));
  test.processes->end(id, core::DeploymentState::finished);
  CHECK(test.daemon.ends_within(std::chrono::seconds(20)));
}

TEST_CASE("a client that a deployed program has started is its agent") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  std::string id;
  own_process_deployed(test, ada, id);
  // From here on whoever connects descends from the program, as that is this process.
  Caller it(test, "c0de");
  it.call("process_agent_update");
  CHECK(
      it.call("update_agent_progress", {{"progress", 10}}).at("deployment").at("deployment_id").as_string() ==
      id);
  CHECK(it.call("register_agent", {{"agent_id", id}}).contains("token") == false);
  const auto deeper = it.call("deploy_headless_agent", it.order());
  CHECK(deeper.at("deployment").at("depth") == 2);
  CHECK(deeper.at("deployment").at("parent").as_string() == id);
}

TEST_CASE("what the hooks of a deployed program report is its agent's") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  std::string id;
  own_process_deployed(test, ada, id);
  TestClient guard(test.daemon.socket());
  guard.introduce_as("guard");
  const json::object hook{{"agent_kind", "claude-code"},
                          {"agent_session", "a-session-of-the-tool"},
                          {"pids", {::getpid()}},
                          {"cwd", test.daemon.directory()}};
  const auto began = guard.ask(json::serialize(
      json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "governor/session_began"}, {"params", hook}}));
  INFO(json::serialize(began));
  CHECK(began.at("result").at("agent_id").as_string() == id);
  const std::string agents = "SELECT count(*) FROM agent WHERE id LIKE 'claude-code%'";
  CHECK(test.daemon.stored(agents) == 0);
}
