#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

std::string update_of(const std::string& agent, std::int64_t id = 1) {
  return tool_call(id, "process_agent_update", {{"agent_id", agent}, {"complexity", 0.25}});
}

std::int64_t number_in(const Answer& answer) {
  return answer.content().at("update").to_number<std::int64_t>();
}

/// The answer as it stands, without the text, which says the same.
std::string content_text(const Answer& answer) {
  return boost::json::serialize(answer.content());
}

/// Ends the connection, and the daemon too if `crash`; then there is a new one of either.
struct Interruption {
  Sandbox& sandbox;
  bool crash;
  std::unique_ptr<Child> daemon = std::make_unique<Child>(sandbox.start_daemon());

  void happen() {
    if (!crash) return;
    daemon->signal(SIGKILL);
    REQUIRE(daemon->wait(patience()));
    daemon = std::make_unique<Child>(sandbox.start_daemon());
  }
};

TEST_CASE("a line that comes again in its session is answered again and not applied twice") {
  Sandbox sandbox;
  Interruption interruption{sandbox, GENERATE(false, true)};
  const std::string session = new_session();
  std::string first;
  {
    Wire wire(sandbox);
    CHECK_FALSE(wire.hello(session));
    wire.numbered(1, update_of("resumed"));
    first = content_text(wire.answer_to(1));
  }
  interruption.happen();
  Wire wire(sandbox);
  CHECK(wire.hello(session));
  wire.numbered(1, update_of("resumed"));
  CHECK(content_text(wire.answer_to(1)) == first);
  wire.numbered(2, update_of("resumed"));
  CHECK(number_in(wire.answer_to(2)) == 2);
}

TEST_CASE("another session's line of the same number is another line") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  for (int i = 1; i <= 3; ++i) {
    Wire wire(sandbox);
    wire.hello(new_session());
    wire.numbered(1, update_of("numbered"));
    CHECK(number_in(wire.answer_to(1)) == i);
  }
}

TEST_CASE("a confirmed answer is forgotten and its line, should it come again, is a new one") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const std::string session = new_session();
  {
    Wire wire(sandbox);
    wire.hello(session);
    wire.numbered(1, update_of("confirmed"));
    wire.answer_to(1);
    wire.answered(2);
    wire.plain(R"({"jsonrpc":"2.0","id":7,"method":"ping"})");
    wire.plain_answer();
  }
  Wire wire(sandbox);
  CHECK(wire.hello(session));
  wire.numbered(1, update_of("confirmed"));
  CHECK(number_in(wire.answer_to(1)) == 2);
}

TEST_CASE("a registration that comes again gives a token that works") {
  Sandbox sandbox;
  Interruption interruption{sandbox, GENERATE(false, true)};
  const std::string session = new_session();
  const std::string registration =
      tool_call(1, "register_agent", {{"agent_id", "tokened"}, {"purpose", "test"}});
  {
    Wire wire(sandbox);
    wire.hello(session);
    wire.numbered(1, registration);
    CHECK(wire.answer_to(1).content().at("created").as_bool());
  }
  interruption.happen();
  Wire wire(sandbox);
  CHECK(wire.hello(session));
  wire.numbered(1, registration);
  const std::string token(wire.answer_to(1).content().at("token").as_string());

  SocketConversation other(sandbox);
  CHECK(other.call("process_agent_update", {{"agent_id", "tokened"}}).tool_error() == "not_owner");
  CHECK(other.call("process_agent_update", {{"agent_id", "tokened"}, {"token", token}}).tool_error().empty());
  wire.numbered(2, update_of("tokened"));
  CHECK(number_in(wire.answer_to(2)) == 2);
}

TEST_CASE("the table of answers does not grow with the number of confirmed updates") {
  constexpr int kUpdates = 10000;
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  Load::Plan plan;
  plan.updates = kUpdates;
  plan.window = 200;
  Load load(sockets(sandbox, 1), plan);
  load.start();
  load.join();
  CHECK(load.errors() == std::vector<std::string>());
  CHECK(load.updates().size() == kUpdates);
  load.end_clients();
  REQUIRE(sandbox.end_daemon());
  const SQLite::Database database(sandbox.database(), SQLite::OPEN_READONLY);
  SQLite::Statement count(database, "SELECT count(*) FROM answer");
  REQUIRE(count.executeStep());
  // The unanswered and what is confirmed together.
  CHECK(count.getColumn(0).getInt() <= 2 * (200 + 2 * 64) + 64);
}

TEST_CASE("the newer connection of a session wins and the older one is closed") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const std::string session = new_session();
  Wire older(sandbox);
  CHECK_FALSE(older.hello(session));
  Wire newer(sandbox);
  CHECK(newer.hello(session));
  CHECK_FALSE(older.read());
  newer.numbered(1, update_of("taken-over"));
  CHECK(number_in(newer.answer_to(1)) == 1);
  CHECK(session_count(sandbox) == 1);
}

TEST_CASE("line numbers that do not increase are refused without harm") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  Wire wire(sandbox);
  wire.hello(new_session());
  wire.numbered(5, update_of("ordered"));
  CHECK(number_in(wire.answer_to(5)) == 1);
  for (const int number : {5, 4, 1}) {
    wire.numbered(static_cast<std::uint64_t>(number), update_of("ordered"));
    CHECK(wire.plain_answer().error().at("code").to_number<int>() == -32600);
  }
  wire.numbered(6, update_of("ordered"));
  CHECK(number_in(wire.answer_to(6)) == 2);
}

TEST_CASE("numbered lines before hello are refused without harm") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  Wire wire(sandbox);
  wire.numbered(1, update_of("early"));
  CHECK(wire.plain_answer().error().at("code").to_number<int>() == -32600);
  wire.hello(new_session());
  wire.numbered(1, update_of("early"));
  CHECK(number_in(wire.answer_to(1)) == 1);
}

TEST_CASE("the era of a session survives the daemon") {
  Sandbox sandbox;
  Interruption interruption{sandbox, GENERATE(false, true)};
  const std::string session = new_session();
  {
    Wire wire(sandbox);
    wire.hello(session);
    wire.numbered(1,
                  R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
                  R"("capabilities":{},"clientInfo":{"name":"test","version":"1"}}})");
    CHECK(wire.answer_to(1).result().at("protocolVersion").as_string() == "2025-06-18");
  }
  interruption.happen();
  Wire wire(sandbox);
  CHECK(wire.hello(session));
  // Without the handshake this needs its revision in every request.
  wire.numbered(2, R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"process_agent_update",)"
                   R"("arguments":{"agent_id":"era"}}})");
  CHECK(number_in(wire.answer_to(2)) == 1);
}

}  // namespace
}  // namespace governor::test
