#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <bit>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/state.hpp"
#include "daemon/store/open_store.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

namespace governor::daemon::test {

/// A state directory of the test's own with the real store in it.
class StoreFixture {
 public:
  StoreFixture() { reopen(); }

  /// As after a restart of the daemon.
  void reopen() {
    store_.reset();
    auto opened = open_store(directory_.path());
    REQUIRE(opened);
    notices_ = std::move(opened->notices);
    completeness_ = opened->completeness;
    store_ = std::move(opened->store);
  }
  void close() { store_.reset(); }

  [[nodiscard]] SqliteStore& store() { return *store_; }
  [[nodiscard]] const std::string& directory() const { return directory_.path(); }
  [[nodiscard]] std::string database() const { return database_path(directory_.path()); }
  [[nodiscard]] std::string backups() const { return backup_directory(directory_.path()); }
  [[nodiscard]] const std::vector<std::string>& notices() const { return notices_; }
  [[nodiscard]] Completeness completeness() const { return completeness_; }
  [[nodiscard]] std::vector<core::Alert> alerts() { return store_->list_alerts({}, 0, 100)->alerts; }

  void commit(const core::Changes& changes) {
    const auto failure = store_->commit(changes);
    INFO((failure ? failure->message : ""));
    REQUIRE_FALSE(failure);
  }
  /// What another connection sees, i.e. what is durable.
  [[nodiscard]] std::int64_t number(const std::string& query) const {
    SQLite::Database db(database(), SQLite::OPEN_READONLY, 2000);
    return db.execAndGet(query).getInt64();
  }
  void execute(const std::string& statement) {
    SQLite::Database db(database(), SQLite::OPEN_READWRITE, 2000);
    db.exec(statement);
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<SqliteStore> store_;
  std::vector<std::string> notices_;
  Completeness completeness_ = Completeness::unknown;
};

/// A record whose every field has a value of its own.
inline core::UpdateRecord distinct_record(std::uint64_t number) {
  core::UpdateRecord r;
  r.number = number;
  r.timestamp_us = 1'769'860'800'123'456;
  r.E = 0.1;
  r.I = 0.2;
  r.S = 1.3;
  r.V = -0.4;
  r.coherence = 0.5;
  r.risk = 0.6;
  r.phi = -0.7;
  r.lambda1 = 0.08;
  r.integral = -4.9;
  r.time = 1.1;
  r.void_threshold = 0.12;
  r.confidence = 0.13;
  r.complexity = 0.14;
  r.verdict = core::Verdict::high_risk;
  r.action = core::Action::revise;
  r.health = core::Health::critical;
  r.human_reasons = 13;
  r.void_active = true;
  r.lambda1_skipped = true;
  r.warnings = 3;
  r.epoch = 1;
  r.updates = number;
  r.fingerprint = 0xFEDCBA9876543210ull;
  r.actor = 42;
  return r;
}

inline bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

inline void require_same(const core::UpdateRecord& a, const core::UpdateRecord& b) {
  REQUIRE(a.number == b.number);
  REQUIRE(a.timestamp_us == b.timestamp_us);
  const auto figures = [](const core::UpdateRecord& r) {
    return std::vector<double>{r.E,         r.I,       r.S,        r.V,    r.coherence,  r.risk,
                               r.phi,       r.lambda1, r.integral, r.time, r.confidence, r.void_threshold,
                               r.complexity};
  };
  const auto left = figures(a);
  const auto right = figures(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    INFO("figure " << i << " of update " << a.number);
    REQUIRE(same_bits(left[i], right[i]));
  }
  REQUIRE(a.verdict == b.verdict);
  REQUIRE(a.action == b.action);
  REQUIRE(a.health == b.health);
  REQUIRE(a.human_reasons == b.human_reasons);
  REQUIRE(a.void_active == b.void_active);
  REQUIRE(a.lambda1_skipped == b.lambda1_skipped);
  REQUIRE(a.warnings == b.warnings);
  REQUIRE(a.epoch == b.epoch);
  REQUIRE(a.updates == b.updates);
  REQUIRE(a.fingerprint == b.fingerprint);
  REQUIRE(a.actor == b.actor);
}

inline void require_same(const core::AgentProfile& a, const core::AgentProfile& b) {
  REQUIRE(a.key == b.key);
  REQUIRE(a.id == b.id);
  REQUIRE(a.version == b.version);
  REQUIRE(a.owner == b.owner);
  REQUIRE(a.shared == b.shared);
  REQUIRE(a.token_hash == b.token_hash);
  REQUIRE(a.purpose == b.purpose);
  REQUIRE(a.parent_id == b.parent_id);
  REQUIRE(a.tags == b.tags);
  REQUIRE(a.notes == b.notes);
  REQUIRE(a.created_us == b.created_us);
  REQUIRE(a.owner_since_us == b.owner_since_us);
  REQUIRE(a.status == b.status);
  REQUIRE(a.status_reason == b.status_reason);
  REQUIRE(a.status_since_us == b.status_since_us);
  REQUIRE(a.pinned == b.pinned);
  REQUIRE(a.epoch == b.epoch);
  REQUIRE(a.epoch_start == b.epoch_start);
  REQUIRE(a.thresholds.has_value() == b.thresholds.has_value());
  if (a.thresholds) REQUIRE(*a.thresholds == *b.thresholds);
  REQUIRE(a.loop.kind == b.loop.kind);
  REQUIRE(a.loop.since_us == b.loop.since_us);
  REQUIRE(a.loop.fingerprint == b.loop.fingerprint);
  REQUIRE(a.loop.cooldown_us == b.loop.cooldown_us);
  REQUIRE(a.loop.cooldown_until_us == b.loop.cooldown_until_us);
}

inline void require_same(const core::Session& a, const core::Session& b) {
  REQUIRE(a.key == b.key);
  REQUIRE(a.id == b.id);
  REQUIRE(a.process.pid == b.process.pid);
  REQUIRE(a.process.start_time == b.process.start_time);
  REQUIRE(a.process.boot_id == b.process.boot_id);
  REQUIRE(a.resumable == b.resumable);
  REQUIRE(a.revision == b.revision);
  REQUIRE(a.client_name == b.client_name);
  REQUIRE(a.client_version == b.client_version);
  REQUIRE(a.working_directory == b.working_directory);
  REQUIRE(a.tools == b.tools);
  REQUIRE(a.agent_id == b.agent_id);
  REQUIRE(a.created_us == b.created_us);
  REQUIRE(a.introduced == b.introduced);
  REQUIRE(a.subscriptions == b.subscriptions);
}

inline void require_same(const core::Agent& a, const core::Agent& b) {
  require_same(a.profile, b.profile);
  REQUIRE(a.head == b.head);
  REQUIRE(a.total == b.total);
  REQUIRE(a.watch.judge() == b.watch.judge());
  REQUIRE(a.last.has_value() == b.last.has_value());
  if (a.last) require_same(*a.last, *b.last);
  for (double core::GovernanceState::*figure :
       {&core::GovernanceState::E, &core::GovernanceState::I, &core::GovernanceState::S,
        &core::GovernanceState::V, &core::GovernanceState::lambda1, &core::GovernanceState::integral,
        &core::GovernanceState::time}) {
    REQUIRE(same_bits(a.state.*figure, b.state.*figure));
  }
  REQUIRE(a.state.updates == b.state.updates);
  REQUIRE(a.state.previous_parameters == b.state.previous_parameters);
  REQUIRE(a.state.void_window.size() == b.state.void_window.size());
  for (std::size_t i = 0; i < a.state.void_window.size(); ++i) {
    REQUIRE(same_bits(a.state.void_window[i], b.state.void_window[i]));
  }
}

/// The row of an update; `previous` is the row before it of the same agent.
inline core::UpdateAppended row(core::HistoryKey key, core::AgentKey agent, const core::UpdateRecord& record,
                                core::HistoryKey previous = 0, std::vector<double> parameters = {}) {
  return {key, previous, agent, record, std::move(parameters)};
}

inline core::AuditAppended audit_entry(core::AuditKey key, const std::string& event = "e") {
  return {key, 1000 + key, event, 2, 3, "client", 77, "detail of " + std::to_string(key)};
}

/// A profile, session and answer in which no two fields are alike.
inline core::AgentProfile distinct_profile(core::AgentKey key, const std::string& id) {
  core::AgentProfile p;
  p.key = key;
  p.id = id;
  p.version = 7;
  p.owner = 3;
  p.shared = false;
  p.token_hash = "hash";
  p.purpose = "to write \"tests\"\n";
  p.parent_id = "parent";
  p.tags = {"one", "", "two \"quoted\"", "\xE2\x82\xAC"};
  p.notes = "notes";
  p.created_us = 1234567;
  p.owner_since_us = 1234568;
  p.status = core::Lifecycle::paused;
  p.status_reason = "lunch";
  p.status_since_us = 1234569;
  p.pinned = true;
  p.epoch = 1;
  p.epoch_start = 0;
  p.thresholds = core::Thresholds::strict();
  p.thresholds->lambda1_update_interval = 9;
  p.loop = {core::LoopKind::repeated_reject, 11, 0xFFFFFFFFFFFFFFFEull, 12, 13};
  return p;
}

inline core::Session distinct_session(core::SessionKey key, const std::string& id) {
  core::Session s;
  s.key = key;
  s.id = id;
  s.process = {4711, 0xFFFFFFFFFFFFFFFFull, "boot"};
  s.resumable = true;
  s.revision = "2025-11-25";
  s.client_name = "cursor";
  s.client_version = "1.0";
  s.working_directory = "/w";
  s.tools = "core";
  s.agent_id = "x";
  s.created_us = 99;
  s.introduced = 8;
  s.subscriptions = {"governor://agents", "governor://agents/x/history"};
  return s;
}

}  // namespace governor::daemon::test
