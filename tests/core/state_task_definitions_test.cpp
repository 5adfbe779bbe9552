#include "tests/core/task_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::task_named;
using governor::core::test::TaskFixture;

namespace {

/// Every field has a value that no other has.
TaskDefinition full_definition() {
  TaskDefinition definition = task_named("t", {"x", "y"});
  definition.description = "as it is";
  definition.agent = "painter";
  definition.priority = TaskPriority::high;
  return definition;
}

}  // namespace

TEST_CASE("a task is defined once; the same definition again is a success that changes nothing") {
  TaskFixture f;
  const auto first = f.define(full_definition());
  REQUIRE(first);
  CHECK(first->created);
  REQUIRE(of_kind<TaskAppended>(f.changes).size() == 1);
  CHECK(of_kind<TaskAppended>(f.changes)[0].task == *first->task);
  CHECK(first->task->creator == f.state.find_session(f.alice)->introduced);
  f.changes.clear();
  TaskDefinition reordered = full_definition();
  reordered.depends_on = {"y", "x", "y"};
  const auto again = f.define(reordered);
  REQUIRE(again);
  CHECK_FALSE(again->created);
  CHECK(again->task == first->task);
  CHECK(f.changes.empty());
  CHECK(f.state.tasks().size() == 1);
}

TEST_CASE("another definition under the same id is refused and told each difference with both values") {
  TaskFixture f;
  REQUIRE(f.define(full_definition()));
  f.changes.clear();
  TaskDefinition other = full_definition();
  std::string expected;
  SECTION("title") {
    other.title = "new";
    expected = "title is \"title of t\", given \"new\".";
  }
  SECTION("description") {
    other.description.clear();
    expected = "description is \"as it is\", given \"\".";
  }
  SECTION("agent") {
    other.agent.clear();
    expected = "agent is \"painter\", given \"\".";
  }
  SECTION("priority") {
    other.priority = TaskPriority::critical;
    expected = "priority is HIGH, given CRITICAL.";
  }
  SECTION("dependencies") {
    other.depends_on = {"x"};
    expected = "depends_on is [x, y], given [x].";
  }
  SECTION("several") {
    other.title = "new";
    other.priority = TaskPriority::low;
    expected = "title is \"title of t\", given \"new\"; priority is HIGH, given LOW.";
  }
  const auto refused = f.define(other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::already_exists);
  CHECK(refused.error().field == "task_id");
  CHECK(refused.error().message ==
        "Task \"t\" was defined otherwise at 1970-01-01 00:00:01 UTC: " + expected);
  CHECK(f.changes.empty());
  CHECK(f.state.tasks().find("t")->definition == full_definition());
}

TEST_CASE("of two long descriptions the error shows the line in which they part") {
  TaskFixture f;
  TaskDefinition definition = task_named("t");
  definition.description = std::string(100, 'a') + "\nsecond line\nthird";
  REQUIRE(f.define(definition));
  definition.description = std::string(100, 'a') + "\nsecond lime\nthird";
  const auto refused = f.define(definition);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("description has 118 bytes, given 118; they part in line 2, which is "
                                     "\"second line\", given \"second lime\".") != std::string::npos);
  definition.description = std::string(100, 'a');
  const auto shorter = f.define(definition);
  REQUIRE_FALSE(shorter);
  CHECK(shorter.error().message.find("given 100; they part in line 1") != std::string::npos);
}

TEST_CASE("a task may depend on one that is not defined yet, and waits for it") {
  TaskFixture f;
  REQUIRE(f.define("roof", {"walls"}));
  CHECK(f.next(f.bob).empty());
  REQUIRE(f.define("walls"));
  CHECK(f.next(f.bob) == "walls");
  CHECK(f.next(f.bob).empty());
  REQUIRE(f.update(f.bob, "walls", TaskStatus::done));
  CHECK(f.next(f.bob) == "roof");
}

TEST_CASE("dependencies that would close a cycle are refused with the cycle") {
  TaskFixture f;
  REQUIRE(f.define("a", {"b"}));
  REQUIRE(f.define("b", {"c", "x"}));
  REQUIRE(f.define("x"));
  f.changes.clear();
  const auto refused = f.define("c", {"y", "a"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().field == "depends_on");
  CHECK(refused.error().given == "a");
  CHECK(refused.error().message ==
        "Tasks would wait for each other for ever: c -> a -> b -> c (each depends on the next).");
  CHECK(f.changes.empty());
  CHECK(f.define("c", {"y"}).ok());
  const auto itself = f.define("self", {"self"});
  REQUIRE_FALSE(itself);
  CHECK(itself.error().message.find("self -> self") != std::string::npos);
}

TEST_CASE("a session that has ended leaves its definitions") {
  TaskFixture f;
  REQUIRE(f.define("t"));
  f.state.end_session(f.alice, ++f.now, f.changes);
  CHECK(f.next(f.bob) == "t");
}
