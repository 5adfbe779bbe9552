// Lifecycle, metadata, thresholds, alerts and audit log as clients see them, across restarts.
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/store/open_store.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

constexpr const char* kStrict = R"({"profile":"strict","reason":"a test"})";

json::object verify(TestClient& client) {
  client.send(R"({"jsonrpc":"2.0","id":"v","method":"governor/audit_verify"})");
  return client.next_object().at("result").as_object();
}

std::vector<std::string> events_of(const json::object& log) {
  std::vector<std::string> events;
  for (const auto& entry : log.at("entries").as_array()) events.emplace_back(entry.at("event").as_string());
  return events;
}

}  // namespace

TEST_CASE("a call that changed something is answered once more with the same text after a restart") {
  const std::vector<std::pair<const char*, const char*>> calls{
      {"set_thresholds", kStrict},
      {"update_agent_metadata", R"({"notes":"one","append_notes":true})"},
      {"pause_agent", R"({"reason":"lunch"})"},
      {"resume_agent", "{}"},
      {"reset_monitor", "{}"},
      {"archive_agent", "{}"},
  };
  DaemonFixture daemon;
  std::vector<std::string> answers;
  {
    TestClient client(daemon.socket());
    client.hello("a", "person");
    client.call(1, "register_agent", R"({"agent_id":"x"})");
    for (std::size_t i = 0; i < calls.size(); ++i) {
      client.send_tool(i + 2, calls[i].first, calls[i].second);
      answers.push_back(client.answer(i + 2));
      CHECK(answers.back().find("\"isError\":false") != std::string::npos);
    }
  }
  const auto audited = daemon.stored("SELECT count(*) FROM audit");
  daemon.restart();
  TestClient client(daemon.socket());
  CHECK(client.hello("a", "person").at("resumed").as_bool());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    client.send_tool(i + 2, calls[i].first, calls[i].second);
    INFO(calls[i].first);
    CHECK(client.answer(i + 2) == answers[i]);
  }
  CHECK(daemon.stored("SELECT count(*) FROM audit") == audited);
  const auto metadata = client.call(50, "get_agent_metadata", "{}");
  CHECK(metadata.at("status").as_string() == "archived");
  CHECK(metadata.at("epoch").as_int64() == 2);
  CHECK(std::string(metadata.at("notes").as_string()).find("one") ==
        std::string(metadata.at("notes").as_string()).rfind("one"));
  CHECK(client.call(51, "get_thresholds", "{}").at("profile").as_string() == "strict");
  CHECK(verify(client).at("ok").as_bool());
}

TEST_CASE("metadata reads the same before and after a restart, for agents loaded and not") {
  DaemonFixture daemon;
  std::string before;
  const auto read = [&](TestClient& client, std::uint64_t line) {
    auto metadata = client.call(line, "get_agent_metadata", R"({"agent_id":"child"})");
    metadata.erase("age_seconds");
    return json::serialize(metadata);
  };
  TestClient client(daemon.socket());
  client.hello("a");
  client.call(1, "register_agent", R"({"agent_id":"parent"})");
  client.call(2, "register_agent",
              R"({"agent_id":"child","parent_agent_id":"parent","tags":["t"],"notes":"n","purpose":"p"})");
  for (std::uint64_t line = 3; line < 20; ++line) client.update(line, "child");
  client.call(20, "pause_agent", R"({"reason":"why"})");
  before = read(client, 21);
  CHECK(before.find("\"children\":[]") != std::string::npos);
  CHECK(client.call(22, "get_agent_metadata", R"({"agent_id":"parent"})").at("children").as_array().at(0) ==
        "child");
  daemon.restart();
  TestClient again(daemon.socket());
  again.hello("a");
  CHECK(read(again, 60) == before);                           // read from the store
  again.call(61, "resume_agent", R"({"agent_id":"child"})");  // now it is loaded
  again.call(62, "pause_agent", R"({"agent_id":"child","reason":"why"})");
  CHECK(again.call(63, "get_agent_metadata", R"({"agent_id":"child"})")
            .at("lifecycle_events")
            .as_array()
            .size() == 4);
}

TEST_CASE("every mutation, refusal, skip and step of life is in the audit log, with who and why") {
  DaemonFixture daemon;
  TestClient alice(daemon.socket());
  TestClient bob(daemon.socket());
  alice.hello("a");
  bob.hello("b");
  alice.call(1, "register_agent", R"({"agent_id":"x"})");
  for (std::uint64_t line = 2; line <= 6; ++line)
    alice.call(line, "process_agent_update", R"({"confidence":0.5})");
  bob.refused(1, "process_agent_update", R"({"agent_id":"x"})");
  alice.call(7, "set_thresholds", R"({"agent_id":"x","profile":"strict","reason":"be careful"})");
  alice.call(8, "pause_agent", R"({"reason":"lunch"})");
  alice.refused(9, "process_agent_update", "{}");
  const auto log = bob.call(2, "query_audit_log", R"({"agent_id":"x"})");
  const std::vector<std::string> expected{"refused", "agent_paused",    "thresholds_changed",
                                          "refused", "lambda1_skip",    "update",
                                          "update",  "update",          "update",
                                          "update",  "agent_registered"};
  auto events = events_of(log);
  // The skip and its update have the same time; either may come first.
  std::sort(events.begin() + 4, events.begin() + 6);
  CHECK(events == expected);
  const auto& entries = log.at("entries").as_array();
  CHECK(entries[3].at("who").at("client").as_string() == "client-b");
  CHECK(entries[3].at("who").at("pid").as_int64() > 0);
  CHECK(std::string(entries[3].at("detail").as_string()).find("not_owner") != std::string::npos);
  CHECK(std::string(entries[2].at("detail").as_string()).find("be careful") != std::string::npos);
  CHECK(entries[1].at("detail").as_string() == "lunch");
  CHECK(entries[8].at("who").at("client").as_string() == "client-a");

  // In pages, by time and by event.
  std::vector<std::string> paged;
  std::string cursor;
  for (std::uint64_t line = 10; line < 30; ++line) {
    const auto page = bob.call(line, "query_audit_log",
                               R"({"agent_id":"x","limit":3)" +
                                   (cursor.empty() ? std::string() : R"(,"cursor":")" + cursor + "\"") + "}");
    for (const auto& event : events_of(page)) paged.push_back(event);
    if (!page.contains("next_cursor")) break;
    cursor = std::string(page.at("next_cursor").as_string());
  }
  CHECK(paged.size() == expected.size());
  CHECK(events_of(bob.call(40, "query_audit_log", R"({"event":"refused"})")).size() == 2);
  const std::string since(entries[2].at("timestamp").as_string());
  CHECK(events_of(bob.call(41, "query_audit_log", R"({"agent_id":"x","since":")" + since + "\"}")).size() ==
        3);
  CHECK(bob.refused(42, "query_audit_log", R"({"cursor":"nonsense"})").at("field").as_string() == "cursor");
  CHECK(bob.refused(43, "query_audit_log", R"({"since":"yesterday"})").at("field").as_string() == "since");
  CHECK(events_of(bob.call(44, "query_audit_log", R"({"event":"lease_broken"})")).empty());
  const auto unknown = bob.refused(45, "query_audit_log", R"({"event":"updates"})");
  CHECK(unknown.at("field").as_string() == "event");
  CHECK(std::string(unknown.at("expected").as_string()).find("update, refused") != std::string::npos);
}

TEST_CASE("a byte that is changed in the database is found by the check of the audit log") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.hello("a");
  client.call(1, "register_agent", R"({"agent_id":"x"})");
  for (std::uint64_t line = 2; line <= 20; ++line) client.update(line, "x");
  CHECK(verify(client).at("ok").as_bool());
  CHECK(verify(client).at("updates").as_int64() == 19);
  {
    SQLite::Database db(database_path(daemon.directory()), SQLite::OPEN_READWRITE, 2000);
    db.exec("UPDATE history SET risk = risk + 1e-15 WHERE number = 7");
    db.exec("UPDATE audit SET detail = 'nothing' WHERE event = 'agent_registered'");
  }
  const auto found = verify(client);
  CHECK_FALSE(found.at("ok").as_bool());
  REQUIRE(found.at("problems").as_array().size() == 2);
  CHECK(found.at("problems").at(0).at("table").as_string() == "audit");
  CHECK(found.at("problems").at(1).at("table").as_string() == "history");
  CHECK(found.at("problems").at(1).at("entry").as_int64() == 7);
}

TEST_CASE("agents are listed by filter, page and summary, always as they are now") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.hello("a");
  std::uint64_t line = 0;
  for (int i = 0; i < 30; ++i) {
    const std::string id = (i % 3 == 0 ? "test_" : "work_") + std::to_string(100 + i);
    client.call(++line, "register_agent",
                R"({"agent_id":")" + id + R"(","tags":[")" + (i % 2 == 0 ? "even" : "odd") + R"("]})");
    if (i % 5 != 0) client.update(++line, id);
    client.confirm(line + 1);
  }
  const auto list = [&](const std::string& arguments) {
    return client.call(++line, "list_agents", arguments);
  };
  CHECK(list(R"({"tag":"even"})").at("count").as_int64() == 15);
  CHECK(list(R"({"health":"unknown"})").at("count").as_int64() == 6);
  CHECK(list(R"({"text":"TEST_"})").at("count").as_int64() == 10);
  client.call(++line, "pause_agent", R"({"agent_id":"work_101"})");
  const auto paused = list(R"({"status":"paused"})");
  REQUIRE(paused.at("agents").as_array().size() == 1);
  CHECK(paused.at("agents").at(0).at("status").as_string() == "paused");
  const auto bare = list(R"({"metrics":false,"limit":2})");
  CHECK(bare.at("count").as_int64() == 2);
  CHECK_FALSE(bare.at("agents").at(1).as_object().contains("metrics"));
  const auto summary = list(R"({"summary_only":true})");
  CHECK_FALSE(summary.contains("agents"));
  CHECK(summary.at("total").as_int64() == 30);
  CHECK(summary.at("by_status").at("paused").as_int64() == 1);
  CHECK(summary.at("by_health").at("unknown").as_int64() == 6);
  std::size_t seen = 0;
  std::string cursor;
  for (bool more = true; more;) {
    const auto page = list(R"({"limit":7,"tag":"odd")" +
                           (cursor.empty() ? std::string() : R"(,"cursor":")" + cursor + "\"") + "}");
    seen += page.at("agents").as_array().size();
    more = page.contains("next_cursor");
    if (more) cursor = std::string(page.at("next_cursor").as_string());
  }
  CHECK(seen == 15);
  CHECK(client.refused(++line, "list_agents", R"({"status":"gone"})").at("expected").as_string() ==
        "one of active, paused, archived, deleted, all");
}

TEST_CASE("idle agents are archived by pattern and age, but not pinned ones nor those of live sessions") {
  DaemonFixture daemon;
  {
    TestClient client(daemon.socket());
    client.hello("a");
    client.update(1, "test_idle");
    client.update(2, "test_pinned");
    client.call(3, "update_agent_metadata", R"({"agent_id":"test_pinned","pinned":true})");
    client.update(4, "work_idle");
    client.call(5, "register_agent", R"({"agent_id":"test_held"})");
  }
  daemon.stop();
  {
    SQLite::Database db(database_path(daemon.directory()), SQLite::OPEN_READWRITE, 2000);
    db.exec("UPDATE agent SET created_us = 1");
    db.exec("UPDATE history SET timestamp_us = 1");
    db.exec("DELETE FROM agent_head");  // it is made anew from the history
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("b");
  client.update(1, "test_new");
  const auto dry = client.call(2, "archive_idle_agents", R"({"pattern":"test_*"})");
  CHECK(dry.at("dry_run").as_bool());
  REQUIRE(dry.at("count").as_int64() == 1);
  CHECK(dry.at("agents").at(0).at("agent_id").as_string() == "test_idle");
  CHECK(client.call(3, "list_agents", R"({"status":"archived"})").at("count").as_int64() == 0);
  CHECK(client.call(4, "archive_idle_agents", R"({"pattern":"test_*","dry_run":false})")
            .at("count")
            .as_int64() == 1);
  CHECK(client.call(5, "list_agents", R"({"status":"archived"})").at("count").as_int64() == 1);
  CHECK(client.call(6, "archive_idle_agents", R"({"pattern":"test_*","dry_run":false})")
            .at("count")
            .as_int64() == 0);
  const auto refused = client.refused(7, "process_agent_update", R"({"agent_id":"test_idle"})");
  CHECK(std::string(refused.at("message").as_string()).find("no update for 7 days") != std::string::npos);
  const auto brackets = client.refused(8, "archive_idle_agents", R"({"pattern":"[a-z]*"})");
  CHECK(brackets.at("field").as_string() == "pattern");
}

TEST_CASE("a deletion asks for confirmation, writes a backup first, and keeps the history") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.hello("a");
  client.call(1, "register_agent", R"({"agent_id":"x"})");
  for (std::uint64_t line = 2; line <= 40; ++line) client.update(line, "x");
  CHECK(client.refused(41, "delete_agent", R"({"agent_id":"x"})").at("field").as_string() == "confirm");
  client.call(42, "update_agent_metadata", R"({"pinned":true})");
  const std::string arguments = R"({"agent_id":"x","confirm":true,"reason":"done"})";
  CHECK(client.refused(43, "delete_agent", arguments).at("code").as_string() == "conflict");
  CHECK_FALSE(std::filesystem::exists(daemon.directory() + "/deleted"));
  client.call(44, "update_agent_metadata", R"({"pinned":false})");
  TestClient other(daemon.socket());
  other.hello("b");
  CHECK(other.refused(1, "delete_agent", arguments).at("code").as_string() == "not_owner");

  const auto deleted = client.call(45, "delete_agent", arguments);
  CHECK(deleted.at("rows").as_int64() == 39);
  std::ifstream file(std::string(deleted.at("backup").as_string()));
  std::stringstream text;
  text << file.rdbuf();
  CHECK(json::parse(text.str()).is_object());
  CHECK(client.call(46, "list_agents", "{}").at("count").as_int64() == 0);
  CHECK(client.call(47, "list_agents", R"({"status":"deleted"})").at("count").as_int64() == 1);
  CHECK(client.refused(48, "process_agent_update", "{}").at("code").as_string() == "conflict");
  CHECK(client.refused(49, "delete_agent", arguments).at("code").as_string() == "not_found");
  CHECK(client.call(50, "get_system_history", R"({"agent_id":"x"})").at("total").as_int64() == 39);
  CHECK(client.call(51, "register_agent", R"({"agent_id":"x"})").at("created").as_bool());
  CHECK(client.update(52, "x") == 40);
  CHECK(verify(client).at("ok").as_bool());
}

TEST_CASE("alerts are listed, acknowledged once, and known again after a restart") {
  DaemonFixture daemon;
  {
    TestClient client(daemon.socket());
    client.hello("a");
    for (std::uint64_t line = 1; line <= 5; ++line) {
      client.call(line, "process_agent_update", R"({"agent_id":"x","response_text":"the same"})");
    }
    const auto alerts = client.call(6, "list_alerts", "{}");
    REQUIRE(alerts.at("count").as_int64() == 1);
    CHECK(alerts.at("alerts").at(0).at("kind").as_string() == "loop");
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("b", "person");
  client.call(1, "process_agent_update", R"({"agent_id":"x","response_text":"the same"})");
  CHECK(client.call(2, "list_alerts", "{}").at("count").as_int64() == 1);  // still the same one
  const auto acknowledged = client.call(3, "acknowledge_alert", R"({"alert_id":1,"note":"seen"})");
  CHECK(acknowledged.at("acknowledged").at("by").as_string() == "client-b");
  CHECK(client.call(4, "list_alerts", "{}").at("count").as_int64() == 0);
  CHECK(client.call(5, "list_alerts", R"({"include_acknowledged":true,"include_resolved":true})")
            .at("count")
            .as_int64() == 1);
  const auto update = client.call(6, "process_agent_update",
                                  R"({"agent_id":"x","response_text":"the same","detail":"full"})");
  CHECK(update.at("decision").at("human_reasons").as_array().size() ==
        (update.at("decision").at("require_human").as_bool() ? 1 : 0));
  CHECK(client.refused(7, "acknowledge_alert", R"({"alert_id":99})").at("code").as_string() == "not_found");
  CHECK(client.refused(8, "acknowledge_alert", "{}").at("field").as_string() == "alert_id");
}
