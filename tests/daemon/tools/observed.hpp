#pragma once

#include <unistd.h>

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

namespace governor::daemon::test {

namespace json = boost::json;

/// A daemon to which hooks and a person tell what agents do.
class Observed {
 public:
  Observed() { connect(); }
  explicit Observed(DaemonFixture::Settings settings) : daemon(std::move(settings)) { connect(); }

  /// As after an orderly stop and a new start.
  void restart() {
    hooks_.reset();
    person_.reset();
    daemon.restart();
    connect();
  }

  json::object request(const char* method, const json::object& params) {
    json::object message = {{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", method}};
    message["params"] = params;
    const bool is_hooks = std::string_view(method) == "governor/record_evidence";
    return (is_hooks ? *hooks_ : *person_).ask(json::serialize(message));
  }
  json::object ask(const char* method, const json::object& params) {
    const json::object answer = request(method, params);
    INFO(json::serialize(answer));
    REQUIRE(answer.contains("result"));
    return answer.at("result").as_object();
  }
  static json::object origin(const std::string& session) {
    return {{"agent_kind", "claude-code"}, {"agent_session", session}, {"pids", {::getpid()}}, {"cwd", "/p"}};
  }
  json::object hook(const std::string& session, json::array events) {
    json::object params = origin(session);
    params["events"] = std::move(events);
    return ask("governor/record_evidence", params);
  }
  json::object note(const std::string& agent, json::array events) {
    return ask("governor/note_evidence", {{"agent_id", agent}, {"cwd", "/p"}, {"events", std::move(events)}});
  }

  json::object tool(const char* name, const json::object& arguments) {
    json::object params = {{"name", name}, {"arguments", arguments}};
    params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                       {"io.modelcontextprotocol/clientCapabilities", json::object()}};
    const json::object answer = request("tools/call", params);
    INFO(json::serialize(answer));
    REQUIRE(answer.contains("result"));
    return answer.at("result").at("structuredContent").as_object();
  }
  /// Newest first.
  json::array evidence(const std::string& agent) {
    return tool("get_evidence", {{"agent_id", agent}}).at("evidence").as_array();
  }

  DaemonFixture daemon;

 private:
  void connect() {
    hooks_.emplace(daemon.socket());
    person_.emplace(daemon.socket());
    hooks_->introduce_as("guard");
    person_->introduce_as("person");
  }

  std::optional<TestClient> hooks_;
  std::optional<TestClient> person_;
  int id_ = 0;
};

inline json::object event(const char* kind, json::object facts = {}) {
  facts["event"] = kind;
  return facts;
}

}  // namespace governor::daemon::test
