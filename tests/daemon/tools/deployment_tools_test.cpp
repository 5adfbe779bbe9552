// Deployments over the socket: what is asked for, started, followed, shown and ended.
#include <fstream>
#include <set>
#include <thread>

#include "tests/daemon/state/deployment_fixture.hpp"
#include "tests/daemon/state/resource_client.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Caller = DeployingDaemon::Caller;

namespace {

json::object of_deployment(const std::string& id) {
  return {{"deployment_id", id}};
}

core::DeploymentSeen seen(core::DeploymentState state, core::WaitingFor waiting = core::WaitingFor::nothing,
                          std::string why = {}) {
  core::DeploymentSeen told;
  told.state = state;
  told.waiting_for = waiting;
  told.why = std::move(why);
  return told;
}

}  // namespace

TEST_CASE("what is deployed has an agent below its parent, is followed to its end, and leaves a history") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  ada.call("register_agent", {{"agent_id", "lead"}});
  ada.call("define_task", {{"task_id", "T"}, {"title", "do it"}});
  const auto deployed =
      ada.call("deploy_headless_agent", ada.order({{"task_id", "T"},
                                                   {"timeout_seconds", 60},
                                                   {"budget", {{"turns", 5}, {"cost_usd", 1.5}}},
                                                   {"env", {{"A", "b"}}}}));
  const json::object made = deployed.at("deployment").as_object();
  const std::string id(made.at("deployment_id").as_string());
  CHECK(id.starts_with("painter-20"));
  CHECK(made.at("state") == "starting");
  CHECK(made.at("parent") == "lead");
  CHECK(made.at("budget").at("cost_usd") == 1.5);
  const auto requests = test.processes->requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].prompt == "paint");
  CHECK(requests[0].order.id == id);
  CHECK(requests[0].working_directory == test.daemon.directory());
  CHECK(requests[0].token.size() == 64);
  CHECK(requests[0].environment == std::vector<std::pair<std::string, std::string>>{{"A", "b"}});
  CHECK(ada.call("get_agent_metadata", {{"agent_id", id}}).at("parent_agent_id") == "lead");

  REQUIRE(test.processes->is_followed_soon(id));
  test.processes->see(id, seen(core::DeploymentState::working));
  CHECK(ada.becomes(id, "working"));
  test.processes->end(id, core::DeploymentState::finished, "it said goodbye");
  const auto waited = ada.call("wait_deployment", of_deployment(id));
  CHECK(waited.at("over") == true);
  CHECK(waited.at("timed_out") == false);
  CHECK(waited.at("deployment").at("state") == "finished");
  CHECK(ada.call("get_task", {{"task_id", "T"}}).at("task").at("note").as_string() ==
        id + ": finished: it said goodbye");
  std::string events;
  const auto shown = ada.call("get_deployment", of_deployment(id));
  for (const auto& event : shown.at("history").as_array())
    events += std::string(event.at("event").as_string()) + " ";
  CHECK(events == "reserved started working ended ");
  CHECK(test.daemon.stored("SELECT count(*) FROM deployment_standing WHERE state = 5") == 1);
}

TEST_CASE("what cannot be started is taken back whole, with the reason") {
  DeployingDaemon test({.deployment_limits = {1, 45, 20, 5}});
  Caller ada(test, "ada");
  test.processes->refuse_launches(
      core::Error(core::ErrorCode::not_found, "There is no program painter.", "Install it."));
  const auto refused = ada.refused("deploy_headless_agent", ada.order());
  CHECK(refused.at("code") == "conflict");
  CHECK(std::string(refused.at("message").as_string()).find("There is no program painter. Install it.") !=
        std::string::npos);
  const auto listed = ada.call("list_deployments");
  REQUIRE(listed.at("count") == 1);
  CHECK(listed.at("counts").at("not_over") == 0);
  const json::object failed = listed.at("deployments").as_array()[0].as_object();
  CHECK(failed.at("state") == "failed");
  CHECK(ada.call("get_agent_metadata", {{"agent_id", failed.at("agent_id")}}).at("status") == "archived");
  test.processes->refuse_launches(std::nullopt);
  ada.deploy();
}

TEST_CASE("ten that are deployed by ten clients at the same time are ten, and limits hold among them") {
  DeployingDaemon test({.io_threads = 4, .deployment_limits = {10, 45, 20, 5}});
  test.processes->hold_launches(true);
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < 11; ++i) {
    callers.push_back(
        std::make_unique<Caller>(test, std::string("c") + static_cast<char>(i < 10 ? '0' + i : 'a')));
    callers.back()->client.send_tool(1, "deploy_headless_agent", json::serialize(callers.back()->order()));
  }
  test.processes->hold_launches(false);
  std::set<std::string> ids;
  std::size_t refused = 0;
  for (auto& caller : callers) {
    const std::string answer = caller->client.answer(1);
    const auto result = json::parse(answer).at("result").as_object();
    if (result.at("isError") == true) {
      CHECK(answer.find("limit_exceeded") != std::string::npos);
      ++refused;
    } else {
      const auto& deployment = result.at("structuredContent").at("deployment");
      ids.insert(std::string(deployment.at("deployment_id").as_string()));
    }
  }
  CHECK(ids.size() == 10);
  CHECK(refused == 1);
  CHECK(test.processes->requests().size() == 10);
}

TEST_CASE("limits and duplicates are refused over the socket, with what to do") {
  DeployingDaemon test({.deployment_limits = {5, 3, 4, 2}});
  Caller ada(test, "ada");
  ada.call("register_agent", {{"agent_id", "lead"}});
  ada.call("define_task", {{"task_id", "T"}, {"title", "do it"}});
  const std::string first = ada.deploy({{"task_id", "T"}});
  const auto duplicate = ada.refused("deploy_headless_agent", ada.order({{"task_id", "T"}}));
  CHECK(duplicate.at("code") == "conflict");
  CHECK(std::string(duplicate.at("message").as_string()).find(first) != std::string::npos);
  ada.deploy({{"task_id", "T"}, {"allow_duplicate", true}});
  ada.deploy({{"task_id", "T"}, {"agent_type", "writer"}});
  CHECK(
      ada.refused("deploy_headless_agent", ada.order({{"task_id", "T"}, {"agent_type", "x"}})).at("field") ==
      "task_id");
  ada.deploy();
  const auto of_parent = ada.refused("deploy_headless_agent", ada.order());
  CHECK(of_parent.at("field") == "parent");
  Caller bob(test, "b0b");
  bob.deploy();
  CHECK(bob.refused("deploy_headless_agent", bob.order()).at("code") == "limit_exceeded");
  CHECK(ada.refused("deploy_headless_agent", ada.order({{"runner", "none"}})).at("field") == "runner");
  CHECK(ada.refused("deploy_headless_agent", ada.order({{"task_id", "no"}})).at("field") == "task_id");
  CHECK(ada.refused("deploy_headless_agent", ada.order({{"cwd", "/nowhere/at/all"}})).at("field") == "cwd");
}

TEST_CASE("a prompt arrives byte for byte, from the call or from a file, and one with NUL is refused") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  std::string prompt = "\"quotes\" '$(rm x)' `y`\n\\ \t \xf0\x9f\x8e\xa8\n";
  while (prompt.size() < 200'000) prompt += prompt;
  ada.deploy({{"prompt", prompt}});
  json::object from_file = ada.order();
  from_file.erase("prompt");
  from_file["prompt_file"] = "prompt.txt";
  from_file["cwd"] = test.daemon.directory();
  CHECK(ada.refused("deploy_headless_agent", from_file).at("field") == "prompt_file");
  std::ofstream(test.daemon.directory() + "/prompt.txt") << prompt;
  from_file["prompt_file"] = test.daemon.directory() + "/prompt.txt";
  ada.call("deploy_headless_agent", from_file);
  const auto requests = test.processes->requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].prompt == prompt);
  CHECK(requests[1].prompt == prompt);
  CHECK(requests[1].order.prompt_bytes == prompt.size());
  CHECK(ada.refused("deploy_headless_agent", ada.order({{"prompt", std::string("a\0b", 3)}})).at("field") ==
        "prompt");
  CHECK(ada.refused("deploy_headless_agent", ada.order({{"prompt_file", "x"}})).at("field") == "prompt_file");
  CHECK(ada.refused("deploy_headless_agent", ada.order({{"prompt", ""}})).at("field") == "prompt");
}

TEST_CASE(
    "the line that comes again while it is under way, or later, gets the same answer and starts nothing") {
  DeployingDaemon test;
  test.processes->hold_launches(true);
  auto first = std::make_unique<Caller>(test, "ada");
  const std::string order = json::serialize(first->order());
  first->client.send_tool(1, "deploy_headless_agent", order);
  REQUIRE(test.processes->launches_become(1));
  first.reset();  // the connection is gone, and the session is not
  Caller again(test, "ada");
  again.client.send_tool(1, "deploy_headless_agent", order);
  again.line = 1;
  CHECK(again.call("list_deployments").at("count") == 1);
  test.processes->hold_launches(false);
  const std::string answer = again.client.answer(1);
  CHECK(json::parse(answer).at("result").at("structuredContent").at("deployment").at("state") == "starting");
  Caller later(test, "ada");
  later.client.send_tool(1, "deploy_headless_agent", order);
  const auto told = json::parse(later.client.answer(1)).at("result").at("structuredContent").at("deployment");
  CHECK(told.at("deployment_id") ==
        json::parse(answer).at("result").at("structuredContent").at("deployment").at("deployment_id"));
  CHECK(test.processes->requests().size() == 1);
}

TEST_CASE("the line of one that could not be started gets the same refusal again") {
  DeployingDaemon test;
  test.processes->refuse_launches(core::Error(core::ErrorCode::not_found, "There is no program."));
  std::string message;
  for (int i = 0; i < 2; ++i) {
    Caller ada(test, "ada");
    ada.client.send_tool(1, "deploy_headless_agent", json::serialize(ada.order()));
    const auto refused = ada.client.error(1);
    if (i == 1) CHECK(message == refused.at("message").as_string());
    message = std::string(refused.at("message").as_string());
  }
  CHECK(test.processes->requests().size() == 1);
}

TEST_CASE("what needs a person comes first, then what runs, then what is over") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(ada.deploy());
  for (const std::string& id : ids) REQUIRE(test.processes->is_followed_soon(id));
  test.processes->see(ids[1], seen(core::DeploymentState::waiting, core::WaitingFor::permission, "may I?"));
  test.processes->end(ids[4], core::DeploymentState::finished);
  test.processes->end(ids[0], core::DeploymentState::failed);
  REQUIRE(ada.becomes(ids[0], "failed"));
  REQUIRE(ada.becomes(ids[4], "finished"));
  REQUIRE(ada.becomes(ids[1], "waiting"));
  const auto order = [&](const json::object& arguments) {
    std::vector<std::string> listed;
    const auto list = ada.call("list_deployments", arguments);
    for (const auto& one : list.at("deployments").as_array())
      listed.emplace_back(one.at("deployment_id").as_string());
    return listed;
  };
  CHECK(order({}) == std::vector{ids[1], ids[3], ids[2], ids[4], ids[0]});
  CHECK(order({{"live", true}}) == std::vector{ids[1], ids[3], ids[2]});
  CHECK(order({{"state", "failed"}}) == std::vector{ids[0]});
  const auto page = ada.call("list_deployments", {{"limit", 4}});
  CHECK(order({{"limit", 4}, {"cursor", page.at("next_cursor")}}) == std::vector{ids[0]});
  CHECK(ada.number_of_kind("deployment_waiting") == 1);
  CHECK(ada.call("list_deployments").at("counts").at("waiting") == 1);
}

TEST_CASE("stopping asks the supervisor and answers when it has ended; strangers are refused") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  Caller bob(test, "b0b");
  Caller person(test, "fee", "person");
  const std::string id = ada.deploy();
  REQUIRE(test.processes->is_followed_soon(id));
  CHECK(bob.refused("stop_deployment", of_deployment(id)).at("code") == "not_owner");
  CHECK(bob.refused("send_input", {{"deployment_id", id}, {"text", "y"}}).at("code") == "not_owner");
  person.client.send_tool(1, "stop_deployment", R"({"deployment_id":")" + id + R"(","reason":"enough"})");
  REQUIRE(test.processes->stops_become(1));
  CHECK(test.processes->stops()[0] == std::pair<std::string, std::string>{id, "enough"});
  test.processes->end(id, core::DeploymentState::stopped, "enough");
  CHECK(person.client.result(1).at("deployment").at("state") == "stopped");
  // What is over stays so, and that is no error.
  CHECK(ada.call("stop_deployment", of_deployment(id)).at("deployment").at("state") == "stopped");
  CHECK(ada.refused("stop_deployment", of_deployment("nobody")).at("code") == "not_found");
}

TEST_CASE("an input is sent once, however often its line comes") {
  DeployingDaemon test;
  std::string id;
  for (int i = 0; i < 2; ++i) {
    Caller ada(test, "ada");
    if (i == 0) id = ada.deploy();
    ada.client.send_tool(9, "send_input", R"({"deployment_id":")" + id + R"(","text":"yes"})");
    CHECK(ada.client.result(9).at("sent") == true);
  }
  CHECK(test.processes->inputs() == std::vector<std::string>{"yes\n"});
  Caller ada(test, "ada");
  ada.line = 20;
  ada.call("send_input", {{"deployment_id", id}, {"text", "\x1b"}, {"enter", false}});
  CHECK(test.processes->inputs().back() == "\x1b");
  test.processes->end(id, core::DeploymentState::finished);
  REQUIRE(ada.becomes(id, "finished"));
  CHECK(ada.refused("send_input", {{"deployment_id", id}, {"text", "x"}}).at("code") == "conflict");
}

TEST_CASE("a wait ends with a change that was asked for, with what needs a person, or with its time") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  Caller bob(test, "b0b");
  const std::string id = ada.deploy();
  REQUIRE(test.processes->is_followed_soon(id));
  const auto wait = [&](std::uint64_t line, std::string_view more) {
    bob.client.send_tool(line, "wait_deployment",
                         R"({"deployment_id":")" + id + R"(","wait_seconds":40)" + std::string(more) + "}");
    const auto is_waiting = [&] {
      const auto waits = ada.call("diagnose_concurrency");
      for (const auto& call : waits.at("waiting").as_array())
        if (call.at("waits_for") == "deployment") return true;
      return false;
    };
    while (!is_waiting()) ada.client.confirm(ada.line);
  };
  wait(1, R"(,"until":"change")");
  test.processes->see(id, seen(core::DeploymentState::working));
  CHECK(bob.client.result(1).at("deployment").at("state") == "working");
  wait(2, "");
  DaemonFixture::advance_clock(std::chrono::seconds(41));
  const auto late = bob.client.result(2);
  CHECK(late.at("timed_out") == true);
  CHECK(late.at("over") == false);
  wait(3, "");
  test.processes->see(id, seen(core::DeploymentState::waiting, core::WaitingFor::trust, "trust this?"));
  const auto needed = bob.client.result(3);
  CHECK(needed.at("timed_out") == false);
  CHECK(needed.at("deployment").at("waiting_for") == "trust");
}

TEST_CASE("output, diff, progress and findings are shown") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  core::DeploymentWorkspace worktree{
      core::WorkspaceMode::worktree, test.daemon.directory(), "/repo", "b1", "c0ffee", false};
  const std::string shared = ada.deploy();
  test.processes->use_workspace(worktree);
  const std::string id = ada.deploy({{"workspace", "worktree"}, {"base", "main"}});
  CHECK(test.processes->requests()[1].base == "main");
  const auto output =
      ada.call("get_deployment_output", {{"deployment_id", id}, {"offset", 5}, {"limit", 10}});
  CHECK(output.at("text").as_string() == "output of " + id);
  CHECK(output.at("next_offset") == 15);
  CHECK(ada.call("get_deployment_diff", of_deployment(id)).at("diff") == "diff of b1");
  CHECK(ada.refused("get_deployment_diff", of_deployment(shared)).at("code") == "conflict");

  const json::object as_it{{"agent_id", id}, {"token", test.processes->requests()[1].token}};
  const auto with = [&](json::object more) {
    for (const auto& item : as_it) more[item.key()] = item.value();
    return more;
  };
  CHECK(ada.refused("update_agent_progress", {{"agent_id", id}, {"progress", 9}}).at("code") == "not_owner");
  CHECK(ada.call("update_agent_progress", with({{"progress", 40}, {"note", "half"}}))
            .at("deployment")
            .at("progress") == 40);
  ada.call("report_agent_finding",
           with({{"message", "a leak"}, {"severity", "high"}, {"data", {{"line", 7}}}}));
  const auto shown = ada.call("get_deployment", of_deployment(id));
  const auto finding = shown.at("history").as_array().back().as_object();
  CHECK(finding.at("note") == "a leak");
  CHECK(finding.at("data").at("severity") == "high");
  CHECK(finding.at("data").at("data").at("line") == 7);
}

TEST_CASE("whoever follows deployments as resources is told when one changes") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  const std::string id = ada.deploy();
  REQUIRE(test.processes->is_followed_soon(id));
  ResourceClient follower(test.daemon.socket(), ResourceClient::Era::legacy, "f0");
  follower.subscribe({"governor://deployments/" + id});
  test.processes->see(id, seen(core::DeploymentState::working));
  CHECK(follower.next_changed() == "governor://deployments/" + id);
  CHECK(follower.read("governor://deployments/" + id).at("deployment").at("state") == "working");
  CHECK(follower.read("governor://deployments").at("count") == 1);
  CHECK(follower.read_error("governor://deployments/nobody").contains("code"));
}

TEST_CASE("only a person merges and discards, and only what is over") {
  DeployingDaemon test;
  Caller ada(test, "ada");
  test.processes->use_workspace(
      {core::WorkspaceMode::worktree, test.daemon.directory(), "/repo", "b1", "c0ffee", false});
  const std::string id = ada.deploy({{"workspace", "worktree"}});
  TestClient person(test.daemon.socket());
  person.introduce_as("person");
  const auto ask = [&](TestClient& client, std::string_view method) {
    return client.ask(R"({"jsonrpc":"2.0","id":5,"method":"governor/)" + std::string(method) +
                      R"(","params":{"deployment_id":")" + id + R"(","reason":"a person's wish"}})");
  };
  CHECK(ask(person, "deployment_discard").contains("error"));
  test.processes->end(id, core::DeploymentState::finished);
  REQUIRE(ada.becomes(id, "finished"));
  CHECK(ask(ada.client, "deployment_discard").contains("error"));
  CHECK(ask(person, "deployment_merge").at("result").at("result") == "merged b1");
  CHECK(ask(person, "deployment_discard").at("result").at("removed") == true);
  CHECK(ada.deployment(id).at("workspace").at("removed") == true);
  CHECK(ask(person, "deployment_discard").contains("error"));
  const auto noted = [&](const char* event) {
    const json::object log = ada.call("query_audit_log", {{"event", event}});
    return json::serialize(log.at("entries")).find("a person's wish") != std::string::npos;
  };
  CHECK(noted("deployment_merged"));
  CHECK(noted("deployment_workspace_removed"));
}
