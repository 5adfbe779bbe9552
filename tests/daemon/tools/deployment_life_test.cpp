// How deployments go on over the socket: budgets, limits, starts after a failure, and what there is beside
// them.
#include "tests/daemon/state/deployment_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Caller = DeployingDaemon::Caller;

namespace {

core::DeploymentSeen used(std::uint64_t turns) {
  core::DeploymentSeen told;
  told.usage = core::DeploymentUsage{turns, 0, 0};
  return told;
}

core::DeploymentSeen limited(std::int64_t until_us) {
  core::DeploymentSeen told;
  told.state = core::DeploymentState::waiting;
  told.waiting_for = core::WaitingFor::quota;
  told.why = "limit";
  told.until_us = until_us;
  return told;
}

json::object go_on(TestClient& client, const std::string& id, const json::value& budget = nullptr) {
  json::object params{{"deployment_id", id}};
  if (!budget.is_null()) params["budget"] = budget;
  return client.ask(json::serialize(json::object{
      {"jsonrpc", "2.0"}, {"id", 5}, {"method", "governor/deployment_continue"}, {"params", params}}));
}

using Pauses = std::vector<std::pair<std::string, bool>>;

}  // namespace

TEST_CASE("a used up budget pauses the program, and only a person lets it go on") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  const std::string id = ada.deploy({{"budget", {{"turns", 10}}}});
  REQUIRE(test.processes->is_followed_soon(id));
  test.processes->see(id, used(9));
  CHECK(ada.becomes(id, "working"));
  CHECK(test.processes->pauses().empty());
  test.processes->see(id, used(10));
  REQUIRE(test.processes->pauses_become(1));
  CHECK(test.processes->pauses() == Pauses{{id, true}});
  const json::object paused = ada.deployment(id);
  CHECK(paused.at("waiting_for") == "budget");
  CHECK(paused.at("paused") == true);
  CHECK(paused.at("needs_person") == true);
  CHECK(ada.number_of_kind("deployment_waiting") == 1);
  CHECK(go_on(ada.client, id).contains("error"));
  TestClient person(test.daemon.socket());
  person.introduce_as("person");
  CHECK(go_on(person, id, json::object{{"turns", 10}}).contains("error"));
  CHECK(go_on(person, id, json::object{{"colours", 10}}).contains("error"));
  const auto on = go_on(person, id, json::object{{"turns", 15}}).at("result").at("deployment");
  CHECK(on.at("state") == "working");
  CHECK(on.at("budget").at("turns") == 15);
  REQUIRE(test.processes->pauses_become(2));
  CHECK(test.processes->pauses()[1] == std::pair<std::string, bool>{id, false});
  CHECK(ada.number_of_kind("deployment_waiting") == 0);
  CHECK(test.processes->stops().empty());
}

TEST_CASE("what is paused is so for the next daemon too") {
  DeployingDaemon test;
  std::string id;
  {
    Caller ada(test, "ada");
    id = ada.deploy({{"budget", {{"turns", 1}}}});
    REQUIRE(test.processes->is_followed_soon(id));
    test.processes->see(id, used(1));
    REQUIRE(test.processes->pauses_become(1));
    CHECK(ada.deployment(id).at("paused") == true);
  }
  test.daemon.restart();
  Caller bob(test, "b0b");
  REQUIRE(test.processes->is_followed_soon(id));
  CHECK(test.processes->followed_as_paused(id));
  CHECK(bob.deployment(id).at("waiting_for") == "budget");
}

TEST_CASE("its own agent reads that its budget is nearly used up") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  const std::string id = ada.deploy({{"budget", {{"turns", 10}}}});
  REQUIRE(test.processes->is_followed_soon(id));
  const auto progress = [&] {
    return ada.call("update_agent_progress",
                    {{"agent_id", id}, {"progress", 50}, {"token", test.processes->requests()[0].token}});
  };
  CHECK_FALSE(progress().contains("budget_note"));
  test.processes->see(id, used(8));
  CHECK(ada.becomes(id, "working"));
  const auto told = progress();
  REQUIRE(told.contains("budget_note"));
  CHECK(std::string(told.at("budget_note").as_string()).find("8 of 10 turns") != std::string::npos);
}

TEST_CASE("a limit of the account stops all of its runner, and who deploys is told") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  const std::string one = ada.deploy();
  const std::string two = ada.deploy({{"allow_duplicate", true}});
  REQUIRE(test.processes->is_followed_soon(two));
  test.processes->see(one, limited(INT64_MAX));
  REQUIRE(test.processes->pauses_become(1));
  CHECK(test.processes->pauses() == Pauses{{two, true}});
  const auto third = ada.call("deploy_headless_agent", ada.order({{"allow_duplicate", true}}));
  CHECK(std::string(third.at("runner_note").as_string()).find("wait until") != std::string::npos);
  CHECK(third.at("deployment").at("waiting_for") == "quota");
  test.processes->see(one, {});
  REQUIRE(test.processes->pauses_become(2));
  CHECK(ada.becomes(two, "working"));
}

TEST_CASE("a program that fails is started again with its session and a new token, so often as was asked") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  const std::string id = ada.deploy({{"restarts", 1}, {"backoff_seconds", 1}});
  REQUIRE(test.processes->is_followed_soon(id));
  core::DeploymentSeen told;
  told.runner_session = "s-1";
  test.processes->see(id, told);
  CHECK(ada.becomes(id, "working"));
  test.processes->end(id, core::DeploymentState::failed, "no network");
  CHECK(ada.becomes(id, "waiting"));
  CHECK(ada.call("validate_and_repair_registry").at("count") == 0);
  CHECK(test.processes->requests().size() == 1);
  DaemonFixture::advance_clock(std::chrono::seconds(2));
  REQUIRE(test.processes->launches_become(2));
  const auto requests = test.processes->requests();
  CHECK(requests[1].runner_session == "s-1");
  CHECK(requests[1].token != requests[0].token);
  REQUIRE(ada.becomes(id, "starting"));
  CHECK(ada.deployment(id).at("attempts") == 2);
  REQUIRE(test.processes->is_followed_soon(id));
  // Its token is the new one.
  CHECK(
      ada.refused("update_agent_progress", {{"agent_id", id}, {"progress", 5}, {"token", requests[0].token}})
          .at("code") == "not_owner");
  CHECK(ada.call("update_agent_progress", {{"agent_id", id}, {"progress", 5}, {"token", requests[1].token}})
            .contains("deployment"));
  test.processes->end(id, core::DeploymentState::failed, "no network");
  CHECK(ada.becomes(id, "failed"));
  CHECK(test.processes->requests().size() == 2);
}

TEST_CASE("one that waits to be started again can be stopped, and is not started then") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  const std::string id = ada.deploy({{"restarts", 3}, {"backoff_seconds", 3600}});
  REQUIRE(test.processes->is_followed_soon(id));
  test.processes->end(id, core::DeploymentState::failed);
  REQUIRE(ada.becomes(id, "waiting"));
  const auto stopped = ada.call("stop_deployment", {{"deployment_id", id}, {"reason", "enough"}});
  CHECK(stopped.at("deployment").at("state") == "stopped");
  CHECK(stopped.at("deployment").at("why") == "enough");
  CHECK(test.processes->stops().empty());
  DaemonFixture::advance_clock(std::chrono::hours(2));
  const std::string other = ada.deploy();
  CHECK(test.processes->requests().size() == 2);
}

TEST_CASE("a start after a failure that a daemon did not live to see is done by the next one, once") {
  DeployingDaemon test;
  std::string id;
  {
    Caller ada(test, "ada");
    id = ada.deploy({{"restarts", 1}, {"backoff_seconds", 3600}});
    REQUIRE(test.processes->is_followed_soon(id));
    test.processes->end(id, core::DeploymentState::failed);
    REQUIRE(ada.becomes(id, "waiting"));
  }
  REQUIRE(test.daemon.stop());
  DaemonFixture::advance_clock(std::chrono::hours(2));
  test.daemon.restart();
  Caller ada(test, "ada");
  REQUIRE(test.processes->launches_become(2));
  CHECK(ada.becomes(id, "starting"));
  CHECK(test.processes->requests().size() == 2);
}

TEST_CASE("sessions and worktrees that are no deployment's are put right where that is proven") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  // The look at the start repairs too: it comes before this one, so it finds nothing yet.
  CHECK(ada.call("validate_and_repair_registry").at("count") == 0);
  const std::vector<core::FoundTerminal> terminals{{"dead", true}, {"somebody's", false}};
  const std::vector<core::FoundWorktree> worktrees{{"empty", "/w/empty", ""},
                                                   {"worked", "/w/worked", "a file."}};
  test.processes->put_places(terminals, worktrees);
  const auto faults = [&](const json::object& answer) {
    std::map<std::string, std::pair<bool, bool>> all;
    for (const auto& one : answer.at("differences").as_array())
      all[std::string(one.at("deployment_id").as_string())] = {one.at("repairable").as_bool(),
                                                               one.at("repaired").as_bool()};
    return all;
  };
  const auto looked = faults(ada.call("validate_and_repair_registry"));
  CHECK(looked.size() == 4);
  CHECK(looked.at("dead") == std::pair{true, false});
  CHECK(looked.at("worked") == std::pair{false, false});
  SECTION("what is proven goes") {
    const auto done = faults(ada.call("validate_and_repair_registry", {{"dry_run", false}}));
    CHECK(done.at("dead") == std::pair{true, true});
    CHECK(done.at("empty") == std::pair{true, true});
    CHECK(done.at("somebody's") == std::pair{false, false});
    CHECK(done.at("worked") == std::pair{false, false});
    const auto left = faults(ada.call("validate_and_repair_registry"));
    CHECK(left.size() == 2);
    CHECK(left.contains("worked"));
    CHECK(left.contains("somebody's"));
  }
  SECTION("what git does not let go is not said to be gone") {
    test.processes->put_places(terminals, worktrees, true);
    const auto done = faults(ada.call("validate_and_repair_registry", {{"dry_run", false}}));
    CHECK(done.at("empty") == std::pair{false, false});
    CHECK(done.at("dead") == std::pair{true, true});
  }
}
