// How much the answers about an agent's state say, and in what words.
#include <set>
#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/tools/tool_caller.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

/// What one call gives a model to read.
struct Said {
  json::object structured;
  std::string text;

  [[nodiscard]] std::size_t bytes() const { return json::serialize(structured).size() + text.size(); }
};

class Reader {
 public:
  explicit Reader(const DaemonFixture& daemon, std::string_view session = "a") : client_(daemon.socket()) {
    client_.hello(session);
  }

  Said ask(std::string_view tool, const json::object& arguments) { return ask(++line_, tool, arguments); }

  Said ask(std::uint64_t line, std::string_view tool, const json::object& arguments) {
    client_.send_tool(line, tool, json::serialize(arguments));
    const std::string answer = client_.answer(line);
    Said said;
    said.structured = client_.result(line);
    const json::value reply = json::parse(answer);
    said.text = std::string(reply.at("result").at("content").as_array().at(0).at("text").as_string());
    return said;
  }

 private:
  TestClient client_;
  std::uint64_t line_ = 0;
};

std::set<std::string> fields(const json::object& object) {
  std::set<std::string> names;
  for (const auto& field : object) names.emplace(field.key());
  return names;
}

const json::object kDrift{{"ethical_drift", {1, 1, 1}}, {"confidence", 0.5}};

json::object with_id(json::object arguments, const std::string& id) {
  arguments["agent_id"] = id;
  return arguments;
}

}  // namespace

TEST_CASE("an update is answered in less than 600 bytes with what its caller acts on") {
  DaemonFixture daemon;
  Reader reader(daemon);
  const std::string longest(128, 'a');
  reader.ask("register_agent", of(longest));
  const Said first = reader.ask("process_agent_update", of("new"));  // with a warning
  CHECK(first.bytes() < 600);
  CHECK(first.text.find(first.structured.at("warnings").at(0).as_string().c_str()) != std::string::npos);
  const Said generic = reader.ask("process_agent_update", of("test"));
  CHECK(generic.structured.at("warnings").as_array().size() == 2);
  CHECK(generic.bytes() < 600);
  for (int n = 0; n < 6; ++n) {
    const Said said = reader.ask("process_agent_update", n < 3 ? of(longest) : with_id(kDrift, longest));
    INFO(said.text << json::serialize(said.structured));
    CHECK(said.bytes() < 600);
    CHECK(fields(said.structured) == std::set<std::string>{"agent_id", "update", "prediction_id", "decision",
                                                           "health", "risk_score", "coherence", "warnings"});
    const std::string action(said.structured.at("decision").at("action").as_string());
    CHECK(said.text.starts_with(action + ": "));
    CHECK(said.text.find(said.structured.at("decision").at("reason").as_string().c_str()) !=
          std::string::npos);
  }
  CHECK(reader.ask("get_governance_metrics", of(longest)).bytes() < 600);
  CHECK(reader.ask("simulate_update", of(longest)).bytes() < 600);
}

TEST_CASE("with detail full an update is answered with all figures, to the last digit, as it is stored") {
  DaemonFixture daemon;
  Reader reader(daemon);
  const Said full = reader.ask("process_agent_update", {{"agent_id", "ada"}, {"detail", "full"}});
  CHECK(json::parse(full.text) == full.structured);
  CHECK(full.structured.at("metrics").at("risk_score").as_double() ==
        reader.ask("get_system_history", of("ada")).structured.at("rows").at(0).at("risk_score").as_double());
  CHECK(full.structured.contains("sampling_params"));
  CHECK(full.structured.contains("timestamp"));
}

TEST_CASE("trying an update and asking for an agent's state are answered as briefly or as fully") {
  DaemonFixture daemon;
  Reader reader(daemon);
  reader.ask("register_agent", of("ada"));
  const Said none = reader.ask("get_governance_metrics", of("ada"));
  CHECK(none.structured.at("decision").is_null());
  CHECK(none.text.find("not reported yet") != std::string::npos);
  const Said tried = reader.ask("simulate_update", of("ada"));
  CHECK(tried.structured.at("simulated").as_bool());
  CHECK_FALSE(tried.structured.contains("metrics"));
  CHECK_FALSE(tried.structured.contains("prediction_id"));
  CHECK(tried.text.find("nothing recorded") != std::string::npos);
  reader.ask("process_agent_update", of("ada"));
  const Said brief = reader.ask("get_governance_metrics", of("ada"));
  CHECK(brief.bytes() < 600);
  CHECK(brief.structured.at("update").as_int64() == 1);
  CHECK(brief.structured.at("status").as_string() == "active");
  CHECK(brief.text.starts_with("The agent is active, its health "));
  for (const char* tool : {"simulate_update", "get_governance_metrics"}) {
    const Said full = reader.ask(tool, {{"agent_id", "ada"}, {"detail", "full"}});
    CHECK(full.structured.contains("metrics"));
    CHECK(json::parse(full.text) == full.structured);
  }
}

TEST_CASE("a detail that there is not is refused with those there are") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  const auto refused = call.refused("process_agent_update", {{"agent_id", "ada"}, {"detail", "all"}});
  CHECK(refused.at("field").as_string() == "detail");
  CHECK(refused.at("expected").as_string() == "one of brief, full");
}

TEST_CASE("an answer that is given once more is the same, in the detail that was asked for") {
  DaemonFixture daemon;
  const json::object brief = of("ada");
  const json::object full{{"agent_id", "ada"}, {"detail", "full"}};
  Reader before(daemon);
  const Said first = before.ask(11, "process_agent_update", brief);
  const Said second = before.ask(12, "process_agent_update", full);
  daemon.restart();
  Reader after(daemon);
  const Said first_again = after.ask(11, "process_agent_update", brief);
  const Said second_again = after.ask(12, "process_agent_update", full);
  CHECK(first_again.text == first.text);
  CHECK(first_again.structured == first.structured);
  CHECK(second_again.text == second.text);
  CHECK(second_again.structured == second.structured);
  CHECK(after.ask(13, "process_agent_update", brief).structured.at("update").as_int64() == 3);
}

TEST_CASE("a client whose revision knows only text gets the brief result as JSON") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.hello("a");
  client.send(
      R"(1 {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"old","version":"1"}}})");
  client.answer(1);
  client.send(
      R"(2 {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"process_agent_update","arguments":{"agent_id":"x"}}})");
  const auto result = json::parse(client.answer(2)).at("result").as_object();
  CHECK_FALSE(result.contains("structuredContent"));
  const auto said = json::parse(result.at("content").at(0).at("text").as_string());
  CHECK(said.at("decision").at("action").as_string() == "revise");
  CHECK(said.at("update").as_int64() == 1);
}
