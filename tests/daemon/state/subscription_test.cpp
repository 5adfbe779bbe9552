// Changes are pushed to those who subscribed: when they are durable, soon, not too often, and to nobody else.
#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "daemon/support/limits.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/resource_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
using Era = ResourceClient::Era;
using Clock = std::chrono::steady_clock;
namespace json = boost::json;

namespace {

const std::string kAda = "governor://agents/ada";
const std::string kAll = "governor://agents";

double ms_since(Clock::time_point since) {
  return std::chrono::duration<double, std::milli>(Clock::now() - since).count();
}

std::uint64_t updates_of(ResourceClient& client, const std::string& uri) {
  return static_cast<std::uint64_t>(client.read(uri).at("metrics").at("updates").as_int64());
}

/// Asks until it is so, a moment apart, since whoever is waited for needs the processor too; false when it
/// does not happen in time.
template <class Condition>
bool comes_true(Condition condition) {
  const auto deadline = Clock::now() + std::chrono::minutes(2);
  while (Clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

bool subscriptions_become(DaemonFixture& daemon, std::int64_t count) {
  TestClient client(daemon.socket());
  return comes_true([&] { return client.status().at("subscriptions").as_int64() == count; });
}

}  // namespace

TEST_CASE("an update in one client is told to the subscribers of both eras in others") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  ResourceClient legacy(daemon.socket(), Era::legacy, "a");
  ResourceClient modern(daemon.socket(), Era::modern, "b");
  TestClient bob(daemon.socket());
  bob.hello("c");
  const std::vector<std::string> all{kAll, kAda, kAda + "/history", "governor://agents/eve"};
  legacy.subscribe(all);
  const std::uint64_t stream = modern.listen(all);
  const auto acknowledged = modern.acknowledged();
  CHECK(acknowledged.at("notifications").at("resourceSubscriptions").as_array().size() == 4);

  bob.update(1, "ada");
  const auto since = Clock::now();
  const std::set<std::string> expected{kAll, kAda, kAda + "/history"};
  CHECK(std::set<std::string>{legacy.next_changed(), legacy.next_changed(), legacy.next_changed()} ==
        expected);
  std::set<std::string> told;
  for (int i = 0; i < 3; ++i) {
    const auto notice = modern.client().next_notice();
    CHECK(notice.at("params").at("_meta").at("io.modelcontextprotocol/subscriptionId").as_int64() ==
          static_cast<std::int64_t>(stream));
    told.emplace(notice.at("params").at("uri").as_string());
  }
  CHECK(told == expected);
  const double took = ms_since(since);
  std::printf("subscribers of both eras told %.2f ms after the answer, limit 100\n", took);
  CHECK(took < 1000);  // the machine may be busy with other things
  CHECK(updates_of(legacy, kAda) == 1);
  CHECK_FALSE(legacy.told_anything());
  CHECK_FALSE(modern.told_anything());
}

TEST_CASE("nothing is told before it is durable, and what never becomes so is never told") {
  const int io_threads = GENERATE(1, 4);
  const Era era = GENERATE(Era::legacy, Era::modern);
  DaemonFixture daemon({io_threads});
  ResourceClient watcher(daemon.socket(), era, "a");
  TestClient bob(daemon.socket());
  bob.hello("b");
  bob.update(1, "ada");
  watcher.subscribe({kAda});
  const auto sequence = bob.health().at("sequence").as_int64();
  daemon.gate().hold_commits();
  bob.send_update(2, "ada");
  REQUIRE(daemon.gate().wait_for_held_commit());
  bob.send_update(3, "ada");
  REQUIRE(sequence_reaches(daemon.socket(), sequence + 2));
  CHECK_FALSE(watcher.told_anything());
  const auto since = Clock::now();
  daemon.gate().release_commits();
  CHECK(watcher.next_changed() == kAda);
  CHECK(ms_since(since) < 1000);
  CHECK(watcher.next_changed() == kAda);  // of the commit that followed
  CHECK(updates_of(watcher, kAda) == 3);
  bob.result(2);
  bob.result(3);

  daemon.gate().fail_commits(1);
  bob.send_update(4, "ada");
  CHECK(bob.error(4).at("code").as_string() == "storage_unavailable");
  CHECK_FALSE(watcher.told_anything());
  bob.update(5, "ada");
  CHECK(watcher.next_changed() == kAda);
  CHECK(updates_of(watcher, kAda) == 4);
}

TEST_CASE("alerts and thresholds are told of when they change") {
  const Era era = GENERATE(Era::legacy, Era::modern);
  DaemonFixture daemon;
  ResourceClient watcher(daemon.socket(), era, "a");
  TestClient bob(daemon.socket());
  bob.hello("b", "person");
  watcher.subscribe({"governor://alerts", "governor://thresholds"});
  bob.call(1, "set_thresholds", R"({"thresholds":{"risk_approve_threshold":0.2}})");
  CHECK(watcher.next_changed() == "governor://thresholds");
  CHECK(watcher.read("governor://thresholds").at("profile").as_string() == "custom");
  // An agent that turns critical raises an alert; by these thresholds any agent is.
  bob.call(2, "set_thresholds", R"({"thresholds":{"coherence_critical_threshold":1.0}})");
  CHECK(watcher.next_changed() == "governor://thresholds");
  bob.update(3, "ada");
  CHECK(watcher.next_changed() == "governor://alerts");
  const auto alerts = watcher.read("governor://alerts").at("alerts").as_array();
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].at("kind").as_string() == "agent_critical");
  bob.call(4, "acknowledge_alert",
           R"({"alert_id":)" + std::to_string(alerts[0].at("alert_id").as_int64()) + "}");
  CHECK(watcher.next_changed() == "governor://alerts");
  CHECK_FALSE(watcher.told_anything());
}

TEST_CASE("changes that come fast are drawn together, and the last one is told") {
  const Era era = GENERATE(Era::legacy, Era::modern);
  DaemonFixture daemon;
  ResourceClient watcher(daemon.socket(), era, "a");
  TestClient bob(daemon.socket());
  bob.hello("b");
  watcher.subscribe({kAda});
  constexpr std::uint64_t kUpdates = 600;
  const auto since = Clock::now();
  for (std::uint64_t line = 1; line <= kUpdates; ++line) bob.send_update(line, "ada");
  int told = 0;
  do {
    CHECK(watcher.next_changed() == kAda);
    ++told;
  } while (updates_of(watcher, kAda) < kUpdates);
  const double took = ms_since(since);
  std::printf("%d notifications of %d updates in %.0f ms\n", told, static_cast<int>(kUpdates), took);
  CHECK(told <= took / 25 + 2);
  for (std::uint64_t line = 1; line <= kUpdates; ++line) bob.result(line);
}

TEST_CASE("who has unsubscribed is told no more, others are") {
  DaemonFixture daemon;
  ResourceClient watcher(daemon.socket(), Era::legacy, "a");
  ResourceClient other(daemon.socket(), Era::legacy, "b");
  TestClient bob(daemon.socket());
  bob.hello("c");
  watcher.subscribe({kAda, kAll});
  other.subscribe({kAda});
  CHECK(watcher.unsubscribe_from(kAda).at("result").as_object().empty());
  CHECK(watcher.unsubscribe_from(kAda).at("result").as_object().empty());  // once more does no harm
  CHECK(watcher.unsubscribe_from("governor://alerts").at("result").as_object().empty());
  bob.update(1, "ada");
  CHECK(other.next_changed() == kAda);
  CHECK(watcher.next_changed() == kAll);
  CHECK_FALSE(watcher.told_anything());
  CHECK(subscriptions_become(daemon, 2));
  watcher.subscribe({kAda});
  bob.update(2, "ada");
  CHECK(std::set<std::string>{watcher.next_changed(), watcher.next_changed()} ==
        std::set<std::string>{kAda, kAll});
}

TEST_CASE("a cancelled stream is silent, and its id may be used again") {
  DaemonFixture daemon;
  ResourceClient watcher(daemon.socket(), Era::modern, "a");
  TestClient bob(daemon.socket());
  bob.hello("b");
  const std::uint64_t first = watcher.listen({kAda});
  watcher.acknowledged();
  const std::uint64_t second = watcher.listen({kAda});
  watcher.acknowledged();
  const auto cancel = [](std::uint64_t id) {
    return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
           std::to_string(id) + "}}";
  };
  watcher.client().send(cancel(first));
  CHECK(watcher.client().answer(first).empty());  // the line is done; there is no response
  bob.update(1, "ada");
  const auto notice = watcher.client().next_notice();
  CHECK(notice.at("params").at("_meta").at("io.modelcontextprotocol/subscriptionId").as_int64() ==
        static_cast<std::int64_t>(second));
  CHECK_FALSE(watcher.told_anything());
  CHECK(subscriptions_become(daemon, 1));

  // A plain client may use an id again at once; no acknowledgement of the first comes late.
  TestClient plain(daemon.socket());
  const std::string listen =
      R"({"jsonrpc":"2.0","id":7,"method":"subscriptions/listen","params":{"notifications":)"
      R"({"resourceSubscriptions":["governor://agents/ada"]},"_meta":{)"
      R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
  plain.send(listen);
  plain.send(cancel(7));
  plain.send(listen);
  plain.next_notice();
  bob.update(2, "ada");
  json::object told = plain.next_notice();
  if (told.at("method").as_string() == "notifications/subscriptions/acknowledged") told = plain.next_notice();
  CHECK(told.at("method").as_string() == "notifications/resources/updated");
  plain.health();
  CHECK(plain.kept_notices() == 0);
  CHECK(plain.ask(listen).at("error").at("code").as_int64() == -32600);  // it is open
}

TEST_CASE("subscriptions of the older revisions outlive the daemon, which tells what may have been missed") {
  DaemonFixture daemon;
  ResourceClient before(daemon.socket(), Era::legacy, "a");
  before.subscribe({kAda, kAll, "governor://agents/eve"});
  const std::uint64_t line = before.send("resources/subscribe", R"("uri":"governor://alerts")");
  CHECK(before.answer(line).at("result").as_object().empty());
  before.unsubscribe_from("governor://agents/eve");
  daemon.restart();
  TestClient bob(daemon.socket());
  bob.hello("b");
  bob.update(1, "ada");  // the watcher is not back yet
  ResourceClient after(daemon.socket(), before);
  REQUIRE(after.resumed());
  std::set<std::string> told;
  for (int i = 0; i < 3; ++i) told.insert(after.next_changed());
  CHECK(told == std::set<std::string>{kAda, kAll, "governor://alerts"});
  CHECK(updates_of(after, kAda) == 1);
  bob.update(2, "ada");
  CHECK(std::set<std::string>{after.next_changed(), after.next_changed()} ==
        std::set<std::string>{kAda, kAll});
  CHECK_FALSE(after.told_anything());
}

TEST_CASE(
    "a stream that is sent again after a restart is acknowledged again and told what it may have missed") {
  DaemonFixture daemon;
  ResourceClient before(daemon.socket(), Era::modern, "a");
  before.subscribe({kAda});
  daemon.restart();
  TestClient bob(daemon.socket());
  bob.hello("b");
  bob.update(1, "ada");
  ResourceClient after(daemon.socket(), Era::modern, "a");  // sends the line again
  REQUIRE(after.resumed());
  after.subscribe({kAda});
  CHECK(after.next_changed() == kAda);
  bob.update(2, "ada");
  CHECK(after.next_changed() == kAda);
  CHECK_FALSE(after.told_anything());
}

TEST_CASE("a connection that takes a session over takes its subscriptions with it") {
  DaemonFixture daemon;
  ResourceClient before(daemon.socket(), Era::legacy, "a");
  before.subscribe({kAda});
  ResourceClient after(daemon.socket(), before);
  CHECK(after.next_changed() == kAda);  // may have been missed
  CHECK_FALSE(before.client().next_line());
  CHECK(subscriptions_become(daemon, 1));
  TestClient bob(daemon.socket());
  bob.hello("b");
  bob.update(1, "ada");
  CHECK(after.next_changed() == kAda);
}

TEST_CASE("the subscriptions of a client that goes away are removed") {
  DaemonFixture daemon;
  TestClient bob(daemon.socket());
  bob.hello("c");
  {
    ResourceClient legacy(daemon.socket(), Era::legacy, "a");
    ResourceClient modern(daemon.socket(), Era::modern, "b");
    legacy.subscribe({kAda, kAll});
    modern.subscribe({kAda});
    CHECK(subscriptions_become(daemon, 3));
    legacy.client().goodbye();
    legacy.client().health();
  }
  CHECK(subscriptions_become(daemon, 0));
  bob.update(1, "ada");
  DaemonFixture::processes_gone = true;
  CHECK(daemon.stored("SELECT count(*) FROM session WHERE subscriptions LIKE '%ada%'") == 0);
}

TEST_CASE("a client that does not read is not fed for ever") {
  DaemonFixture daemon;
  ResourceClient watcher(daemon.socket(), Era::legacy, "a");
  TestClient bob(daemon.socket());
  bob.hello("b");
  constexpr int kAgents = 40;
  std::vector<std::string> uris;
  for (int i = 0; i < kAgents; ++i) uris.push_back("governor://agents/agent-" + std::to_string(i));
  watcher.subscribe(uris);
  // What it asks for and leaves unread fills the socket.
  std::vector<std::uint64_t> unread;
  for (int i = 0; i < 200; ++i) unread.push_back(watcher.send("tools/list"));
  TestClient observer(daemon.socket());
  REQUIRE(comes_true([&] { return observer.health().at("requests").as_int64() >= 200; }));
  std::uint64_t line = 0;
  const auto since = Clock::now();
  int rounds = 0;
  for (; rounds < 20 || ms_since(since) < 500; ++rounds) {
    for (int i = 0; i < kAgents; ++i) bob.send_update(++line, "agent-" + std::to_string(i));
    bob.result(line);
    bob.confirm(line + 1);
  }
  std::map<std::string, int> told;
  for (const std::uint64_t number : unread) watcher.answer(number);
  const auto all_are_current = [&] {
    for (const std::string& uri : uris) {
      if (told.count(uri) == 0) return false;
    }
    return true;
  };
  while (!all_are_current()) ++told[watcher.next_changed()];
  while (watcher.told_anything()) ++told[watcher.next_changed()];
  for (const auto& [uri, times] : told) {
    INFO(uri << " in " << rounds << " rounds");
    CHECK(times <= 3);  // before the socket was full, when it was, and when it was read again
  }
  for (const std::string& uri : uris) {
    CHECK(updates_of(watcher, uri) == static_cast<std::uint64_t>(rounds));
  }
}

TEST_CASE("subscriptions have limits, and a refused one changes nothing") {
  DaemonFixture daemon;
  ResourceClient legacy(daemon.socket(), Era::legacy, "a");
  std::vector<std::string> uris;
  for (std::size_t i = 0; i < kMaxSubscribedUris; ++i) {
    uris.push_back("governor://agents/agent-" + std::to_string(i));
  }
  legacy.subscribe(uris);
  const auto refused = legacy.subscribe_to(kAda).at("error").as_object();
  CHECK(refused.at("code").as_int64() == -32602);
  CHECK(refused.at("data").at("code").as_string() == "limit_exceeded");
  CHECK(legacy.subscribe_to(uris[0]).contains("result"));  // it is subscribed to already
  legacy.unsubscribe_from(uris[0]);
  CHECK(legacy.subscribe_to(kAda).contains("result"));

  ResourceClient modern(daemon.socket(), Era::modern, "b");
  modern.subscribe(uris);
  const std::uint64_t line = modern.listen({kAda});
  CHECK(modern.answer(line).at("error").at("data").at("code").as_string() == "limit_exceeded");
  modern.subscribe({});
  CHECK(subscriptions_become(daemon, 2 * static_cast<std::int64_t>(kMaxSubscribedUris)));
}

TEST_CASE("a subscription that could not be stored does not hold, those before it do") {
  DaemonFixture daemon;
  ResourceClient watcher(daemon.socket(), Era::legacy, "a");
  TestClient bob(daemon.socket());
  bob.hello("b");
  watcher.subscribe({kAda});
  daemon.gate().fail_commits(1);
  CHECK(watcher.subscribe_to(kAll).at("error").at("code").as_int64() == -31003);
  bob.update(1, "ada");
  CHECK(subscriptions_become(daemon, 1));
  CHECK(watcher.next_changed() == kAda);
  CHECK_FALSE(watcher.told_anything());
  daemon.gate().fail_commits(1);
  CHECK(watcher.unsubscribe_from(kAda).at("error").at("code").as_int64() == -31003);
  bob.update(2, "ada");
  CHECK(watcher.next_changed() == kAda);
}

TEST_CASE("with a session that fell before it was durable falls what it had subscribed to") {
  DaemonFixture daemon;
  TestClient bob(daemon.socket());
  bob.hello("b");
  bob.update(1, "ada");
  daemon.gate().hold_commits();
  bob.send_update(2, "ada");
  REQUIRE(daemon.gate().wait_for_held_commit());
  TestClient watcher(daemon.socket());
  watcher.hello("a");
  watcher.send(R"(1 {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
               R"("capabilities":{},"clientInfo":{"name":"w","version":"1"}}})");
  watcher.send(
      R"(2 {"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":{"uri":"governor://agents"}})");
  watcher.health();
  daemon.gate().fail_commits(1);
  daemon.gate().release_commits();
  CHECK(json::parse(watcher.answer(2)).at("error").at("code").as_int64() == -31003);
  bob.update(3, "ada");
  CHECK(watcher.status().at("subscriptions").as_int64() == 0);
  CHECK(watcher.kept_notices() == 0);
}

TEST_CASE("a client without a hello may subscribe for as long as it stays") {
  DaemonFixture daemon;
  TestClient plain(daemon.socket());
  plain.ask(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05",)"
            R"("capabilities":{},"clientInfo":{"name":"socat","version":"1"}}})");
  const auto subscribed = plain.ask(
      R"({"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":{"uri":"governor://agents"}})");
  CHECK(subscribed.at("result").as_object().empty());
  TestClient bob(daemon.socket());
  bob.hello("b");
  bob.update(1, "ada");
  CHECK(plain.next_notice().at("params").at("uri").as_string() == kAll);
}

TEST_CASE("a subscription is stored once however often its line is sent") {
  DaemonFixture daemon;
  ResourceClient before(daemon.socket(), Era::legacy, "a");
  before.subscribe({kAda});
  daemon.restart();
  ResourceClient after(daemon.socket(), Era::legacy, "a");
  after.send("ping");
  CHECK(after.subscribe_to(kAda).at("result").as_object().empty());  // the same line, number 2
  CHECK(after.next_changed() == kAda);
  CHECK(daemon.stored("SELECT json_array_length(subscriptions) FROM session") == 1);
}
