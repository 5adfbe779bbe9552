#include "daemon/store/head_index.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include "daemon/store/schema.hpp"
#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

core::UpdateRecord numbered(std::uint64_t number) {
  core::UpdateRecord record = distinct_record(number);
  record.timestamp_us = static_cast<std::int64_t>(number);
  return record;
}

/// Commits updates of many agents in turn; each agent's rows are chained as the state does it.
struct Writer {
  explicit Writer(StoreFixture& fixture) : f(fixture) {}

  void commit(std::size_t updates, std::size_t agents) {
    core::Changes changes;
    for (std::size_t i = 0; i < updates; ++i) {
      const auto agent = static_cast<core::AgentKey>(1 + next_agent++ % agents);
      auto& [head, number] = heads[agent];
      if (number == 0)
        changes.emplace_back(core::AgentSaved{distinct_profile(agent, "a" + std::to_string(agent))});
      changes.emplace_back(row(++key, agent, numbered(++number), head));
      head = key;
    }
    f.commit(changes);
  }

  void check_all() {
    for (const auto& [agent, head] : heads) {
      const auto loaded = f.store().load_agent("a" + std::to_string(agent));
      REQUIRE(loaded);
      REQUIRE(*loaded);
      REQUIRE((*loaded)->head == head.first);
      REQUIRE((*loaded)->total == head.second);
      REQUIRE((*loaded)->last->number == head.second);
    }
  }

  StoreFixture& f;
  std::size_t next_agent = 0;
  core::HistoryKey key = 0;
  std::map<core::AgentKey, std::pair<core::HistoryKey, std::uint64_t>> heads;
};

}  // namespace

TEST_CASE_METHOD(StoreFixture,
                 "heads are found before they are written, after, and after an orderly restart") {
  Writer writer(*this);
  writer.commit(100, 7);
  writer.check_all();
  CHECK(number("SELECT count(*) FROM agent_head") == 0);  // nothing was written an update
  reopen();
  CHECK(number("SELECT count(*) FROM agent_head") == 7);
  writer.check_all();
  writer.commit(50, 7);
  writer.check_all();
}

TEST_CASE_METHOD(StoreFixture, "after a crash the heads are read from the history") {
  Writer writer(*this);
  writer.commit(100, 7);
  reopen();
  writer.commit(30, 9);
  // A second store on the same file sees what a start after kill -9 would see.
  auto crashed = open_store(directory());
  REQUIRE(crashed);
  for (const auto& [agent, head] : writer.heads) {
    const auto loaded = crashed->store->load_agent("a" + std::to_string(agent));
    REQUIRE((*loaded)->head == head.first);
    REQUIRE((*loaded)->total == head.second);
  }
}

TEST_CASE_METHOD(StoreFixture,
                 "heads that lag far behind are written in slices, so that a start reads little") {
  constexpr std::size_t kAgents = 3 * HeadIndex::kSlice;
  Writer writer(*this);
  for (int i = 0; i < 16; ++i) writer.commit(HeadIndex::kRowsBetweenWrites / 16, kAgents);
  CHECK(number("SELECT count(*) FROM agent_head") == 0);
  std::int64_t written = 0;
  for (int i = 0; i < 3; ++i) {
    writer.commit(10, kAgents);
    const std::int64_t now = number("SELECT count(*) FROM agent_head");
    CHECK(now - written == static_cast<std::int64_t>(HeadIndex::kSlice));
    written = now;
  }
  CHECK(number("SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'heads'") ==
        static_cast<std::int64_t>(HeadIndex::kRowsBetweenWrites));
  writer.commit(10, kAgents);
  writer.check_all();
  auto crashed = open_store(directory());
  REQUIRE(crashed);
  for (const auto& [agent, head] : writer.heads)
    REQUIRE((*crashed->store->load_agent("a" + std::to_string(agent)))->head == head.first);
}

TEST_CASE_METHOD(StoreFixture, "a commit that failed leaves the heads as they were") {
  Writer writer(*this);
  writer.commit(20, 3);
  core::Changes changes;
  changes.emplace_back(row(21, 1, numbered(100), writer.heads[1].first));
  changes.emplace_back(row(5, 1, numbered(101), 21));  // a key that is taken
  CHECK(store().commit(changes));
  writer.check_all();
  reopen();
  writer.check_all();
}
