// Requests of governor's own: which connections may send them, and what is written down of them.
#include <string>

#include "daemon/tools/governor_requests.hpp"
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

std::string request_text(std::string_view method, const json::object& params = {}) {
  return json::serialize(
      json::object{{"jsonrpc", "2.0"}, {"id", "it"}, {"method", method}, {"params", params}});
}

json::object error_of(const json::object& reply) {
  INFO(json::serialize(reply));
  CHECK(reply.at("id").as_string() == "it");
  REQUIRE(reply.contains("error"));
  return reply.at("error").as_object();
}

std::int64_t refusals(const DaemonFixture& daemon, const std::string& method) {
  return daemon.stored("SELECT count(*) FROM audit WHERE event = 'refused' AND detail LIKE '" + method +
                       ":%'");
}

bool becomes_refused(const DaemonFixture& daemon, const std::string& method, std::int64_t count) {
  for (int look = 0; look < 100'000; ++look) {
    if (refusals(daemon, method) == count) return true;
  }
  return false;
}

}  // namespace

TEST_CASE(
    "what changes something is for connections that said whose they are, on whatever kind of line it comes") {
  DaemonFixture daemon;
  std::vector<std::string> methods{"governor/stop"};
  for (const GovernorRequest& request : governor_requests()) {
    if (!request.is_read_only()) methods.emplace_back(request.name);
  }
  TestClient plain(daemon.socket());
  TestClient agent(daemon.socket());
  agent.hello("a");
  std::uint64_t line = 0;
  for (const std::string& method : methods) {
    INFO(method);
    REQUIRE(role_needed_for(method));
    const bool is_hooks = *role_needed_for(method) == governor::core::Role::guard;
    TestClient other(daemon.socket());
    other.introduce_as(is_hooks ? "person" : "guard");
    for (TestClient* client : {&plain, &agent, &other}) {
      const auto error = error_of(client->ask(request_text(method)));
      CHECK(error.at("data").at("code").as_string() == "not_owner");
      CHECK_FALSE(std::string(error.at("data").at("hint").as_string()).empty());
    }
    agent.send(std::to_string(++line) + " " + request_text(method));
    CHECK(agent.answer(line).find("not for MCP clients") != std::string::npos);
    CHECK(becomes_refused(daemon, method, 4));
  }
  CHECK(plain.health().at("status").as_string() == "ok");  // nobody has stopped it
}

TEST_CASE("what a proxy forwards of its client never reaches governor's own methods, however it is written") {
  DaemonFixture daemon;
  TestClient agent(daemon.socket());
  agent.hello("a");
  std::uint64_t line = 0;
  for (
      const std::string_view text :
      {R"({"jsonrpc":"2.0","id":"it","method":"governor/health"})",
       R"({"jsonrpc":"2.0","id":"it","method":"\u0067overnor\/status"})",
       R"({"jsonrpc":"2.0","id":"it","method":"ping","method":"governor/drain","params":{"build":"9.0.0+1.x"}})"}) {
    agent.send(std::to_string(++line) + " " + std::string(text));
    const std::string answer = agent.answer(line);
    INFO(answer);
    CHECK(answer.find("-32601") != std::string::npos);
    CHECK(answer.find("\"id\":\"it\"") != std::string::npos);
  }
  agent.call(++line, "register_agent", R"({"agent_id":"x"})");
  agent.send(std::to_string(++line) + R"( {"jsonrpc":"2.0","method":"governor/goodbye"})");
  CHECK(agent.answer(line).empty());
  agent.update(++line, "x");  // the session goes on
}

TEST_CASE("a person's requests and a hook's say who they are in the audit log") {
  FileFixture files;
  Writer ada(files, "ada");
  ada.call("register_agent", {{"agent_id", "ada"}});
  const auto lease = ada.lease(files.file("a.txt"));
  ada.commit(files.file("a.txt"), "first", "", lease);
  ada.commit(files.file("a.txt"), "second", sha256_hex("first"), lease);
  ada.call("define_task", {{"task_id", "t"}, {"title", "do it"}});
  TestClient person(files.daemon.socket());
  person.introduce_as("person");
  const std::pair<const char*, json::object> asked[]{
      {"governor/protect", {{"pattern", files.file("core/**")}, {"reason", "by hand"}}},
      {"governor/unlock", {{"path", files.file("core/**")}, {"seconds", 60}, {"reason", "a fix"}}},
      {"governor/restore", {{"path", files.file("a.txt")}, {"reason", "destroyed"}}},
      {"governor/lease_break", {{"lease", lease}, {"reason", "it hangs"}}},
      {"governor/watch", {{"root", files.root()}}},
      {"governor/task_assign", {{"task_id", "t"}, {"agent", "ada"}}},
  };
  for (const auto& [method, params] : asked) {
    const auto reply = person.ask(request_text(method, params));
    INFO(json::serialize(reply));
    REQUIRE(reply.contains("result"));
  }
  const json::array entries = ada.call("query_audit_log", {{"limit", 500}}).at("entries").as_array();
  for (const char* event : {"protection_added", "files_unlocked", "file_restored", "lease_broken",
                            "watch_began", "task_reassigned"}) {
    INFO(event);
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const json::value& entry) { return entry.at("event") == event; });
    REQUIRE(found != entries.end());
    CHECK(found->at("who").at("kind").as_string() == "person");
    CHECK(found->at("who").at("client").as_string() == "test");
    CHECK(found->at("who").at("pid").as_int64() > 0);
  }
  const auto committed = std::find_if(entries.begin(), entries.end(), [](const json::value& entry) {
    return entry.at("event") == "file_committed";
  });
  REQUIRE(committed != entries.end());
  CHECK(committed->at("who").at("kind").as_string() == "agent");
  CHECK(committed->at("who").at("agent_id").as_string() == "ada");
  CHECK(files.daemon.stored(
            "SELECT count(*) FROM audit WHERE done_by = 'person' AND event LIKE 'session%'") == 0);
}

TEST_CASE("hello takes a role, refuses one that it does not know, and needs a session of agents only") {
  DaemonFixture daemon;
  TestClient wrong(daemon.socket());
  const auto refused = wrong.ask(
      R"({"jsonrpc":"2.0","id":"it","method":"governor/hello","params":{"protocol":1,"role":"king"}})");
  CHECK(error_of(refused).at("message").as_string() == "role must be agent, person or guard.");
  TestClient agent(daemon.socket());
  error_of(agent.ask(R"({"jsonrpc":"2.0","id":"it","method":"governor/hello","params":{"protocol":1}})"));
  TestClient person(daemon.socket());
  person.introduce_as("person");
  person.send(R"(1 {"jsonrpc":"2.0","id":1,"method":"ping"})");
  CHECK(person.next_line()->find("names a session") != std::string::npos);
}
