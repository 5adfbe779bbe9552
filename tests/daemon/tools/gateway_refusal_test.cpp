// What the gateway has refused, and whom it has logged out, comes into the audit log, and from nobody else.
#include "tests/daemon/tools/observed.hpp"

using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

/// As governor-gateway connects.
class GatewayClient {
 public:
  GatewayClient(const DaemonFixture& daemon, const char* client, const char* role)
      : client_(daemon.socket()) {
    json::object params{{"protocol", 1}, {"session", std::string(32, 'a')}, {"pid", 4711}};
    params["client"] = client;
    params["role"] = role;
    const json::object answer = ask("governor/hello", params);
    INFO(json::serialize(answer));
    REQUIRE(answer.contains("result"));
  }

  json::object ask(const char* method, const json::object& params) {
    json::object message{{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", method}};
    message["params"] = params;
    return client_.ask(json::serialize(message));
  }

 private:
  TestClient client_;
  int id_ = 0;
};

std::string told(Observed& o, const char* event = "gateway_refused") {
  const json::object log = o.tool("query_audit_log", {{"event", event}});
  std::string text;
  for (const json::value& entry : log.at("entries").as_array()) {
    CHECK(entry.at("who").at("kind").as_string() == "governor");
    text += std::string(entry.at("detail").as_string()) + '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("what the gateway refused is told as governor's own doing, and the chain of the log stays whole") {
  Observed o;
  GatewayClient gateway(o.daemon, "governor-gateway", "person");
  const json::object first{
      {"code", "wrong_host"}, {"status", 403}, {"place", "/api"}, {"request", "GET /api"}};
  CHECK(gateway.ask("governor/note_refusal", first).at("result").at("noted").as_bool());
  json::object more = first;
  more["count"] = 9999;
  more["seconds"] = 60;
  more["lost"] = 7;
  CHECK(gateway.ask("governor/note_refusal", more).contains("result"));
  const std::string text = told(o);
  INFO(text);
  CHECK(text.find("GET /api: wrong_host (403), by governor-gateway with pid ") != std::string::npos);
  CHECK(text.starts_with(
      "9999 more within 60 s at /api: wrong_host (403), the newest: GET /api; 7 before could "
      "not be told, by governor-gateway with pid "));
  CHECK(o.ask("governor/audit_verify", json::object()).at("ok").as_bool());
  CHECK_FALSE(gateway.ask("governor/note_refusal", {{"status", 403}}).contains("result"));
}

TEST_CASE("who is not the gateway cannot put such entries into the log") {
  Observed o;
  for (const auto& [client, role] :
       {std::pair("governorctl", "person"), std::pair("governor-gateway", "guard"),
        std::pair("governor-gateway", "agent")}) {
    INFO(client << ' ' << role);
    GatewayClient other(o.daemon, client, role);
    const json::object answer = other.ask("governor/note_refusal", {{"code", "x"}});
    REQUIRE(answer.contains("error"));
    CHECK(answer.at("error").at("data").at("code").as_string() == "not_owner");
    const json::object logout = other.ask("governor/note_logout", {{"browsers", 1}, {"by", "page"}});
    REQUIRE(logout.contains("error"));
    CHECK(logout.at("error").at("data").at("code").as_string() == "not_owner");
  }
  CHECK(told(o).empty());
  CHECK(told(o, "gateway_logout").empty());
}

TEST_CASE(
    "browsers that were logged out are told of by the gateway alone, with how many and where it was said") {
  Observed o;
  GatewayClient gateway(o.daemon, "governor-gateway", "person");
  CHECK(gateway.ask("governor/note_logout", {{"browsers", 1}, {"by", "page"}})
            .at("result")
            .at("noted")
            .as_bool());
  CHECK(gateway.ask("governor/note_logout", {{"browsers", 3}, {"by", "governorctl"}}).contains("result"));
  const std::string text = told(o, "gateway_logout");
  INFO(text);
  CHECK(text.find("1 browser logged out on the page, by governor-gateway with pid ") != std::string::npos);
  CHECK(text.starts_with("3 browsers logged out with governorctl, by governor-gateway with pid "));
  for (const json::object& wrong :
       {json::object{{"browsers", -1}, {"by", "page"}}, json::object{{"browsers", 1}},
        json::object{{"browsers", 1}, {"by", "somebody"}}})
    CHECK(gateway.ask("governor/note_logout", wrong).contains("error"));
}
