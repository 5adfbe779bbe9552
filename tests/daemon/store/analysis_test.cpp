// What statistics are made of, as the store gives it.
#include <cmath>
#include <limits>
#include <map>

#include "core/analysis/anomaly.hpp"
#include "core/analysis/trend.hpp"
#include "tests/daemon/store/living_store.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

core::UpdateInput with_confidence(double confidence) {
  core::UpdateInput input;
  input.confidence = confidence;
  return input;
}

core::UpdateInput with_drift(double drift) {
  core::UpdateInput input;
  input.ethical_drift = {drift, drift, drift};
  return input;
}

/// A history of one agent that was imported: figures may be unknown, keys and numbers count from 1.
void import_rows(StoreFixture& store, core::AgentKey agent, const std::string& id,
                 const std::vector<core::UpdateRecord>& rows) {
  core::AgentProfile profile;
  profile.key = agent;
  profile.id = id;
  core::Changes changes{core::AgentSaved{profile}};
  core::HistoryKey previous = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    core::UpdateRecord row = rows[i];
    row.number = row.updates = i + 1;
    const core::HistoryKey key = agent * 1'000'000 + static_cast<core::HistoryKey>(i);
    changes.emplace_back(core::UpdateAppended{key, previous, agent, row, {}});
    previous = key;
  }
  store.commit(changes);
}

std::vector<FleetAgent> whole_fleet(SqliteStore& store, const FleetFilter& filter, std::size_t slice) {
  std::vector<FleetAgent> all;
  core::AgentKey after = 0;
  for (bool more = true; more;) {
    auto page = store.load_fleet(filter, after, slice);
    REQUIRE(page);
    REQUIRE((page->looked_at > after || !page->more));
    after = page->looked_at;
    more = page->more;
    for (FleetAgent& agent : page->agents) all.push_back(std::move(agent));
  }
  return all;
}

CalibrationScan whole_calibration(SqliteStore& store, std::size_t slice) {
  CalibrationScan scan;
  while (scan.more) REQUIRE_FALSE(store.add_calibration(scan, slice));
  return scan;
}

/// Tells the store, for governor itself, how update `number` of an agent turned out.
void tell(LivingStore& store, const std::string& id, std::uint64_t number, bool correct) {
  auto stored = store.store().load_prediction(id, number);
  REQUIRE(stored);
  REQUIRE(*stored);
  core::TruthCommand command;
  command.agent_id = id;
  command.prediction = (*stored)->prediction;
  command.known = (*stored)->truth;
  command.correct = correct;
  command.source = core::TruthSource::test;
  REQUIRE(store.state.record_outcome({}, std::move(command), ++store.now, store.changes));
  store.save();
}

}  // namespace

TEST_CASE_METHOD(LivingStore, "the newest updates of an agent are those of its present epoch") {
  CHECK_FALSE(*store().load_recent("x", 10));
  update_times("x", 7);
  update_times("y", 3);
  auto recent = store().load_recent("x", 5);
  REQUIRE((recent && *recent));
  REQUIRE((*recent)->rows.size() == 5);
  CHECK((*recent)->rows.front().number == 7);
  CHECK((*recent)->rows.back().number == 3);
  CHECK((*recent)->profile.id == "x");
  reset("x");
  CHECK((*store().load_recent("x", 5))->rows.empty());
  update_times("x", 2);
  recent = store().load_recent("x", 5);
  REQUIRE((*recent)->rows.size() == 2);
  CHECK((*recent)->rows.back().number == 8);
  CHECK((*recent)->rows.back().updates == 1);
}

TEST_CASE_METHOD(LivingStore, "a fleet is read in slices of any size, each agent once, in order") {
  for (int i = 0; i < 10; ++i) update_times("agent-" + std::to_string(9 - i), i);
  update_times("agent-9", 1);
  reset("agent-0");
  const auto expected = whole_fleet(store(), {}, 100);
  REQUIRE(expected.size() == 10);
  for (const std::size_t slice : {1, 2, 3, 9, 10, 11}) {
    const auto seen = whole_fleet(store(), {}, slice);
    REQUIRE(seen.size() == expected.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      CHECK(seen[i].id == expected[i].id);
      CHECK(seen[i].recent.size() == expected[i].recent.size());
    }
  }
  std::map<std::string, std::size_t> rows;
  for (const FleetAgent& agent : expected) rows[agent.id] = agent.recent.size();
  CHECK(rows.at("agent-9") == 1);
  CHECK(rows.at("agent-5") == 4);
  CHECK(rows.at("agent-0") == 0);  // nothing since its reset
}

TEST_CASE_METHOD(LivingStore, "a fleet can be limited to a status or a tag, and hides the deleted") {
  for (const char* id : {"a", "b", "c", "d"}) update(id);
  set_tags("a", {"review", "x"});
  set_tags("b", {"reviewer"});
  change_status("b", core::Lifecycle::paused);
  change_status("c", core::Lifecycle::archived);
  change_status("d", core::Lifecycle::deleted);
  const auto ids = [&](const FleetFilter& filter) {
    std::string text;
    for (const FleetAgent& agent : whole_fleet(store(), filter, 1)) text += agent.id;
    return text;
  };
  CHECK(ids({}) == "abc");
  CHECK(ids({core::Lifecycle::active, ""}) == "a");
  CHECK(ids({core::Lifecycle::paused, ""}) == "b");
  CHECK(ids({core::Lifecycle::deleted, ""}) == "d");
  CHECK(ids({std::nullopt, "review"}) == "a");
  CHECK(ids({core::Lifecycle::paused, "review"}).empty());
}

TEST_CASE_METHOD(LivingStore, "a fleet tells enough of each agent for its trend and anomalies, gaps or not") {
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  for (int round = 1; round <= 60; ++round) {
    std::vector<core::UpdateRecord> rows(random() % 60);
    for (core::UpdateRecord& row : rows) {
      row.risk = random() % 3 == 0 ? kUnknown : unit(random);
      row.coherence = random() % 3 == 0 ? kUnknown : unit(random);
      row.health = static_cast<core::Health>(random() % 4);
      row.action = static_cast<core::Action>(random() % 4);
    }
    import_rows(*this, round, "imported-" + std::to_string(round), rows);
  }
  int degrading = 0;
  int anomalies = 0;
  for (const FleetAgent& agent : whole_fleet(store(), {}, 7)) {
    INFO(agent.id);
    const auto recent = store().load_recent(agent.id, kStatisticsRows);
    REQUIRE((recent && *recent));
    const auto& rows = (*recent)->rows;
    CHECK(core::trends_of(agent.recent).course() == core::trends_of(rows).course());
    const auto seen = core::anomalies_of(agent.recent);
    const auto all = core::anomalies_of(rows);
    REQUIRE(seen.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(seen[i].change() == all[i].change());
    REQUIRE(agent.recent.empty() == rows.empty());
    if (!rows.empty()) {
      CHECK(agent.recent.front().health == rows.front().health);
      CHECK(agent.recent.front().action == rows.front().action);
    }
    degrading += core::trends_of(rows).course() == core::Course::degrading ? 1 : 0;
    anomalies += static_cast<int>(all.size());
  }
  CHECK(degrading > 0);
  CHECK(anomalies > 0);
}

TEST_CASE_METHOD(LivingStore, "a window holds the newest updates of one agent or of all") {
  update_times("x", 4);
  update_times("y", 2);
  reset("x");
  update("x");
  const auto one = store().load_window("x", 3);
  REQUIRE((one && *one));
  REQUIRE((*one)->size() == 3);  // a reset does not hide how confident the agent was
  CHECK((*one)->front().record.number == 5);
  CHECK((*one)->back().record.number == 3);
  const auto all = store().load_window("", 3);
  REQUIRE((all && *all));
  REQUIRE((*all)->size() == 3);
  CHECK((**all)[0].record.number == 5);  // of x
  CHECK((**all)[1].record.number == 2);  // of y
  CHECK((*store().load_window("", 1000))->size() == 7);
  CHECK_FALSE(*store().load_window("nobody", 3));
}

TEST_CASE_METHOD(LivingStore, "a window tells every how many updates the controller of each agent runs") {
  update("x");
  update("y");
  core::ThresholdsCommand command;
  command.agent_id = "y";
  command.values = {{core::find_threshold("lambda1_update_interval"), 3.0}};
  REQUIRE(state.set_thresholds({session, 0}, command, ++now, changes));
  save();
  for (const char* id : {"", "y"}) {
    const auto window = store().load_window(id, 10);
    REQUIRE((window && *window));
    CHECK((*window)->front().own_interval == 3u);
  }
  CHECK_FALSE((*store().load_window("", 10))->back().own_interval);
  CHECK_FALSE((*store().load_window("x", 10))->front().own_interval);
}

TEST_CASE_METHOD(LivingStore, "a prediction is found by its agent and number, however long the history") {
  for (int i = 0; i < 150; ++i) update(i % 3 == 0 ? "y" : "x", with_confidence(i / 200.0));
  for (const std::uint64_t number : {1u, 63u, 64u, 65u, 99u, 100u}) {
    const auto found = store().load_prediction("x", number);
    REQUIRE((found && *found));
    CHECK((*found)->prediction.number == number);
    CHECK_FALSE((*found)->truth);
    const auto row = store().load_update((*found)->prediction.history);
    REQUIRE((row && *row));
    CHECK((*row)->outcome.agent_id == "x");
    CHECK((*row)->outcome.record.number == number);
    CHECK((*row)->outcome.record.confidence == (*found)->prediction.confidence);
  }
  for (const std::uint64_t number : {0u, 101u}) CHECK_FALSE(*store().load_prediction("x", number));
  CHECK_FALSE(*store().load_prediction("nobody", 1));
  reset("x");
  CHECK(*store().load_prediction("x", 1));  // the old history stays
}

TEST_CASE_METHOD(LivingStore, "an outcome is read back as it was told, also after a restart") {
  update_times("x", 2);
  tell(*this, "x", 2, true);
  tell(*this, "x", 2, false);
  reopen();
  const auto found = store().load_prediction("x", 2);
  REQUIRE((found && *found && (*found)->truth));
  CHECK_FALSE((*found)->truth->correct);
  CHECK((*found)->truth->timestamp_us == now);
  CHECK(number("SELECT count(*) FROM outcome") == 1);
  CHECK_FALSE((*store().load_prediction("x", 1))->truth);
}

TEST_CASE_METHOD(LivingStore, "calibration counts predictions with an outcome, and those that wait") {
  for (const double confidence : {0.95, 0.95, 0.6, 0.3}) update("x", with_confidence(confidence));
  update_times("y", 2, with_confidence(0.75));
  update("z");
  update("gone");
  tell(*this, "x", 1, true);
  tell(*this, "x", 2, false);
  tell(*this, "x", 3, true);
  tell(*this, "y", 2, true);
  tell(*this, "gone", 1, true);
  change_status("gone", core::Lifecycle::deleted);
  CalibrationScan x;
  REQUIRE(*store().load_calibration("x", x));
  CHECK(x.predictions == 4);
  CHECK(x.calibration.count() == 3);
  CHECK(x.calibration.bins[4].count == 2);
  CHECK(x.calibration.bins[4].correct == 1);
  CHECK(x.calibration.bins[1].count == 1);
  CHECK(x.calibration.bins[0].count == 0);
  for (const std::size_t slice : {1, 2, 100}) {
    const CalibrationScan all = whole_calibration(store(), slice);
    CHECK(all.predictions == 7);
    CHECK(all.calibration.count() == 4);
    CHECK(all.calibration.bins[2].count == 1);
  }
  CalibrationScan nobody;
  CHECK_FALSE(*store().load_calibration("nobody", nobody));
}

TEST_CASE_METHOD(LivingStore, "an update without confidence predicts nothing and is never counted") {
  std::vector<core::UpdateRecord> rows(5);
  for (core::UpdateRecord& row : rows) row.confidence = 0.9;
  rows[1].confidence = rows[3].confidence = kUnknown;
  import_rows(*this, 1, "old", rows);
  state.insert_loaded(**store().load_agent("old"));
  tell(*this, "old", 2, true);
  tell(*this, "old", 3, true);
  CalibrationScan scan;
  REQUIRE(*store().load_calibration("old", scan));
  CHECK(scan.predictions == 3);
  CHECK(scan.calibration.count() == 1);
  CHECK(std::isnan((*store().load_prediction("old", 2))->truth->prediction.confidence));
}

TEST_CASE_METHOD(LivingStore, "what was said of failure is compared with what came of it") {
  state.insert_absent("seen");
  for (int turn = 0; turn < 3; ++turn) {
    core::EvidenceCommand command;
    command.agent_id = "seen";
    command.items = {{core::TurnBegan{}}, {core::ProseSaid{500}}, {core::TurnEnded{}}};
    REQUIRE(state.record_evidence({session, 0}, std::move(command), now += 1'000'000, changes));
  }
  save();
  update("x");
  tell(*this, "seen", 1, true);
  tell(*this, "seen", 2, false);
  tell(*this, "x", 1, true);  // made from no evidence
  CalibrationScan scan;
  REQUIRE(*store().load_calibration("seen", scan));
  CHECK(scan.failures.count() == 2);
  CHECK(scan.calibration.count() == 0);  // nobody told a confidence
  std::uint64_t failed = 0;
  for (const auto& bin : scan.failures.bins()) failed += bin.failed;
  CHECK(failed == 1);
  CHECK(whole_calibration(store(), 1).failures.count() == 2);
  CalibrationScan none;
  REQUIRE(*store().load_calibration("x", none));
  CHECK(none.failures.count() == 0);
}

TEST_CASE_METHOD(LivingStore, "of a long history only the newest thousand predictions count") {
  std::vector<core::UpdateRecord> rows(1010);
  for (core::UpdateRecord& row : rows) row.confidence = 0.9;
  rows[4].confidence = kUnknown;
  rows[500].confidence = kUnknown;
  import_rows(*this, 1, "old", rows);
  state.insert_loaded(**store().load_agent("old"));
  tell(*this, "old", 10, true);  // one too old
  tell(*this, "old", 11, true);
  tell(*this, "old", 1010, true);
  CalibrationScan scan;
  REQUIRE(*store().load_calibration("old", scan));
  CHECK(scan.predictions == 999);
  CHECK(scan.calibration.count() == 2);
}

TEST_CASE_METHOD(LivingStore, "what the head index has not written yet counts all the same") {
  update_times("x", 3, with_drift(0.5));
  CHECK(number("SELECT count(*) FROM agent_head") == 0);  // it lags
  CHECK(whole_fleet(store(), {}, 10).at(0).recent.size() == 3);
  reopen();
  CHECK(number("SELECT count(*) FROM agent_head") == 1);
  CHECK(whole_fleet(store(), {}, 10).at(0).recent.size() == 3);
  CHECK(whole_calibration(store(), 10).predictions == 3);
}
