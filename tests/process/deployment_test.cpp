// Deployments by the real daemon, as real processes: many at once, and daemons that end at any step.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

#include "ipc/fault_point.hpp"
#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fault_walk.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;

/// A sandbox whose agents are `sleep`, for as many seconds as the prompt says, without tmux.
struct DeployingSandbox : Sandbox {
  DeployingSandbox() {
    const std::string path = directory() + "/config.json";
    std::ofstream(path) << R"({"deployments": {"tmux": "", "runners": {"generic": )"
                        << R"({"command": ["/bin/sleep", "{prompt}"]}}}})";
    set("GOVERNOR_CONFIG", path);
  }
  json::object order(const std::string& prompt = "600") const {
    return {{"agent_type", "sleeper"}, {"prompt", prompt}, {"runner", "generic"}, {"cwd", directory()}};
  }
  /// Of agents, and not of those who keep them.
  std::size_t sleepers() const { return processes_of("sleep").size(); }
};

json::object list(Conversation& client) {
  return client.call("list_deployments", {{"limit", 500}}).content();
}

std::size_t live(Conversation& client) {
  return list(client).at("counts").at("not_over").to_number<std::size_t>();
}

std::size_t differences(Conversation& client) {
  return client.call("validate_and_repair_registry").content().at("count").to_number<std::size_t>();
}

/// So that nothing is left when the sandbox looks.
void stop_all(Conversation& client) {
  const auto listed = list(client);
  for (const auto& one : listed.at("deployments").as_array()) {
    if (!one.at("ended").is_null()) continue;
    const auto stopped = client.call("stop_deployment", {{"deployment_id", one.at("deployment_id")}});
    CHECK(stopped.content().at("deployment").at("state") == "stopped");
  }
}

Child start_faulty(const Sandbox& sandbox, const std::string& fault) {
  Command command = sandbox.command(kDaemon);
  command.environment.push_back("GOVERNOR_FAULT=" + fault);
  Child daemon(command);
  REQUIRE(sandbox.wait_for_daemon(patience()) == daemon.pid());
  return daemon;
}

TEST_CASE("ten that ten clients deploy at the same time run, and the registry is as things are") {
  DeployingSandbox sandbox;
  auto clients = full_proxies(sandbox, 10);
  for (auto& client : clients) {
    client->initialize();
    client->ask_tool("deploy_headless_agent", sandbox.order());
  }
  std::vector<std::string> of_client;
  for (auto& client : clients) {
    const Answer answer = client->next_answer();
    INFO(json::serialize(answer.message));
    of_client.emplace_back(answer.content().at("deployment").at("deployment_id").as_string());
  }
  CHECK(std::set<std::string>(of_client.begin(), of_client.end()).size() == 10);
  CHECK(sandbox.sleepers() == 10);
  CHECK(live(*clients[0]) == 10);
  CHECK(differences(*clients[0]) == 0);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const json::object its{{"deployment_id", of_client[i]}};
    CHECK(clients[i]->call("stop_deployment", its).content().at("deployment").at("state") == "stopped");
  }
  CHECK(until(patience(), [&] { return sandbox.sleepers() == 0; }));
  CHECK(live(*clients[0]) == 0);
}

TEST_CASE("one that ends by itself is closed with its exit, and whoever waits is told") {
  DeployingSandbox sandbox;
  ProxyConversation client(sandbox.command(kProxy, {"--tools", "full"}));
  client.initialize();
  const auto made = client.call("deploy_headless_agent", sandbox.order("0.2")).content();
  const json::value id = made.at("deployment").at("deployment_id");
  const auto waited = client.call("wait_deployment", {{"deployment_id", id}}).content();
  CHECK(waited.at("over") == true);
  CHECK(waited.at("deployment").at("state") == "finished");
  CHECK(waited.at("deployment").at("exit_code") == 0);
  const auto failed = client.call("deploy_headless_agent", sandbox.order("no number")).content();
  const auto end =
      client.call("wait_deployment", {{"deployment_id", failed.at("deployment").at("deployment_id")}});
  CHECK(end.content().at("deployment").at("state") == "failed");
}

TEST_CASE(
    "a daemon that ends at any step of a start is replaced by one that sets it right and answers once") {
  for (const ipc::FaultPoint point : tests::fault_points_of("deploy")) {
    const std::string fault = std::string(ipc::name_of(point)) + ":end";
    INFO(fault);
    DeployingSandbox sandbox;
    Child daemon = start_faulty(sandbox, fault);
    ProxyConversation client(sandbox.command(kProxy, {"--tools", "full"}));
    client.initialize();
    const Answer answer = client.call("deploy_headless_agent", sandbox.order());
    daemon.wait(patience());
    INFO(json::serialize(answer.message));
    const auto listed = list(client);
    REQUIRE(listed.at("count") == 1);
    const auto& only = listed.at("deployments").at(0);
    if (point == ipc::FaultPoint::deploy_reserved) {
      CHECK(answer.tool_error() == "conflict");
      CHECK(only.at("state") == "failed");
      CHECK(only.at("why") == "the daemon ended before it was started");
      CHECK(sandbox.sleepers() == 0);
    } else {
      CHECK(answer.content().at("deployment").at("deployment_id") == only.at("deployment_id"));
      CHECK(only.at("ended").is_null());
      CHECK(sandbox.sleepers() == 1);
    }
    CHECK(differences(client) == 0);
    stop_all(client);
    CHECK(until(patience(), [&] { return sandbox.sleepers() == 0; }));
  }
}

TEST_CASE("what a killed daemon has deployed goes on, and is supervised by the next one") {
  DeployingSandbox sandbox;
  ProxyConversation client(sandbox.command(kProxy, {"--tools", "full"}));
  client.initialize();
  std::vector<json::value> ids;
  for (const char* prompt : {"600", "600", "0.5"}) {
    const auto made = client.call("deploy_headless_agent", sandbox.order(prompt)).content();
    ids.push_back(made.at("deployment").at("deployment_id"));
  }
  REQUIRE(::kill(sandbox.daemon(), SIGKILL) == 0);
  const auto ended = client.call("wait_deployment", {{"deployment_id", ids[2]}}).content();
  CHECK(ended.at("deployment").at("state") == "finished");
  CHECK(live(client) == 2);
  CHECK(differences(client) == 0);
  stop_all(client);
  CHECK(until(patience(), [&] { return sandbox.sleepers() == 0; }));
}

}  // namespace
}  // namespace governor::test
