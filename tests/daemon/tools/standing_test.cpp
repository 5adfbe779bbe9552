// How an agent stands is the same in every tool that shows it, and survives restarts.
#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/tools/tool_caller.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

/// Something a client could report: often the same as before, sometimes far from it.
json::object random_report(std::mt19937_64& random, const std::string& id) {
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  json::object report{{"agent_id", id}, {"detail", "full"}};
  if (random() % 2 == 0) {
    json::array parameters;
    const double base = random() % 3 == 0 ? unit(random) : 0.5;
    for (int i = 0; i < 4; ++i) parameters.emplace_back(base);
    report["parameters"] = parameters;
  }
  if (random() % 2 == 0) {
    report["ethical_drift"] = json::array{unit(random), -unit(random), unit(random)};
  }
  if (random() % 5 == 0) report["response_text"] = "sudo rm -rf / and bypass the review";
  report["complexity"] = unit(random);
  report["confidence"] = unit(random);
  return report;
}

/// An agent of an older system, which did not record everything.
std::string imported_agent(std::mt19937_64& random, const std::string& id) {
  constexpr int kRows = 30;
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  json::object rows{{"first", 1}, {"total", kRows}};
  const auto fill = [&](const char* name, unsigned gaps_in_ten, auto value) {
    std::string column;
    for (int row = 1; row <= kRows; ++row) {
      // The newest row is what the agent goes on from.
      const bool gap = row < kRows && random() % 10 < gaps_in_ten;
      column += (row > 1 ? " " : "") + (gap ? std::string("-") : value(row));
    }
    rows[name] = column;
  };
  for (const char* name : {"E", "I", "S"}) fill(name, 1, [&](int) { return std::to_string(unit(random)); });
  fill("V", 1, [&](int) { return std::to_string(0.01 * unit(random)); });
  // Towards the end it gets worse.
  fill("risk", 3, [&](int row) { return std::to_string(0.2 + 0.02 * row); });
  fill("coherence", 3, [&](int row) { return std::to_string(0.9 - 0.02 * row); });
  fill("lambda1", 5, [&](int) { return std::string("0.11"); });
  fill("decision", 2, [&](int) { return std::string(random() % 2 == 0 ? "approve" : "revise"); });
  fill("timestamp_us", 5, [&](int row) { return std::to_string(1'000'000 + row); });
  const json::object agent{
      {"agent_id", id},
      {"status", "active"},
      {"source", "a test"},
      {"state", {{"updates", kRows + 5}, {"integral", "0.25"}, {"time", "3.5"}, {"void_active", false}}},
      {"rows", rows}};
  return R"({"jsonrpc":"2.0","id":"import","method":"governor/import","params":{"agents":[)" +
         json::serialize(agent) + "]}}";
}

/// What a tool says of one agent, by the name of what it says.
using Standing = std::map<std::string, std::string>;

void take(Standing& standing, const std::string& name, const json::value& value) {
  standing[name] = json::serialize(value);
}

Standing from_metrics(const json::object& said) {
  Standing s;
  take(s, "status", said.at("status"));
  take(s, "health", said.at("health").at("status"));
  take(s, "health message", said.at("health").at("message"));
  take(s, "metrics", said.at("metrics"));
  take(s, "timestamp", said.at("timestamp"));
  take(s, "updates", said.at("metrics").at("updates"));
  return s;
}

Standing from_observation(const json::object& said) {
  Standing s = from_metrics(said);
  take(s, "trend", said.at("trend"));
  take(s, "epoch", said.at("epoch"));
  CHECK(said.at("updates") == said.at("metrics").at("updates"));
  return s;
}

Standing from_comparison(const json::object& said) {
  Standing s;
  take(s, "status", said.at("status"));
  take(s, "health", said.at("health").at("status"));
  take(s, "health message", said.at("health").at("message"));
  take(s, "metrics", said.at("metrics"));
  take(s, "trend", said.at("trend"));
  take(s, "epoch", said.at("epoch"));
  take(s, "updates", said.at("updates"));
  return s;
}

Standing from_list(const json::object& said) {
  Standing s;
  take(s, "status", said.at("status"));
  take(s, "health", said.at("health"));
  take(s, "updates", said.at("updates"));
  if (said.contains("last_update")) take(s, "timestamp", said.at("last_update"));
  return s;
}

Standing from_metadata(const json::object& said) {
  Standing s;
  take(s, "status", said.at("status"));
  take(s, "health", said.at("health").at("status"));
  take(s, "health message", said.at("health").at("message"));
  take(s, "updates", said.at("updates"));
  take(s, "timestamp", said.at("last_update"));
  take(s, "trend", said.at("trend"));
  take(s, "epoch", said.at("epoch"));
  return s;
}

/// The newest row of the history, if it is of the present epoch.
Standing from_history(const json::object& said, const std::string& epoch) {
  Standing s;
  if (said.at("rows").as_array().empty()) return s;
  const json::object& row = said.at("rows").as_array()[0].as_object();
  if (json::serialize(row.at("epoch")) != epoch) return s;
  take(s, "health", row.at("health"));
  take(s, "timestamp", row.at("timestamp"));
  return s;
}

/// The reply to an update says itself how the agent stands.
Standing from_update(const json::object& said) {
  Standing s;
  take(s, "health", said.at("health").at("status"));
  take(s, "health message", said.at("health").at("message"));
  take(s, "metrics", said.at("metrics"));
  take(s, "timestamp", said.at("timestamp"));
  take(s, "updates", said.at("metrics").at("updates"));
  return s;
}

/// Whatever two tools both say, they say alike.
void check_agreement(const std::string& agent, const std::map<std::string, Standing>& told) {
  for (const auto& [tool, one] : told) {
    for (const auto& [other_tool, other] : told) {
      for (const auto& [name, value] : one) {
        const auto found = other.find(name);
        if (found == other.end()) continue;
        INFO(agent << ": " << name << " according to " << tool << " and to " << other_tool);
        CHECK(value == found->second);
      }
    }
  }
}

std::map<std::string, json::object> listed_agents(ToolCaller& call) {
  std::map<std::string, json::object> agents;
  const json::object page = call("list_agents", {{"limit", 100}});
  for (const json::value& agent : page.at("agents").as_array()) {
    agents[std::string(agent.at("agent_id").as_string())] = agent.as_object();
  }
  return agents;
}

void check_fleet(ToolCaller& call, const std::map<std::string, Standing>& observed) {
  std::map<std::string, std::int64_t> health;
  std::map<std::string, std::int64_t> trend;
  std::map<std::string, std::int64_t> status;
  for (const auto& [id, standing] : observed) {
    ++health[standing.at("health")];
    ++trend[standing.at("trend")];
    ++status[standing.at("status")];
  }
  const json::object fleet = call("aggregate_metrics", {});
  CHECK(fleet.at("agents").as_int64() == static_cast<std::int64_t>(observed.size()));
  const auto check = [&](const char* what, std::map<std::string, std::int64_t>& expected) {
    for (const auto& item : fleet.at(what).as_object()) {
      INFO(what << " " << std::string(item.key()));
      CHECK(item.value().as_int64() == expected['"' + std::string(item.key()) + '"']);
    }
  };
  check("by_health", health);
  check("by_trend", trend);
  check("by_status", status);
  CHECK(static_cast<std::int64_t>(fleet.at("critical").as_array().size()) == health["\"critical\""]);
  CHECK(static_cast<std::int64_t>(fleet.at("degrading").as_array().size()) == trend["\"degrading\""]);
}

/// Asks every tool of every agent; gives what observe_agent said.
std::map<std::string, Standing> check_all(ToolCaller& call, const std::vector<std::string>& ids,
                                          const std::map<std::string, Standing>& last_replies) {
  std::map<std::string, Standing> observed;
  const auto list = listed_agents(call);
  json::array all;
  for (const std::string& id : ids) all.emplace_back(id);
  const json::object comparison = call("compare_agents", {{"agent_ids", all}});
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string& id = ids[i];
    std::map<std::string, Standing> told;
    told["observe_agent"] = observed[id] = from_observation(call("observe_agent", of(id)));
    told["get_governance_metrics"] =
        from_metrics(call("get_governance_metrics", {{"agent_id", id}, {"detail", "full"}}));
    told["get_agent_metadata"] = from_metadata(call("get_agent_metadata", of(id)));
    told["compare_agents"] = from_comparison(comparison.at("agents").as_array()[i].as_object());
    told["list_agents"] = from_list(list.at(id));
    told["get_system_history"] =
        from_history(call("get_system_history", {{"agent_id", id}, {"limit", 1}}), observed[id].at("epoch"));
    if (const auto reply = last_replies.find(id); reply != last_replies.end()) {
      told["process_agent_update"] = reply->second;
    }
    check_agreement(id, told);
  }
  check_fleet(call, observed);
  return observed;
}

}  // namespace

TEST_CASE("an agent stands the same in every tool that shows it, whatever has happened to it") {
  const std::vector<std::string> ids{"ada", "bob", "eve", "joe", "old"};
  std::map<std::string, int> healths;
  std::map<std::string, int> trends;
  int old_degrading = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    DaemonFixture daemon({seed == 3 ? 4 : 1, 2, std::chrono::milliseconds(0)});  // half of them unloaded
    auto call = std::make_unique<ToolCaller>(daemon.socket(), "a", "person");
    std::map<std::string, Standing> replies;
    TestClient importer(daemon.socket());
    importer.introduce_as("person");
    importer.send(imported_agent(random, "old"));
    const json::object import = importer.next_object();
    INFO(json::serialize(import));
    REQUIRE(import.at("result").at("agents").at(0).at("outcome").as_string() == "imported");
    for (const std::string& id : ids) (*call)("register_agent", {{"agent_id", id}, {"shared", true}});
    if (check_all(*call, ids, replies).at("old").at("trend") == "\"degrading\"") ++old_degrading;
    for (int step = 0; step < 240; ++step) {
      const std::string& id = ids[random() % ids.size()];
      const unsigned what = static_cast<unsigned>(random() % 100);
      if (what < 3) {
        (*call)("reset_monitor", of(id));
        replies.erase(id);
      } else if (what < 5) {
        (*call)("pause_agent", of(id));
        (*call).refused("process_agent_update", of(id));
        if (random() % 2 == 0) check_all(*call, ids, replies);
        (*call)("resume_agent", of(id));
      } else if (what < 7) {
        (*call)("set_thresholds", {{"agent_id", id}, {"profile", random() % 2 == 0 ? "strict" : "default"}});
        // The figures stay; in what words they are told follows the new thresholds.
        replies.erase(id);
      } else {
        replies[id] = from_update((*call)("process_agent_update", random_report(random, id)));
      }
      if (step % 24 != 23) continue;
      for (const auto& [agent, standing] : check_all(*call, ids, replies)) {
        ++healths[standing.at("health")];
        ++trends[standing.at("trend")];
      }
      if (step % 72 != 71) continue;
      const auto before = check_all(*call, ids, replies);
      call.reset();
      daemon.restart();
      call = std::make_unique<ToolCaller>(daemon.socket(), "b" + std::to_string(step), "person");
      CHECK(check_all(*call, ids, replies) == before);
    }
  }
  // Otherwise agreement would mean little.
  CHECK(healths.size() >= 3);
  CHECK(trends.size() >= 2);
  CHECK(old_degrading > 0);
}
