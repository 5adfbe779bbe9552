#include "tests/core/task_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::task_named;
using governor::core::test::TaskFixture;
using Names = std::vector<std::string>;

namespace {

std::string refusal(const Result<const Task*>& result, ErrorCode code) {
  REQUIRE_FALSE(result);
  CHECK(result.error().code == code);
  CHECK_FALSE(result.error().hint.empty());
  return result.error().message;
}

/// Defined by alice, claimed by bob.
struct ClaimedFixture : TaskFixture {
  ClaimedFixture() {
    REQUIRE(define("t"));
    REQUIRE(claim(bob, "t"));
    changes.clear();
  }
};

}  // namespace

TEST_CASE("a claim makes a task in_progress, and others are told who has it") {
  TaskFixture f;
  REQUIRE(f.define("t"));
  f.changes.clear();
  const auto mine = f.claim(f.bob, "t");
  REQUIRE(mine);
  CHECK((*mine)->standing.status == TaskStatus::in_progress);
  CHECK((*mine)->standing.claims == 1);
  CHECK((*mine)->standing.claim->session == f.bob);
  REQUIRE(of_kind<TaskChanged>(f.changes).size() == 1);
  CHECK(of_kind<TaskChanged>(f.changes)[0].standing == (*mine)->standing);
  CHECK(f.events() == Names{"claimed"});
  f.changes.clear();
  CHECK(refusal(f.claim(f.alice, "t"), ErrorCode::conflict) ==
        "Task \"t\" is claimed by a session (client client-of-b, pid 1002) since 1970-01-01 00:00:01 UTC, "
        "until 1970-01-01 00:00:02 UTC unless renewed.");
  CHECK(refusal(f.update(f.alice, "t", TaskStatus::done), ErrorCode::not_owner).find("client-of-b") !=
        std::string::npos);
  CHECK(f.changes.empty());
}

TEST_CASE("claiming again what one has renews the claim and does not count twice") {
  ClaimedFixture f;
  const std::int64_t before = f.standing("t").claim->expires_us;
  REQUIRE(f.claim(f.bob, "t", {}, 5'000'000));
  CHECK(f.standing("t").claims == 1);
  CHECK(f.standing("t").claim->expires_us == f.now + 5'000'000);
  CHECK(f.standing("t").claim->expires_us > before);
  CHECK(f.events() == Names{"claim_renewed"});
}

TEST_CASE("the next ready task is the oldest of the highest priority") {
  TaskFixture f;
  for (const auto& [id, priority] : {std::pair{"old", TaskPriority::medium},
                                     {"slow", TaskPriority::low},
                                     {"first", TaskPriority::critical},
                                     {"new", TaskPriority::medium},
                                     {"second", TaskPriority::critical}}) {
    TaskDefinition definition = task_named(id);
    definition.priority = priority;
    REQUIRE(f.define(definition));
  }
  Names order;
  for (int i = 0; i < 6; ++i) order.push_back(f.next(i % 2 == 0 ? f.alice : f.bob));
  CHECK(order == Names{"first", "second", "old", "new", "slow", ""});
}

TEST_CASE("a task for an agent goes to that agent alone, in its turn") {
  TaskFixture f;
  REQUIRE(f.register_agent(f.bob, "painter"));
  TaskDefinition definition = task_named("for-painter");
  TaskDefinition urgent = task_named("urgent");
  definition.agent = "painter";
  urgent.priority = TaskPriority::high;
  REQUIRE(f.define(definition));
  REQUIRE(f.define("anybody"));
  REQUIRE(f.define(urgent));
  CHECK(refusal(f.claim(f.alice, "for-painter"), ErrorCode::conflict) ==
        "Task \"for-painter\" is for agent \"painter\" alone.");
  CHECK(f.next(f.bob, "painter") == "urgent");
  CHECK(f.next(f.bob, "painter") == "for-painter");
  CHECK(f.standing("for-painter").claim->agent_id == "painter");
  CHECK(f.next(f.alice) == "anybody");
}

TEST_CASE("nobody claims for an agent that another session holds, that is paused, or that nobody knows") {
  TaskFixture f;
  REQUIRE(f.define("t"));
  REQUIRE(f.register_agent(f.bob, "painter"));
  refusal(f.claim(f.alice, "t", "painter"), ErrorCode::not_owner);
  f.know("ghost");
  CHECK(refusal(f.claim(f.alice, "t", "ghost"), ErrorCode::not_found) == "There is no agent \"ghost\".");
  REQUIRE(
      f.state.change_lifecycle({f.bob, 0}, {"painter", {}, "lunch"}, Lifecycle::paused, ++f.now, f.changes));
  CHECK(refusal(f.claim(f.bob, "t", "painter"), ErrorCode::conflict).find("paused") != std::string::npos);
  CHECK(refusal(f.claim(4711, "t"), ErrorCode::conflict).find("open session") != std::string::npos);
  CHECK(f.standing("t").claims == 0);
}

TEST_CASE("a task whose dependencies are not done cannot be claimed; the refusal names them") {
  TaskFixture f;
  REQUIRE(f.define("walls"));
  REQUIRE(f.define("roof", {"walls", "permit"}));
  CHECK(refusal(f.claim(f.bob, "roof"), ErrorCode::conflict) ==
        "Task \"roof\" depends on 2 tasks that are not done: permit (not defined), walls (pending).");
  REQUIRE(f.define("permit"));
  REQUIRE(f.update(f.alice, "permit", TaskStatus::done));
  CHECK(refusal(f.claim(f.bob, "roof"), ErrorCode::conflict) ==
        "Task \"roof\" depends on a task that is not done: walls (pending).");
  REQUIRE(f.update(f.alice, "walls", TaskStatus::failed));
  refusal(f.claim(f.bob, "roof"), ErrorCode::conflict);
  REQUIRE(f.update(f.alice, "walls", TaskStatus::pending));
  REQUIRE(f.update(f.alice, "walls", TaskStatus::done));
  CHECK(f.claim(f.bob, "roof").ok());
}

TEST_CASE("a dependency that is opened again makes those that wait for it wait again") {
  TaskFixture f;
  REQUIRE(f.define("walls"));
  REQUIRE(f.define("roof", {"walls"}));
  REQUIRE(f.update(f.alice, "walls", TaskStatus::done));
  CHECK(f.state.tasks().ready_count() == 1);
  REQUIRE(f.update(f.alice, "walls", TaskStatus::pending));
  CHECK(f.next(f.bob) == "walls");
  CHECK(f.next(f.bob).empty());
}

TEST_CASE("the owner moves a task along, and finishing it ends the claim") {
  ClaimedFixture f;
  REQUIRE(f.update(f.bob, "t", {}, 40, "half of it"));
  CHECK(f.standing("t").progress == 40);
  CHECK(f.standing("t").note == "half of it");
  REQUIRE(f.update(f.bob, "t", TaskStatus::blocked));
  CHECK(f.standing("t").claim);
  REQUIRE(f.update(f.bob, "t", TaskStatus::in_progress));
  REQUIRE(f.update(f.bob, "t", TaskStatus::done));
  CHECK(f.standing("t").progress == 100);
  CHECK_FALSE(f.standing("t").claim);
  CHECK(f.state.next_claim_expiry() == INT64_MAX);
  CHECK(f.events() == Names{"updated", "updated", "updated", "updated"});
  CHECK(of_kind<TaskEventAppended>(f.changes)[0].note == "half of it");
  CHECK(of_kind<TaskEventAppended>(f.changes)[1].note.empty());
}

TEST_CASE("what is over stays over unless it is opened again") {
  for (const TaskStatus end : {TaskStatus::done, TaskStatus::failed, TaskStatus::cancelled}) {
    ClaimedFixture f;
    REQUIRE(f.update(f.bob, "t", end, 70));
    for (const TaskStatus to : kTaskStatuses) {
      if (to == end || to == TaskStatus::pending) continue;
      refusal(f.update(f.bob, "t", to), ErrorCode::conflict);
    }
    CHECK(refusal(f.claim(f.bob, "t"), ErrorCode::conflict).find(std::string(to_string(end))) !=
          std::string::npos);
    f.changes.clear();
    REQUIRE(f.update(f.alice, "t", end));
    CHECK(f.changes.empty());
    REQUIRE(f.update(f.alice, "t", TaskStatus::pending));
    CHECK(f.events() == Names{"reopened"});
    CHECK(f.standing("t").progress == 0);
    CHECK(f.next(f.alice) == "t");
    CHECK(f.standing("t").claims == 2);
  }
}

TEST_CASE("the owner gives a task back by making it pending") {
  ClaimedFixture f;
  REQUIRE(f.update(f.bob, "t", TaskStatus::pending, {}, "not mine"));
  CHECK_FALSE(f.standing("t").claim);
  CHECK(f.events() == Names{"released"});
  CHECK(f.next(f.alice) == "t");
}

TEST_CASE("an unclaimed task may be blocked or finished by anybody, but be in progress for nobody") {
  TaskFixture f;
  REQUIRE(f.define("t"));
  CHECK(refusal(f.update(f.bob, "t", TaskStatus::in_progress), ErrorCode::conflict).find("not claimed") !=
        std::string::npos);
  REQUIRE(f.update(f.bob, "t", TaskStatus::blocked));
  CHECK(refusal(f.claim(f.bob, "t"), ErrorCode::conflict).find("blocked") != std::string::npos);
  CHECK(f.next(f.bob).empty());
  REQUIRE(f.update(f.alice, "t", TaskStatus::cancelled));
  CHECK(refusal(f.update(f.alice, "nothing", TaskStatus::done), ErrorCode::not_found) ==
        "There is no task \"nothing\".");
}

TEST_CASE("a claim ends with its time and every update renews it") {
  ClaimedFixture f;
  f.now = f.standing("t").claim->expires_us - 2;
  REQUIRE(f.update(f.bob, "t", {}, 10));
  CHECK(f.standing("t").claim->expires_us == f.now + 1'000'000);
  CHECK(f.state.next_claim_expiry() == f.now + 1'000'000);
  const std::int64_t end = f.state.next_claim_expiry();
  f.changes.clear();
  f.now = end - 2;
  REQUIRE(f.update(f.bob, "t"));  // a sign of life
  CHECK(f.state.next_claim_expiry() == f.now + 1'000'000);
  CHECK(of_kind<TaskChanged>(f.changes).size() == 1);
  CHECK(f.events().empty());
  f.changes.clear();
  f.state.expire_claims(f.state.next_claim_expiry() - 1, f.changes);
  CHECK(f.changes.empty());
  f.state.expire_claims(f.state.next_claim_expiry(), f.changes);
  CHECK(f.events() == Names{"claim_expired"});
  CHECK(of_kind<AuditAppended>(f.changes).size() == 1);
  CHECK(f.standing("t").status == TaskStatus::pending);
  CHECK(f.standing("t").progress == 10);
  CHECK(f.state.next_claim_expiry() == INT64_MAX);
  CHECK(f.next(f.alice) == "t");
}

TEST_CASE("a claim that is over does not wait for the timer") {
  ClaimedFixture f;
  f.now = f.state.next_claim_expiry();
  SECTION("another one gets the task") {
    REQUIRE(f.claim(f.alice, "t"));
    CHECK(f.standing("t").claim->session == f.alice);
    CHECK(f.events() == Names{"claim_expired", "claimed"});
  }
  SECTION("or as the next ready one") {
    CHECK(f.next(f.alice) == "t");
  }
  SECTION("its former owner has it in progress no more") {
    refusal(f.update(f.bob, "t", TaskStatus::in_progress), ErrorCode::conflict);
    CHECK(f.events() == Names{"claim_expired"});
  }
}

TEST_CASE("claims end with the session of their owner, blocked ones too, and of nobody else") {
  ClaimedFixture f;
  REQUIRE(f.define("u"));
  REQUIRE(f.define("v"));
  REQUIRE(f.claim(f.bob, "u"));
  REQUIRE(f.update(f.bob, "u", TaskStatus::blocked, 30));
  REQUIRE(f.claim(f.alice, "v"));
  f.changes.clear();
  f.state.end_session(f.bob, ++f.now, f.changes);
  CHECK(f.events() == Names{"owner_gone", "owner_gone"});
  for (const char* id : {"t", "u"}) {
    CHECK(f.standing(id).status == TaskStatus::pending);
    CHECK_FALSE(f.standing(id).claim);
  }
  CHECK(f.standing("u").progress == 30);
  CHECK(f.standing("v").claim);
  CHECK(std::holds_alternative<SessionEnded>(f.changes.back()));
}

TEST_CASE("an agent that is archived or deleted loses its claims, one that is paused keeps them") {
  TaskFixture f;
  REQUIRE(f.register_agent(f.bob, "painter"));
  REQUIRE(f.register_agent(f.bob, "mason"));
  REQUIRE(f.define("t"));
  REQUIRE(f.define("u"));
  REQUIRE(f.claim(f.bob, "t", "painter"));
  REQUIRE(f.claim(f.bob, "u", "mason"));
  const auto become = [&](Lifecycle status) {
    f.changes.clear();
    REQUIRE(f.state.change_lifecycle({f.bob, 0}, {"painter", {}, {}}, status, ++f.now, f.changes));
  };
  become(Lifecycle::paused);
  CHECK(f.standing("t").claim);
  become(Lifecycle::archived);
  CHECK(f.events() == Names{"owner_archived"});
  CHECK_FALSE(f.standing("t").claim);
  become(Lifecycle::active);
  REQUIRE(f.claim(f.bob, "t", "painter"));
  become(Lifecycle::deleted);
  CHECK(f.events() == Names{"owner_deleted"});
  CHECK(f.standing("u").claim);
}

TEST_CASE("a person ends or changes a task whoever has it, and does not renew the claim") {
  ClaimedFixture f;
  const std::int64_t expires = f.standing("t").claim->expires_us;
  f.now += 1000;
  REQUIRE(f.update(f.person, "t", {}, 40, "as far as I see"));
  CHECK(f.standing("t").progress == 40);
  CHECK(f.standing("t").claim->session == f.bob);
  CHECK(f.standing("t").claim->expires_us == expires);
  f.changes.clear();
  REQUIRE(f.update(f.person, "t"));
  CHECK(f.changes.empty());
  REQUIRE(f.update(f.person, "t", TaskStatus::cancelled, {}, "not needed"));
  CHECK(f.standing("t").status == TaskStatus::cancelled);
  CHECK_FALSE(f.standing("t").claim);
  refusal(f.update(f.bob, "t", TaskStatus::done), ErrorCode::conflict);
}

TEST_CASE("a task that a person gives to another agent is that one's alone, and nobody else's claim holds") {
  TaskFixture f;
  const auto assign = [&](const std::string& task, const std::string& agent, const std::string& note = {}) {
    return f.state.assign_task({f.person, 0}, {task, agent, note}, ++f.now, f.changes);
  };
  REQUIRE(f.register_agent(f.bob, "painter"));
  REQUIRE(f.register_agent(f.alice, "mason"));
  REQUIRE(f.define("t"));
  REQUIRE(f.claim(f.bob, "t", "painter"));
  f.changes.clear();
  REQUIRE(assign("t", "mason", "it is a wall"));
  CHECK(f.events() == Names{"reassigned"});
  CHECK(of_kind<TaskEventAppended>(f.changes)[0].agent_id == "painter");
  CHECK(of_kind<TaskAssigned>(f.changes)[0].agent == "mason");
  CHECK(f.standing("t").note == "for agent mason: it is a wall");
  CHECK(f.standing("t").status == TaskStatus::pending);
  refusal(f.claim(f.bob, "t", "painter"), ErrorCode::conflict);
  CHECK(f.next(f.bob, "painter").empty());
  CHECK(f.next(f.alice, "mason") == "t");
  SECTION("who has it already keeps it") {
    f.changes.clear();
    REQUIRE(assign("t", "mason"));
    CHECK(f.changes.empty());
    CHECK(f.standing("t").claim);
  }
  SECTION("for nobody in particular, whoever is first gets it") {
    REQUIRE(assign("t", ""));
    CHECK(f.next(f.bob, "painter") == "t");
  }
  SECTION("of what is over and what does not exist, nothing changes") {
    REQUIRE(f.update(f.alice, "t", TaskStatus::done));
    f.changes.clear();
    refusal(assign("t", "painter"), ErrorCode::conflict);
    refusal(assign("u", "painter"), ErrorCode::not_found);
    CHECK(f.changes.empty());
  }
}
