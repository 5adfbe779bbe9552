// Tasks in the real store: what is read back is what was in memory.
#include <random>

#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

/// A task in which no two fields are alike.
core::Task distinct_task(core::TaskKey key, const std::string& id) {
  core::Task task;
  task.key = key;
  task.definition = {
      id, "title", "line 1\nline \"2\"", "painter", core::TaskPriority::critical, {"a:1", "b/2"}};
  task.source = "/w/task.md";
  task.created_us = 1234567;
  task.creator = 8;
  return task;
}

core::TaskStanding distinct_standing() {
  core::TaskStanding standing;
  standing.status = core::TaskStatus::blocked;
  standing.progress = 41;
  standing.note = "note";
  standing.updated_us = 1234568;
  standing.claims = 3;
  standing.claim = core::TaskClaim{5, 6, "painter", "cursor", 4711, 12, 13, 14};
  return standing;
}

std::vector<core::Task> stored(SqliteStore& store) {
  auto seed = store.load_seed();
  REQUIRE(seed);
  return seed->tasks;
}

}  // namespace

TEST_CASE_METHOD(StoreFixture, "a task is read back as it was written, before and after it changed") {
  core::Task task = distinct_task(7, "t");
  commit({core::TaskAppended{task}});
  reopen();
  REQUIRE(stored(store()) == std::vector{task});
  CHECK(store().load_seed()->keys.task == 7);

  task.standing = distinct_standing();
  commit({core::TaskChanged{7, task.standing}});
  reopen();
  REQUIRE(stored(store()) == std::vector{task});
  task.standing.claim.reset();
  task.definition.depends_on.clear();  // of the other one
  commit({core::TaskChanged{7, task.standing}});
  core::Task other = distinct_task(9, "u");
  other.definition.depends_on.clear();
  commit({core::TaskAppended{other}});
  reopen();
  task.definition.depends_on = {"a:1", "b/2"};
  CHECK(stored(store()) == std::vector{task, other});
}

TEST_CASE_METHOD(StoreFixture, "the database itself refuses a second task with the same id") {
  commit({core::TaskAppended{distinct_task(1, "t")}});
  CHECK(store().commit(core::Changes{core::TaskAppended{distinct_task(2, "t")}}));
  CHECK(number("SELECT count(*) FROM task") == 1);
}

TEST_CASE_METHOD(StoreFixture,
                 "the history of a task is its own, oldest first, and says when there is more") {
  commit({audit_entry(1)});
  core::Changes changes;
  for (int i = 0; i < 5; ++i) {
    changes.emplace_back(core::TaskEventAppended{3, 100 + i, "event-" + std::to_string(i),
                                                 core::TaskStatus::failed, i, "painter", "note", 1});
    changes.emplace_back(core::TaskEventAppended{4, 1, "another's", core::TaskStatus::done, 0, "", "", 0});
  }
  commit(changes);
  const auto all = store().load_task_history(3, 5);
  REQUIRE(all);
  CHECK_FALSE(all->more);
  REQUIRE(all->events.size() == 5);
  const TaskEvent& first = all->events[0];
  CHECK(first.timestamp_us == 100);
  CHECK(first.event == "event-0");
  CHECK(first.status == core::TaskStatus::failed);
  CHECK(first.agent_id == "painter");
  CHECK(first.note == "note");
  CHECK(first.client == "client");
  CHECK(first.pid == 77);
  const auto newest = store().load_task_history(3, 2);
  REQUIRE(newest);
  CHECK(newest->more);
  REQUIRE(newest->events.size() == 2);
  CHECK(newest->events[0].event == "event-3");
  CHECK(newest->events[1].event == "event-4");
  CHECK(store().load_task_history(4, 10)->events[0].client.empty());
  CHECK(store().load_task_history(5, 10)->events.empty());
}

TEST_CASE_METHOD(StoreFixture, "values that this program does not know are read as harmless ones") {
  commit({core::TaskAppended{distinct_task(1, "t")}, core::TaskChanged{1, distinct_standing()}});
  close();
  execute("UPDATE task SET priority = 77, depends_on = '  x  '");
  execute("UPDATE task_standing SET status = -3");
  reopen();
  const auto tasks = stored(store());
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].definition.priority == core::TaskPriority::medium);
  CHECK(tasks[0].definition.depends_on == std::vector<std::string>{"x"});
  CHECK(tasks[0].standing.status == core::TaskStatus::pending);
}

TEST_CASE_METHOD(StoreFixture,
                 "tasks reloaded from the store are those in memory, whatever happened to them") {
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    StoreFixture fresh;
    std::mt19937 random(seed);
    core::State state(core::Thresholds{}, core::StateSeed{});
    core::Changes changes;
    std::vector<core::SessionKey> sessions;
    std::int64_t now = 1'700'000'000'000'000;
    const auto any = [&] { return "t" + std::to_string(random() % 30); };
    for (int step = 0; step < 500; ++step) {
      now += static_cast<std::int64_t>(random() % 100'000);
      if (sessions.size() < 3) {
        bool resumed = false;
        core::Session session = distinct_session(0, std::to_string(seed) + "-" + std::to_string(step));
        sessions.push_back(state.open_session(std::move(session), resumed, changes).key);
      }
      const core::Caller caller{sessions[random() % sessions.size()], 0};
      switch (random() % 20) {
        case 0:
          state.end_session(caller.session, now, changes);
          std::erase(sessions, caller.session);
          break;
        case 1:
        case 2:
        case 3:
        case 4: {
          core::TaskDefinition definition;
          definition.id = any();
          definition.title = "title";
          for (unsigned n = random() % 3; n > 0; --n) definition.depends_on.push_back(any());
          definition.priority = core::kTaskPriorities[random() % 4];
          (void)state.define_task(caller, definition, {}, now, changes);
          break;
        }
        case 5:
        case 6:
        case 7:
        case 8:
        case 9:
          (void)state.claim_task(caller, {random() % 2 == 0 ? "" : any(), "", 700'000}, now, changes);
          break;
        case 10: state.expire_claims(now, changes); break;
        default: {
          core::TaskUpdate update;
          update.task_id = any();
          if (random() % 2 == 0) update.status = core::kTaskStatuses[random() % 6];
          if (random() % 2 == 0) update.progress = static_cast<int>(random() % 101);
          if (random() % 4 == 0) update.note = "note " + std::to_string(step);
          (void)state.update_task(caller, update, now, changes);
        }
      }
      if (random() % 5 == 0) {
        fresh.commit(changes);
        changes.clear();
      }
    }
    fresh.commit(changes);
    fresh.reopen();
    std::vector<core::Task> in_memory;
    state.tasks().visit_after(0, [&](const core::Task& task) {
      in_memory.push_back(task);
      return true;
    });
    REQUIRE(in_memory.size() > 20);
    CHECK(stored(fresh.store()) == in_memory);
    const core::State reloaded(core::Thresholds{}, *fresh.store().load_seed());
    CHECK(reloaded.next_claim_expiry() == state.next_claim_expiry());
    CHECK(reloaded.tasks().ready_count() == state.tasks().ready_count());
  }
}
