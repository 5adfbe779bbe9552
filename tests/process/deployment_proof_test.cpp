// Deployments in great number, by the real daemon in real tmux: nothing is left of them, whatever is killed.
#include <iostream>
#include <map>
#include <random>

#include "ipc/process_identity.hpp"
#include "tests/process/shell_deployments.hpp"
#include "tests/support/process_watch.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;

/// What a daemon that has looked after many may have more than one that has looked after few: the registry
/// remembers those that are over, with their agents.
constexpr std::int64_t kMemoryOfOne = 24;         // kilobytes
constexpr std::int64_t kMemoryAnyway = 8 * 1024;  // what allocators and caches do by themselves

std::unique_ptr<Conversation> full_client(const Sandbox& sandbox) {
  auto client = std::move(full_proxies(sandbox, 1).front());
  client->initialize();
  return client;
}

void run_to_its_end(Conversation& client, const ShellSandbox& sandbox, const std::string& script) {
  const std::string id = id_of(client.call("deploy_headless_agent", sandbox.order(script)));
  const auto waited = client.call("wait_deployment", {{"deployment_id", id}}).content();
  INFO(json::serialize(waited));
  REQUIRE(waited.at("deployment").at("state") == "finished");
}

void kill_and_wait(pid_t victim) {
  if (victim <= 1) return;
  const ProcessWatch watch(victim);
  ::kill(victim, SIGKILL);
  REQUIRE(watch.wait(patience()));
}

/// The process of that role, if it still is the one that the deployment's keeper has written down.
void kill_of(const Sandbox& sandbox, const std::string& id, const char* role) {
  std::ifstream file(sandbox.state_dir() + "/deployments/" + id + "/keeper.json");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  json::error_code wrong;
  const json::value record = json::parse(text, wrong);
  if (wrong) return;
  const auto pid = static_cast<pid_t>(record.at(role).at("pid").to_number<std::int64_t>());
  const auto here = ipc::identify_process(pid);
  if (pid > 1 && here && here->start_time == record.at(role).at("start_time").to_number<std::uint64_t>())
    ::kill(pid, SIGKILL);
}

bool all_live(const json::object& live) {
  const auto& all = live.at("deployments").as_array();
  return std::all_of(all.begin(), all.end(), [](const json::value& one) {
    const auto pid = static_cast<pid_t>(one.at("pid").to_number<std::int64_t>());
    return ipc::identify_process(pid).has_value();
  });
}

}  // namespace

TEST_CASE("many short-lived ones in a row, and twenty at once, leave no trace") {
  ShellSandbox sandbox;
  const auto client = full_client(sandbox);
  const int in_a_row = proof_count(300, 40);
  const int before = in_a_row / 4;
  for (int i = 0; i < before; ++i) run_to_its_end(*client, sandbox, "true");
  const pid_t daemon = sandbox.daemon();
  const std::size_t descriptors = ShellSandbox::descriptors_of(daemon);
  const std::int64_t memory = ShellSandbox::resident_kilobytes(daemon);
  for (int i = before; i < in_a_row; ++i) run_to_its_end(*client, sandbox, "exec true");

  constexpr int kAtOnce = 20;
  const std::string go = sandbox.directory() + "/go";
  std::vector<std::string> ids;
  for (int i = 0; i < kAtOnce; ++i)
    client->ask_tool("deploy_headless_agent", sandbox.order("until test -e " + go + "; do sleep 0.2; done"));
  for (int i = 0; i < kAtOnce; ++i)
    ids.push_back(id_of(client->next_answer(patience(std::chrono::seconds(60)))));
  std::sort(ids.begin(), ids.end());
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == kAtOnce);
  CHECK(ids_of(listed(*client)) == ids);
  CHECK(sandbox.sessions() == ids);
  CHECK(differences(*client) == "");
  std::ofstream(go) << "go";
  for (const std::string& id : ids)
    CHECK(client->call("wait_deployment", {{"deployment_id", id}}).content().at("deployment").at("state") ==
          "finished");

  CHECK(sandbox.daemon() == daemon);
  CHECK(until(patience(), [&] { return sandbox.sessions().empty(); }));
  CHECK(until(patience(), [&] { return ShellSandbox::descriptors_of(daemon) <= descriptors; }));
  CHECK(until(patience(), [&] { return ShellSandbox::zombies_of(daemon) == 0; }));
  CHECK(differences(*client) == "");
  CHECK(listed(*client, false).at("counts").at("finished") == in_a_row + kAtOnce);
  const std::int64_t grown = ShellSandbox::resident_kilobytes(daemon) - memory;
  std::cout << in_a_row << " in a row and " << kAtOnce << " at once: " << descriptors
            << " descriptors before, " << ShellSandbox::descriptors_of(daemon) << " after; memory " << memory
            << " kB, grown by " << grown << " kB\n";
  if (kSlowness == 1) CHECK(grown < kMemoryAnyway + kMemoryOfOne * (in_a_row + kAtOnce));
}

TEST_CASE(
    "ten by ten clients, of which two cannot be started, through a daemon that is killed in the middle") {
  const int rounds = proof_count(10, 2);
  for (int round = 0; round < rounds; ++round) {
    INFO("round " << round);
    ShellSandbox sandbox;
    auto clients = full_proxies(sandbox, 10);
    for (auto& client : clients) client->initialize();
    const pid_t first = sandbox.daemon();
    for (std::size_t i = 0; i < clients.size(); ++i)
      clients[i]->ask_tool("deploy_headless_agent",
                           sandbox.order("sleep 600", i % 5 == 3 ? "broken" : "generic"));
    // In the middle: when so many programs run, which is a little later each time.
    const auto wanted = static_cast<std::size_t>(round % 8);
    REQUIRE(until(patience(), [&] { return sandbox.processes_of("sleep").size() >= wanted; }));
    kill_and_wait(first);
    std::vector<std::string> running;
    std::size_t refused = 0;
    for (auto& client : clients) {
      const Answer answer = client->next_answer(patience(std::chrono::seconds(60)));
      INFO(json::serialize(answer.message));
      // What was reserved and not begun when the daemon died is closed, and the caller told.
      if (!answer.tool_error().empty()) {
        CHECK(answer.tool_error() == "conflict");
        ++refused;
      } else {
        running.push_back(id_of(answer));
      }
    }
    std::sort(running.begin(), running.end());
    CHECK(refused >= 2);
    const auto five_seconds = patience(std::chrono::seconds(5));
    CHECK(until(five_seconds, [&] { return differences(*clients[0]) == ""; }));
    CHECK(ids_of(listed(*clients[0])) == running);
    CHECK(sandbox.sessions() == running);
    CHECK(sandbox.processes_of("sleep").size() == running.size());
    CHECK(std::adjacent_find(running.begin(), running.end()) == running.end());
    stop_all(sandbox, *clients[0]);
    CHECK(until(patience(),
                [&] { return sandbox.processes_of("sleep").empty() && sandbox.sessions().empty(); }));
  }
}

TEST_CASE("whatever is killed, daemon, tmux or children, the registry is what there is") {
  const char* given = ::getenv("GOVERNOR_TEST_SEED");
  const unsigned long seed = given == nullptr ? std::random_device()() : std::stoul(given);
  std::cout << "seed " << seed << " (repeat with GOVERNOR_TEST_SEED)\n";
  std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
  ShellSandbox sandbox;
  const auto client = full_client(sandbox);
  const int kills = proof_count(200, 20);
  std::map<std::string, int> killed;
  for (int i = 0; i < kills; ++i) {
    INFO("kill " << i << ", seed " << seed);
    std::vector<std::string> ids = ids_of(listed(*client));
    while (ids.size() < 5) {
      const bool is_brief = random() % 4 == 0;
      const Answer made = client->call("deploy_headless_agent",
                                       sandbox.order(is_brief ? "sleep 0.1" : "sleep 600 & sleep 600; wait"),
                                       patience(std::chrono::seconds(60)));
      INFO(json::serialize(made.message));
      ids.push_back(id_of(made));
    }
    const std::string& some = ids[random() % ids.size()];
    switch (random() % 4) {
      case 0:
        ++killed["daemon"];
        // At times with a call under way.
        if (random() % 2 == 0) {
          client->ask_tool("deploy_headless_agent", sandbox.order("sleep 600"));
          let_pass(std::chrono::milliseconds(random() % 60));
          kill_and_wait(sandbox.daemon());
          static_cast<void>(client->next_answer(patience(std::chrono::seconds(60))));
        } else {
          kill_and_wait(sandbox.daemon());
        }
        break;
      case 1:
        ++killed["tmux"];
        kill_and_wait(sandbox.tmux_server());
        break;
      case 2:
        ++killed["keeper"];
        kill_of(sandbox, some, "keeper");
        break;
      default: ++killed["program"]; kill_of(sandbox, some, "program");
    }
    if (i % 10 != 9 && i + 1 != kills) continue;
    // What is proven is put right, and then the registry is what there is: no ghost, and nothing unknown.
    CHECK(until(patience(std::chrono::seconds(60)), [&] {
      static_cast<void>(differences(*client, true));
      return differences(*client) == "";
    }));
    CHECK(until(patience(), [&] { return all_live(listed(*client)); }));
  }
  stop_all(sandbox, *client);
  CHECK(until(patience(std::chrono::seconds(60)), [&] { return sandbox.processes_of("sleep").empty(); }));
  CHECK(until(patience(), [&] { return sandbox.sessions().empty(); }));
  CHECK(ids_of(listed(*client)).empty());
  CHECK(differences(*client) == "");
  for (const auto& [what, times] : killed) std::cout << what << " killed " << times << " times\n";
}

}  // namespace governor::test
