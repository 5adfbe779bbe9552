// The table's lookups against the plain definition of what they mean, over random operations.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <random>

#include "tests/core/task_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::task_named;
using governor::core::test::TaskFixture;

namespace {

bool plainly_ready(const TaskTable& tasks, const Task& task) {
  const auto is_done = [&](const std::string& id) {
    const Task* dependency = tasks.find(id);
    return dependency != nullptr && dependency->standing.status == TaskStatus::done;
  };
  return task.standing.status == TaskStatus::pending && !task.standing.claim &&
         std::all_of(task.definition.depends_on.begin(), task.definition.depends_on.end(), is_done);
}

void check_against_plain(const TaskTable& tasks) {
  std::size_t ready = 0;
  std::array<std::size_t, kTaskStatuses.size()> counts{};
  std::int64_t expiry = INT64_MAX;
  const Task* best = nullptr;
  tasks.visit_after(0, [&](const Task& task) {
    ++counts[static_cast<std::size_t>(task.standing.status)];
    const bool is_ready = plainly_ready(tasks, task);
    CHECK(tasks.is_ready(task) == is_ready);
    CHECK(task.standing.claim.has_value() <= !is_over(task.standing.status));
    CHECK((task.standing.status == TaskStatus::in_progress) <= task.standing.claim.has_value());
    if (is_ready) {
      ++ready;
      if (best == nullptr || task.definition.priority > best->definition.priority) best = &task;
    }
    if (task.standing.claim) expiry = std::min(expiry, task.standing.claim->expires_us);
    return true;
  });
  CHECK(tasks.next_ready("") == best);
  CHECK(tasks.ready_count() == ready);
  CHECK(tasks.next_expiry() == expiry);
  for (const TaskStatus status : kTaskStatuses) {
    CHECK(tasks.count(status) == counts[static_cast<std::size_t>(status)]);
  }
}

/// Whether some task reaches itself over dependencies.
bool has_cycle(const TaskTable& tasks) {
  std::map<std::string, int> depth;  // of the longest chain below; -1 while it is looked at
  std::function<bool(const std::string&)> closes = [&](const std::string& id) {
    const auto [it, fresh] = depth.emplace(id, -1);
    if (!fresh) return it->second == -1;
    if (const Task* task = tasks.find(id)) {
      for (const std::string& dependency : task->definition.depends_on) {
        if (closes(dependency)) return true;
      }
    }
    depth[id] = 1;
    return false;
  };
  bool found = false;
  tasks.visit_after(0, [&](const Task& task) { return !(found = closes(task.definition.id)); });
  return found;
}

}  // namespace

TEST_CASE("whatever happens to tasks, ready ones, counts and claims are what their definition says") {
  int refused_cycles = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    TaskFixture f;
    const auto any = [&] { return "t" + std::to_string(random() % 40); };
    for (int step = 0; step < 400; ++step) {
      const SessionKey session = random() % 2 == 0 ? f.alice : f.bob;
      switch (random() % 6) {
        case 0:
        case 1: {
          TaskDefinition definition = task_named(any());
          for (unsigned n = random() % 3; n > 0; --n) definition.depends_on.push_back(any());
          definition.priority = kTaskPriorities[random() % 4];
          const auto defined = f.define(definition);
          if (!defined && defined.error().code == ErrorCode::conflict) ++refused_cycles;
          break;
        }
        case 2: f.next(session); break;
        case 3: (void)f.claim(session, any()); break;
        case 4: (void)f.update(session, any(), kTaskStatuses[random() % 6]); break;
        case 5:
          f.now += static_cast<std::int64_t>(random() % 300'000);
          f.state.expire_claims(f.now, f.changes);
          break;
      }
      if (step % 20 == 0) check_against_plain(f.state.tasks());
    }
    CHECK_FALSE(has_cycle(f.state.tasks()));
  }
  CHECK(refused_cycles > 20);  // else nothing was tried
}

TEST_CASE("a state made of stored tasks looks them up as the one that stored them") {
  TaskFixture f;
  REQUIRE(f.define("roof", {"walls"}));
  REQUIRE(f.define("walls"));
  REQUIRE(f.define("garden"));
  REQUIRE(f.claim(f.bob, "garden"));
  REQUIRE(f.update(f.alice, "walls", TaskStatus::done));
  StateSeed seed;
  f.state.tasks().visit_after(0, [&](const Task& task) {
    seed.tasks.push_back(task);
    return true;
  });
  const State reloaded(Thresholds{}, std::move(seed));
  check_against_plain(reloaded.tasks());
  CHECK(reloaded.tasks().next_ready("")->definition.id == "roof");
  CHECK(reloaded.next_claim_expiry() == f.state.next_claim_expiry());
  CHECK(reloaded.tasks().claimed_by(f.bob).size() == 1);
}
