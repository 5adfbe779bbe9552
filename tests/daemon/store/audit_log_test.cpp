// Reading the audit log, whose entries lie in two tables, and lists of agents and alerts with their filters.
#include <set>

#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

class LogFixture : public StoreFixture {
 public:
  LogFixture() {
    core::Changes changes;
    for (const core::AgentKey agent : {1, 2}) {
      changes.emplace_back(core::AgentSaved{distinct_profile(agent, agent == 1 ? "one" : "two")});
    }
    std::map<core::AgentKey, std::pair<core::HistoryKey, std::uint64_t>> heads;
    core::AuditKey audit = 0;
    core::HistoryKey history = 0;
    for (std::int64_t time = 1; time <= 300; ++time) {
      const core::AgentKey agent = time % 5 == 0 ? 2 : 1;
      if (time % 3 == 0) {
        core::AuditAppended entry = audit_entry(++audit, time % 2 == 0 ? "even" : "odd");
        entry.timestamp_us = time;
        entry.agent = time % 9 == 0 ? 0 : agent;
        changes.emplace_back(entry);
      } else {
        core::UpdateRecord record = distinct_record(++heads[agent].second);
        record.timestamp_us = time;
        record.actor = 1;
        changes.emplace_back(row(++history, agent, record, heads[agent].first));
        heads[agent].first = history;
      }
    }
    commit(changes);
  }

  /// Everything the filter lets through, read in pages of `limit`, with `slice` rows looked at in one go.
  std::vector<AuditEntry> read(const AuditFilter& filter, std::size_t limit, std::size_t slice) {
    std::vector<AuditEntry> all;
    AuditCursor cursor;
    for (int pages = 0;; ++pages) {
      REQUIRE(pages < 1000);
      auto page = store().load_audit(filter, cursor, limit, slice);
      REQUIRE(page);
      CHECK(page->entries.size() <= limit);
      for (AuditEntry& entry : page->entries) all.push_back(std::move(entry));
      if (!page->more) return all;
      cursor = page->next;
    }
  }
};

}  // namespace

TEST_CASE_METHOD(LogFixture,
                 "entries and updates come newest first, each once, whatever the size of the pages") {
  for (const std::size_t limit : {1u, 7u, 50u, 1000u}) {
    for (const std::size_t slice : {1u, 10u, 1000u}) {
      const auto all = read({}, limit, slice);
      INFO("limit " << limit << ", slice " << slice);
      REQUIRE(all.size() == 300);
      for (std::size_t i = 0; i < all.size(); ++i)
        REQUIRE(all[i].timestamp_us == 300 - static_cast<std::int64_t>(i));
    }
  }
}

TEST_CASE_METHOD(LogFixture, "the log can be read by agent, event and time") {
  for (const std::size_t slice : {3u, 1000u}) {
    for (const AuditEntry& entry : read({"two", "", 0, INT64_MAX}, 10, slice)) CHECK(entry.agent_id == "two");
    CHECK(read({"two", "update", 0, INT64_MAX}, 10, slice).size() == 40);
    CHECK(read({"", "update", 0, INT64_MAX}, 10, slice).size() == 200);
    CHECK(read({"", "odd", 0, INT64_MAX}, 10, slice).size() == 50);
    CHECK(read({"", "no_such_event", 0, INT64_MAX}, 10, slice).empty());
    const auto between = read({"", "", 100, 110}, 4, slice);
    REQUIRE(between.size() == 10);
    CHECK(between.front().timestamp_us == 109);
    CHECK(between.back().timestamp_us == 100);
  }
  CHECK(read({"nobody", "", 0, INT64_MAX}, 10, 1000).empty());
}

TEST_CASE_METHOD(LogFixture, "an entry says who, also that of an update") {
  const auto entries = read({"one", "", 1, 5}, 10, 1000);
  REQUIRE(entries.size() == 4);
  for (const AuditEntry& entry : entries) {
    CHECK(entry.session == 3);
    CHECK(entry.client == "client");
    CHECK(entry.pid == 77);
    CHECK_FALSE(entry.detail.empty());
  }
  CHECK(entries.front().entry == "u3");
  CHECK(entries[1].entry == "a1");
}

TEST_CASE_METHOD(StoreFixture, "agents are found by status, health, tag, text, pattern and idleness") {
  core::Changes changes;
  for (int i = 1; i <= 40; ++i) {
    core::AgentProfile profile =
        distinct_profile(i, (i % 2 == 0 ? "test_" : "work_") + std::to_string(100 + i));
    profile.status = static_cast<core::Lifecycle>(i % 4);
    profile.tags = {i % 5 == 0 ? "five" : "other"};
    profile.notes = i % 10 == 0 ? "Needs a Look" : "";
    profile.purpose = "";
    profile.created_us = 1;
    changes.emplace_back(core::AgentSaved{profile});
    core::UpdateRecord record = distinct_record(1);
    record.health = i % 3 == 0 ? core::Health::critical : core::Health::healthy;
    record.timestamp_us = i * 100;
    if (i != 7) changes.emplace_back(row(i, i, record));
  }
  commit(changes);
  const auto ids = [&](const AgentFilter& filter) {
    std::set<std::string> found;
    std::string after;
    for (bool more = true; more;) {
      const auto page = store().list_agents(filter, after, 4, 5);
      REQUIRE(page);
      for (const auto& agent : page->agents) CHECK(found.insert(agent.profile.id).second);
      more = page->more;
      after = page->looked_at;
    }
    return found;
  };
  const auto with = [](auto change) {
    AgentFilter filter;
    filter.any_status = true;
    change(filter);
    return filter;
  };
  CHECK(ids({}).size() == 30);  // all but the deleted
  CHECK(ids(with([](AgentFilter&) {})).size() == 40);
  AgentFilter paused;
  paused.status = core::Lifecycle::paused;
  CHECK(ids(paused).size() == 10);
  CHECK(ids(with([](AgentFilter& f) { f.health = core::Health::critical; })).size() == 13);
  CHECK(ids(with([](AgentFilter& f) { f.health = core::Health::unknown; })) ==
        std::set<std::string>{"work_107"});
  CHECK(ids(with([](AgentFilter& f) { f.tag = "five"; })).size() == 8);
  CHECK(ids(with([](AgentFilter& f) { f.text = "needs a lOOk"; })).size() == 4);
  CHECK(ids(with([](AgentFilter& f) { f.text = "K_13"; })).size() == 5);
  CHECK(ids(with([](AgentFilter& f) { f.pattern = "test_*"; })).size() == 20);
  CHECK(ids(with([](AgentFilter& f) { f.pattern = "test_"; })).empty());
  CHECK(ids(with([](AgentFilter& f) { f.idle_since_us = 1001; })).size() == 10);
}

TEST_CASE_METHOD(StoreFixture, "every field of an alert comes back, newest first, open ones with the seed") {
  for (core::AlertKey key = 1; key <= 9; ++key) {
    core::Alert alert;
    alert.key = key;
    alert.cause = "cause/" + std::to_string(key);
    alert.kind = core::AlertKind::loop;
    alert.severity = core::AlertSeverity::critical;
    alert.agent_id = "x";
    alert.message = "message";
    alert.raised_us = 10 * key;
    alert.resolved_us = key % 3 == 0 ? 5 : 0;
    alert.acknowledged_us = key % 2 == 0 ? 6 : 0;
    alert.acknowledged_by = "me";
    alert.note = "note";
    commit({core::AlertSaved{alert, true}});
  }
  reopen();
  CHECK(store().load_seed()->open_alerts.size() == 6);
  CHECK(store().load_seed()->keys.alert == 9);
  CHECK(store().list_alerts({}, 0, 100)->alerts.size() == 3);
  CHECK(store().list_alerts({true, false}, 0, 100)->alerts.size() == 6);
  CHECK(store().list_alerts({false, true}, 0, 100)->alerts.size() == 5);
  const auto page = store().list_alerts({true, true}, 0, 4);
  REQUIRE(page->alerts.size() == 4);
  CHECK(page->more);
  CHECK(page->alerts.front().key == 9);
  CHECK(store().list_alerts({true, true}, page->alerts.back().key, 9)->alerts.front().key == 5);
  const core::Alert alert = **store().load_alert(6);
  CHECK(alert.cause == "cause/6");
  CHECK(alert.kind == core::AlertKind::loop);
  CHECK(alert.severity == core::AlertSeverity::critical);
  CHECK(alert.agent_id == "x");
  CHECK(alert.message == "message");
  CHECK(alert.raised_us == 60);
  CHECK(alert.resolved_us == 5);
  CHECK(alert.acknowledged_us == 6);
  CHECK(alert.acknowledged_by == "me");
  CHECK(alert.note == "note");
  CHECK_FALSE(*store().load_alert(77));
}

TEST_CASE_METHOD(StoreFixture, "thresholds for all, lifecycle and children come back") {
  core::Thresholds thresholds = core::Thresholds::strict();
  thresholds.risk_approve = 0.1234567890123456789;
  core::AgentProfile child = distinct_profile(2, "child");
  child.parent_id = "x";
  commit({core::ThresholdsSaved{thresholds}, core::AgentSaved{distinct_profile(1, "x")},
          core::AgentSaved{child}, audit_entry(1), core::LifecycleEventAppended{1, 5, "created", "", 1},
          core::LifecycleEventAppended{1, 6, "paused", "lunch", 0}});
  reopen();
  REQUIRE(store().load_seed()->thresholds);
  CHECK(*store().load_seed()->thresholds == thresholds);
  CHECK(*store().load_children("x", 10) == std::vector<std::string>{"child"});
  CHECK(store().load_children("", 10)->empty());
  const auto life = store().load_lifecycle(1, 10);
  REQUIRE(life->size() == 2);
  CHECK(life->at(0).event == "created");
  CHECK(life->at(0).by == "client");
  CHECK(life->at(1).reason == "lunch");
  CHECK(life->at(1).by.empty());
  CHECK(store().load_lifecycle(1, 1)->at(0).event == "paused");
  commit({core::ThresholdsSaved{std::nullopt}});
  CHECK_FALSE(store().load_seed()->thresholds);
}
