// A commit that fails at any of its statements, and at any call of the system that it makes.
#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <string>
#include <tuple>

#include "daemon/store/head_index.hpp"
#include "tests/daemon/store/every_change.hpp"
#include "tests/daemon/store/faulty_disk.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

using Moment = FaultyDisk::Moment;
using Lasting = FaultyDisk::Lasting;

/// More than any commit of these tests makes.
constexpr std::size_t kEndless = 100'000;

sqlite3* newest_connection = nullptr;

int note_connection(sqlite3* connection, char**, const sqlite3_api_routines*) {
  newest_connection = connection;
  return SQLITE_OK;
}

/// Knows the connection of the store that was opened last.
struct NotedConnections {
  NotedConnections() { ::sqlite3_auto_extension(reinterpret_cast<void (*)()>(note_connection)); }
  ~NotedConnections() { ::sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(note_connection)); }
};

/// Interrupts what the connection does at the given look of SQLite at whether it is to go on: there is at
/// least one in every statement.
class Interruption {
 public:
  Interruption(sqlite3* connection, std::size_t look) : connection_(connection), looks_left_(look) {
    ::sqlite3_progress_handler(connection_, 1, &Interruption::look_up, this);
  }
  ~Interruption() { ::sqlite3_progress_handler(connection_, 0, nullptr, nullptr); }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  [[nodiscard]] bool has_happened() const { return happened_; }

 private:
  static int look_up(void* self) {
    auto& interruption = *static_cast<Interruption*>(self);
    if (interruption.happened_ || interruption.looks_left_-- > 0) return 0;
    interruption.happened_ = true;
    return 1;
  }
  sqlite3* connection_;
  std::size_t looks_left_;
  bool happened_ = false;
};

class FaultFixture : NotedConnections, protected FaultyDisk, protected StoreFixture {
 public:
  FaultFixture() { commit(every_change(++stored_)); }

 protected:
  [[nodiscard]] sqlite3* connection() const { return newest_connection; }

  /// The last one is there, whole, and nothing else.
  void check_stored() {
    const auto seed = store().load_seed();
    INFO((seed ? "" : seed.error().message));
    REQUIRE(seed);
    REQUIRE(seed->keys.history == stored_);
    REQUIRE(seed->keys.audit == stored_);
    REQUIRE(seed->keys.lease == stored_);
    REQUIRE(seed->keys.task == stored_);
    REQUIRE(seed->keys.deployment == stored_);
    REQUIRE(seed->keys.approval == stored_);
    REQUIRE(seed->approvals.size() == 1);
    REQUIRE(seed->agents == static_cast<std::uint64_t>(stored_));
    REQUIRE(seed->sessions.size() == 1);
    REQUIRE(seed->sessions[0].key == stored_);
    REQUIRE(seed->sessions[0].answers.size() == 2);
    const auto agent = store().load_agent("n" + std::to_string(stored_));
    REQUIRE(agent);
    REQUIRE(*agent);
    REQUIRE((*agent)->head == stored_);
  }
  void check_chains() {
    ChainCheck check;
    while (!check.done()) REQUIRE_FALSE(store().check_chains(check, 1000));
    REQUIRE(check.problem_count == 0);
    REQUIRE(check.history.rows == static_cast<std::uint64_t>(stored_));
  }
  /// After a commit of `stored_ + 1` that was to fail: it is there in whole if it was confirmed, and else
  /// not, and nothing of the failure is left.
  void check_went_well_or_not_at_all(bool confirmed) {
    if (confirmed) ++stored_;
    check_stored();
    commit(every_change(++stored_));
    check_stored();
  }

  std::int64_t stored_ = 0;
};

}  // namespace

TEST_CASE_METHOD(FaultFixture, "a commit can fail at any of its statements, and the next one succeeds") {
  std::size_t failures = 0;
  for (std::size_t look = 0; look < kEndless; look += look < 60 ? 1 : 3) {
    INFO("look " << look);
    bool confirmed = false;
    bool happened = false;
    {
      const Interruption interruption(connection(), look);
      confirmed = !store().commit(every_change(stored_ + 1));
      happened = interruption.has_happened();
    }
    if (happened) CHECK_FALSE(confirmed);
    failures += confirmed ? 0 : 1;
    // SQLite looks once more when it has ended the transaction: nobody knows then whether it took effect.
    const bool took_effect = store().load_seed()->keys.history == stored_ + 1;
    check_went_well_or_not_at_all(took_effect);
    if (!happened) break;
  }
  CHECK(failures > every_change(1).size());
  check_chains();
}

TEST_CASE_METHOD(StoreFixture,
                 "a commit can fail while it writes heads that lag behind, and the next one succeeds") {
  NotedConnections noted;
  reopen();
  constexpr std::size_t kAgents = HeadIndex::kSlice + 1;
  std::map<core::AgentKey, std::pair<core::HistoryKey, std::uint64_t>> heads;
  core::HistoryKey key = 0;
  const auto updates = [&](std::size_t count) {
    core::Changes changes;
    for (std::size_t i = 0; i < count; ++i) {
      const auto agent = static_cast<core::AgentKey>(1 + static_cast<std::size_t>(key) % kAgents);
      auto& [head, number] = heads[agent];
      if (number == 0)
        changes.emplace_back(core::AgentSaved{distinct_profile(agent, "a" + std::to_string(agent))});
      changes.emplace_back(row(++key, agent, distinct_record(++number), head));
      head = key;
    }
    return changes;
  };
  for (std::size_t i = 0; i < 16; ++i) commit(updates(HeadIndex::kRowsBetweenWrites / 16));
  // Two slices: the second one notes as well that the round is done.
  for (int slice = 0; slice < 2; ++slice) {
    const core::Changes next = updates(1);
    for (std::size_t look = 0; look < kEndless; look += look < 30 ? 1 : 61) {
      INFO("slice " << slice << ", look " << look);
      const Interruption interruption(newest_connection, look);
      const auto failure = store().commit(next);
      if (!failure) break;
      REQUIRE(failure->message.find("interrupted") != std::string::npos);
    }
    REQUIRE(store().load_seed()->keys.history == key);
  }
  CHECK(number("SELECT count(*) FROM agent_head") == static_cast<std::int64_t>(kAgents));
  for (const auto& [agent, head] : heads) {
    const auto loaded = store().load_agent("a" + std::to_string(agent));
    REQUIRE(loaded);
    REQUIRE((*loaded)->head == head.first);
  }
}

TEST_CASE_METHOD(FaultFixture, "a commit can fail at any call of the system, and the next one succeeds") {
  // Cold: nothing is in memory, so the commit has to read as well.
  const auto [moment, cold, checkpoints] =
      GENERATE(values<std::tuple<Moment, bool, bool>>({{Moment::before, false, false},
                                                       {Moment::before, true, true},
                                                       {Moment::halfway, true, false},
                                                       {Moment::halfway, false, true},
                                                       {Moment::after, false, true},
                                                       {Moment::after, true, false}}));
  std::size_t failures = 0;
  for (std::size_t call = 0; call < kEndless; ++call) {
    if (cold) reopen();
    if (checkpoints) store().checkpoint_at(1);
    fail(call, moment, Lasting::once);
    const auto failure = store().commit(every_change(stored_ + 1));
    heal();
    INFO("call " << call << ", " << failed_call() << ": " << (failure ? failure->message : "confirmed"));
    failures += failure ? 1 : 0;
    check_went_well_or_not_at_all(!failure);
    if (!has_failed()) break;
  }
  CHECK(failures > 3);
  check_chains();
}

TEST_CASE_METHOD(
    FaultFixture,
    "a disk that fails from some call on refuses until it is well, and loses nothing when killed then") {
  std::size_t failures = 0;
  for (std::size_t call = 0; call < kEndless; ++call) {
    fail(call, Moment::before, Lasting::until_healed);
    std::int64_t confirmed = stored_;
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (!store().commit(every_change(confirmed + 1))) {
        ++confirmed;
      } else {
        ++failures;
      }
    }
    heal();
    INFO("call " << call << ", " << failed_call());
    // What a start after kill -9 would find.
    TemporaryDirectory killed;
    for (const char* suffix : {"", "-wal"})
      std::filesystem::copy_file(database() + suffix, database_path(killed.path()) + suffix);
    {
      SQLite::Database found(database_path(killed.path()), SQLite::OPEN_READWRITE);
      REQUIRE(found.execAndGet("SELECT max(key) FROM history").getInt64() >= confirmed);
      REQUIRE(found.execAndGet("SELECT max(key) FROM history").getInt64() ==
              found.execAndGet("SELECT max(key) FROM task").getInt64());
    }
    stored_ = confirmed;
    check_went_well_or_not_at_all(false);
    if (!has_failed()) break;
  }
  CHECK(failures > 9);
  check_chains();
}
