// Who is told of what and when, with the time in the test's hand.
#include "daemon/state/subscription_table.hpp"

#include <map>
#include <random>

#include "daemon/resources/resource_uri.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
using std::chrono::milliseconds;
using Lines = std::vector<std::string>;

namespace {

std::string legacy_line(const std::string& uri) {
  return R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":")" + uri + "\"}}";
}

/// A connection that keeps what it is given.
class FakeSink final : public ReplySink {
 public:
  void deliver(Ticket, core::Result<std::string>) override {}
  void forget(Ticket, Forget) override {}
  void supersede() override {}
  void resume(std::string, std::string) override {}
  void tell(std::string) override {}
  void notify(std::vector<Notice> notices) override {
    ++handed_over;
    for (const Notice& notice : notices) lines.push_back(*notice.line);
  }

  Lines take() { return std::exchange(lines, {}); }

  Lines lines;
  int handed_over = 0;
};

struct SubscriptionFixture {
  std::shared_ptr<FakeSink> connect() { return std::make_shared<FakeSink>(); }

  core::Changes update(core::AgentKey key) {
    core::UpdateAppended change;
    change.agent = key;
    return {change};
  }
  core::Changes profile(core::AgentKey key, const std::string& id) {
    core::AgentSaved change;
    change.profile.key = key;
    change.profile.id = id;
    return {change};
  }
  void commit(const core::Changes& changes) {
    table.changed(changes, [this](const std::string& id) {
      ++lookups;
      const auto found = loaded.find(id);
      return found == loaded.end() ? 0 : found->second;
    });
  }
  std::optional<SubscriptionTable::Clock::time_point> send() { return table.send_due(now); }
  /// As when the client reads at once.
  Lines told(const std::shared_ptr<FakeSink>& sink) {
    send();
    table.taken(sink.get());
    return sink->take();
  }

  SubscriptionTable table;
  std::map<std::string, core::AgentKey> loaded{{"ada", 1}, {"bob", 2}};
  int lookups = 0;
  SubscriptionTable::Clock::time_point now{std::chrono::hours(1)};
};

}  // namespace

TEST_CASE_METHOD(SubscriptionFixture,
                 "an update changes its agent, the agent's history and the list of agents") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada"), history_uri("ada"), agent_uri("bob"), std::string(kAgentsUri),
                      std::string(kThresholdsUri)});
  commit(update(1));
  CHECK(told(sink) == Lines{legacy_line(agent_uri("ada")), legacy_line(history_uri("ada")),
                            legacy_line(std::string(kAgentsUri))});
}

TEST_CASE_METHOD(SubscriptionFixture, "a change of an agent's profile leaves its history as it was") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada"), history_uri("ada"), std::string(kAgentsUri)});
  commit(profile(1, "ada"));
  CHECK(told(sink) == Lines{legacy_line(agent_uri("ada")), legacy_line(std::string(kAgentsUri))});
}

TEST_CASE_METHOD(SubscriptionFixture,
                 "alerts and thresholds are told of, and thresholds with the agents they judge") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada"), history_uri("ada"), std::string(kAgentsUri), std::string(kAlertsUri),
                      std::string(kThresholdsUri)});
  commit({core::AlertSaved{}});
  CHECK(told(sink) == Lines{legacy_line(std::string(kAlertsUri))});
  commit({core::ThresholdsSaved{}});
  CHECK(told(sink) == Lines{legacy_line(std::string(kThresholdsUri)), legacy_line(agent_uri("ada"))});
}

TEST_CASE_METHOD(SubscriptionFixture, "what changes no resource is told to nobody") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada"), std::string(kAgentsUri)});
  commit({core::SessionSaved{}, core::AnswerSaved{}, core::AuditAppended{}, core::LifecycleEventAppended{}});
  CHECK_FALSE(send());
  CHECK(sink->lines.empty());
}

TEST_CASE_METHOD(SubscriptionFixture,
                 "a stream's notices carry the id of the request that opened it, each stream its own") {
  const auto sink = connect();
  table.listen(sink, 7, "\"a\"", {agent_uri("ada")});
  table.listen(sink, 8, "5", {agent_uri("ada"), agent_uri("bob")});
  commit(update(1));
  const auto with_id = [](const std::string& id) {
    return R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"_meta":{)"
           R"("io.modelcontextprotocol/subscriptionId":)" +
           id + R"(},"uri":"governor://agents/ada"}})";
  };
  CHECK(told(sink) == Lines{with_id("\"a\""), with_id("5")});
  CHECK(table.listened_by(sink.get()) == 3);
  table.end_listen(sink.get(), 7);
  now += SubscriptionTable::kInterval;
  commit(update(1));
  CHECK(told(sink) == Lines{with_id("5")});
}

TEST_CASE_METHOD(SubscriptionFixture, "changes that come fast are drawn together, and the last one is told") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada")});
  commit(update(1));
  CHECK(told(sink).size() == 1);  // the first at once
  const auto first = now;
  for (int i = 0; i < 100; ++i) {
    now += std::chrono::microseconds(240);
    commit(update(1));
    CHECK(send() == first + SubscriptionTable::kInterval);
  }
  CHECK(sink->lines.empty());
  now = first + SubscriptionTable::kInterval;
  CHECK(told(sink).size() == 1);
  CHECK_FALSE(send());
  now += milliseconds(500);
  CHECK_FALSE(send());
  CHECK(sink->lines.empty());
}

TEST_CASE_METHOD(SubscriptionFixture, "the time to call again is that of what is due first") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada"), agent_uri("bob")});
  const auto start = now;
  commit(update(1));
  CHECK(told(sink).size() == 1);
  now += milliseconds(10);
  commit(update(2));
  CHECK(told(sink).size() == 1);
  commit(update(2));
  commit(update(1));
  CHECK(send() == start + SubscriptionTable::kInterval);
}

TEST_CASE_METHOD(SubscriptionFixture,
                 "a client that does not read is sent no more, and once it has read, once") {
  const auto slow = connect();
  const auto quick = connect();
  for (const auto& sink : {slow, quick}) table.follow(sink, {agent_uri("ada"), agent_uri("bob")});
  commit(update(1));
  CHECK(told(quick).size() == 1);
  CHECK(slow->take().size() == 1);
  for (int i = 0; i < 50; ++i) {
    now += milliseconds(100);
    commit(update(1));
    commit(update(2));
    CHECK_FALSE(told(quick).empty());
  }
  CHECK(slow->lines.empty());
  CHECK_FALSE(send());  // no timer runs for it either
  table.taken(slow.get());
  CHECK(told(slow) == Lines{legacy_line(agent_uri("ada")), legacy_line(agent_uri("bob"))});
}

TEST_CASE_METHOD(SubscriptionFixture,
                 "whatever the order of changes and reading, the last change of each resource is told") {
  std::mt19937_64 random(20260728);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  for (int round = 0; round < 50; ++round) {
    SubscriptionTable fresh;
    std::swap(table, fresh);
    loaded = {{"ada", 1}, {"bob", 2}, {"eve", 3}};
    const std::vector<std::string> ids{"ada", "bob", "eve"};
    std::vector<std::shared_ptr<FakeSink>> sinks{connect(), connect()};
    std::map<std::string, SubscriptionTable::Clock::time_point> last_change;
    std::map<std::pair<FakeSink*, std::string>, SubscriptionTable::Clock::time_point> last_told;
    for (const auto& sink : sinks) table.follow(sink, {agent_uri("ada"), agent_uri("bob"), agent_uri("eve")});
    std::vector<bool> reading(2, false);
    const auto step = [&] {
      send();
      for (std::size_t i = 0; i < 2; ++i) {
        const Lines got = sinks[i]->take();
        if (got.empty()) continue;
        REQUIRE_FALSE(reading[i]);
        reading[i] = true;
        for (const std::string& line : got) {
          auto& told_at = last_told[{sinks[i].get(), line}];
          REQUIRE((told_at.time_since_epoch().count() == 0 || now - told_at >= SubscriptionTable::kInterval));
          told_at = now;
        }
      }
    };
    for (int i = 0; i < 300; ++i) {
      now += std::chrono::microseconds(below(8000));
      switch (below(4)) {
        case 0:
        case 1: {
          const auto which = static_cast<std::size_t>(below(3));
          commit(update(static_cast<core::AgentKey>(which + 1)));
          last_change[ids[which]] = now;
          break;
        }
        case 2: {
          const auto i_read = static_cast<std::size_t>(below(2));
          reading[i_read] = false;
          table.taken(sinks[i_read].get());
          break;
        }
        default: break;
      }
      step();
    }
    // At last both read, and the time asked for comes.
    for (int i = 0; i < 4; ++i) {
      for (std::size_t who = 0; who < 2; ++who) {
        reading[who] = false;
        table.taken(sinks[who].get());
      }
      if (const auto next = send()) now = std::max(now, *next);
      step();
    }
    for (const auto& [id, changed] : last_change) {
      for (const auto& sink : sinks) {
        INFO(id << " in round " << round);
        REQUIRE(last_told[{sink.get(), legacy_line(agent_uri(id))}] >= changed);
      }
    }
  }
}

TEST_CASE_METHOD(SubscriptionFixture, "an agent that does not exist yet is told of when it comes") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("late"), history_uri("late")});
  commit(update(1));
  CHECK(told(sink).empty());
  core::Changes created = profile(9, "late");
  created.push_back(update(9).front());
  commit(created);
  CHECK(told(sink) == Lines{legacy_line(agent_uri("late")), legacy_line(history_uri("late"))});
}

TEST_CASE_METHOD(SubscriptionFixture,
                 "agents are looked up once in a commit, and not at all when all are known") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada"), agent_uri("nobody")});
  core::Changes many;
  for (core::AgentKey key = 1; key <= 20; ++key) many.push_back(update(key).front());
  commit(many);
  CHECK(lookups == 2);
  table.follow(sink, {agent_uri("ada")});
  commit(many);
  CHECK(lookups == 2);
  now += milliseconds(100);
  CHECK(told(sink) == Lines{legacy_line(agent_uri("ada"))});
}

TEST_CASE_METHOD(SubscriptionFixture, "an agent that takes the name of another is the one that is told of") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada")});
  commit(update(1));
  CHECK(told(sink).size() == 1);
  commit(profile(30, "ada"));
  now += milliseconds(100);
  CHECK(told(sink).size() == 1);
  now += milliseconds(100);
  commit(update(1));
  CHECK(told(sink).empty());
  commit(update(30));
  CHECK(told(sink).size() == 1);
}

TEST_CASE_METHOD(SubscriptionFixture,
                 "what is no longer subscribed to is no longer told, not even what is owed") {
  const auto sink = connect();
  const auto other = connect();
  table.follow(sink, {agent_uri("ada"), agent_uri("bob")});
  table.listen(sink, 1, "1", {agent_uri("ada")});
  table.follow(other, {agent_uri("ada")});
  CHECK(table.size() == 4);
  commit(update(1));
  commit(update(2));
  table.follow(sink, {agent_uri("bob")});
  table.end_listen(sink.get(), 1);
  CHECK(told(sink) == Lines{legacy_line(agent_uri("bob"))});
  CHECK(told(other) == Lines{legacy_line(agent_uri("ada"))});
  now += milliseconds(100);
  commit(update(2));
  table.remove(sink.get());
  CHECK(told(sink).empty());
  CHECK(table.size() == 1);
  table.remove(other.get());
  CHECK(table.empty());
  CHECK(sink.use_count() == 1);
  commit(update(1));
  CHECK_FALSE(send());
}

TEST_CASE_METHOD(SubscriptionFixture, "to follow the same once more changes nothing") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada")});
  commit(update(1));
  CHECK(told(sink).size() == 1);
  table.follow(sink, {agent_uri("ada")});
  CHECK(table.size() == 1);
  commit(update(1));
  CHECK(send() == now + SubscriptionTable::kInterval);  // it is known when it was told last
}

TEST_CASE_METHOD(SubscriptionFixture,
                 "a client that comes back is told once of each resource it may have missed") {
  const auto sink = connect();
  table.follow(sink, {agent_uri("ada"), agent_uri("bob")});
  table.listen(sink, 4, "4", {agent_uri("ada")});
  table.missed(sink.get(), 0);
  CHECK(told(sink) == Lines{legacy_line(agent_uri("ada")), legacy_line(agent_uri("bob"))});
  table.missed(sink.get(), 4);
  CHECK(told(sink).size() == 1);
  now += milliseconds(100);
  CHECK(told(sink).empty());
}
