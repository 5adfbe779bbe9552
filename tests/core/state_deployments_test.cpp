// Deployments in the state: limits, what their processes tell, and what is released with them.
#include "tests/core/deployment_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

struct SmallLimits : DeploymentFixture {
  SmallLimits() {
    state = State(Thresholds{}, StateSeed{}, LoopPolicy::advise, {}, {}, Authority::people, {3, 4, 2, 2});
    bool resumed = false;
    alice = state.open_session(session_named("a", 1001), resumed, changes).key;
    bob = state.open_session(session_named("b", 1002), resumed, changes).key;
    changes.clear();
  }
};

Lease lease_of(DeploymentFixture& f, SessionKey session, const std::string& agent, const std::string& path) {
  LeaseCommand command;
  command.agent_id = agent;
  command.paths = {{PathPattern::literal(path)}};
  command.ttl_us = 1'000'000'000;
  return f.state.request_lease({session, 0}, std::move(command), ++f.now, f.changes)->lease;
}

}  // namespace

TEST_CASE("what is reserved has an agent of its own, below its parent, and nothing runs yet") {
  DeploymentFixture f;
  (void)f.register_agent(f.alice, "lead");
  f.changes.clear();
  DeploymentWish wish = wish_for("painter-1");
  wish.order.parent = "lead";
  const auto reserved = f.reserve(f.alice, wish);
  REQUIRE(reserved);
  const Deployment& deployment = **reserved;
  CHECK(deployment.standing.state == DeploymentState::reserved);
  CHECK(deployment.order.depth == 1);
  CHECK(deployment.order.session == f.alice);
  const Agent* agent = f.state.find_agent("painter-1");
  REQUIRE(agent != nullptr);
  CHECK(agent->profile.key == deployment.agent);
  CHECK(agent->profile.parent_id == "lead");
  CHECK_FALSE(agent->profile.shared);
  CHECK(agent->profile.token_hash == "token of painter-1");
  CHECK(of_kind<DeploymentAppended>(f.changes).size() == 1);
  CHECK(of_kind<DeploymentEventAppended>(f.changes).size() == 1);
  CHECK(of_kind<AuditAppended>(f.changes).back().event == "deployment_reserved");
}

TEST_CASE("an id is used once") {
  DeploymentFixture f;
  REQUIRE(f.reserve(f.alice, "painter-1"));
  CHECK(f.reserve(f.alice, "painter-1").error().code == ErrorCode::already_exists);
  f.end("painter-1", DeploymentState::failed);
  CHECK(f.reserve(f.alice, "painter-1").error().code == ErrorCode::already_exists);
  (void)f.register_agent(f.alice, "ada");
  CHECK(f.reserve(f.alice, "ada").error().code == ErrorCode::already_exists);
}

TEST_CASE_METHOD(SmallLimits, "so many are not over at one time, and an end makes room") {
  for (const char* id : {"a", "b", "c"}) REQUIRE(reserve(alice, id));
  const auto refused = reserve(bob, "d");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::limit_exceeded);
  CHECK(refused.error().message.find("3 deployments") != std::string::npos);
  CHECK(state.find_agent("d") == nullptr);
  end("b", DeploymentState::failed, "it could not be started");
  CHECK(reserve(bob, "d"));
}

TEST_CASE_METHOD(SmallLimits, "a task has so many deployments in total, those that are over counted") {
  (void)define("T");
  for (const char* id : {"a", "b", "c", "d"}) {
    DeploymentWish wish = wish_for(id);
    wish.order.task_id = "T";
    REQUIRE(reserve(alice, wish));
    end(id);
  }
  DeploymentWish wish = wish_for("e");
  wish.order.task_id = "T";
  const auto refused = reserve(alice, wish);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::limit_exceeded);
  CHECK(refused.error().field == "task_id");
  wish.order.task_id = "no such task";
  CHECK(reserve(alice, wish).error().code == ErrorCode::not_found);
}

TEST_CASE_METHOD(SmallLimits, "one agent has so many of them at one time") {
  (void)register_agent(alice, "lead");
  for (const char* id : {"a", "b"}) {
    DeploymentWish wish = wish_for(id);
    wish.order.parent = "lead";
    REQUIRE(reserve(alice, wish));
  }
  DeploymentWish wish = wish_for("c");
  wish.order.parent = "lead";
  CHECK(reserve(alice, wish).error().code == ErrorCode::limit_exceeded);
  end("a");
  CHECK(reserve(alice, wish));
}

TEST_CASE_METHOD(SmallLimits, "nobody deploys deeper than is allowed, whatever parent is named") {
  started(alice, "a", 2000);
  const SessionKey below = session_below(2000, "of a");
  DeploymentWish wish = wish_for("b");
  wish.order.parent = "a";
  const auto second = reserve(below, wish);
  REQUIRE(second);
  CHECK((*second)->order.depth == 2);
  start("b", 3000);
  const SessionKey deeper = session_below(3000, "of b");
  wish = wish_for("c");
  wish.order.parent = "b";
  CHECK(reserve(deeper, wish).error().code == ErrorCode::limit_exceeded);
  CHECK(reserve(deeper, "c").error().code == ErrorCode::limit_exceeded);
  (void)register_agent(deeper, "another");
  wish.order.parent = "another";
  CHECK(reserve(deeper, wish).error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("a second one of a type for the same task is refused with the id of the first") {
  DeploymentFixture f;
  (void)f.define("T");
  DeploymentWish wish = wish_for("painter-1");
  wish.order.task_id = "T";
  wish.allow_duplicate = false;
  REQUIRE(f.reserve(f.alice, wish));
  wish.order.id = "painter-2";
  const auto refused = f.reserve(f.bob, wish);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().message.find("painter-1") != std::string::npos);
  wish.order.agent_type = "writer";
  CHECK(f.reserve(f.bob, wish));
  wish.order = wish_for("painter-3").order;
  wish.order.task_id = "T";
  wish.allow_duplicate = true;
  CHECK(f.reserve(f.bob, wish));
}

TEST_CASE("a parent that belongs to another session deploys nothing for this one") {
  DeploymentFixture f;
  (void)f.register_agent(f.alice, "lead");
  DeploymentWish wish = wish_for("painter-1");
  wish.order.parent = "lead";
  CHECK(f.reserve(f.bob, wish).error().code == ErrorCode::not_owner);
  wish.order.parent = "nobody";
  CHECK(f.reserve(f.bob, wish).error().code == ErrorCode::not_found);
}

TEST_CASE("what the supervisor tells is how it stands, and its history") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  CHECK(f.how("p").state == DeploymentState::starting);
  CHECK(f.how("p").attempts == 1);
  CHECK(f.how("p").process == process_numbered(2001));
  DeploymentSeen seen;
  seen.usage = DeploymentUsage{3, 4, 5};
  seen.runner_session = "r";
  f.state.note_deployment(f.key_of("p"), seen, ++f.now, f.changes);
  CHECK(f.how("p").state == DeploymentState::working);
  CHECK(f.how("p").usage == DeploymentUsage{3, 4, 5});
  const std::int64_t since = f.how("p").since_us;
  const auto events = of_kind<DeploymentEventAppended>(f.changes).size();
  f.state.note_deployment(f.key_of("p"), seen, ++f.now, f.changes);
  seen.usage->turns = 9;
  f.state.note_deployment(f.key_of("p"), seen, ++f.now, f.changes);
  CHECK(f.how("p").since_us == since);
  CHECK(of_kind<DeploymentEventAppended>(f.changes).size() == events);
  DeploymentEnded ended;
  ended.state = DeploymentState::failed;
  ended.exit_code = 3;
  ended.why = "it said so";
  f.state.end_deployment(f.key_of("p"), ended, ++f.now, f.changes);
  CHECK(f.how("p").state == DeploymentState::failed);
  CHECK(f.how("p").exit_code == 3);
  CHECK(f.how("p").ended_us == f.now);
  CHECK(f.state.find_agent("p")->profile.status == Lifecycle::archived);
  CHECK(of_kind<LifecycleEventAppended>(f.changes).back().event == "deployment_ended");
  f.changes.clear();
  f.state.note_deployment(f.key_of("p"), {}, ++f.now, f.changes);
  f.end("p", DeploymentState::stopped);
  f.start("p", 9);
  CHECK(f.how("p").state == DeploymentState::failed);
  CHECK(f.changes.empty());
}

TEST_CASE("who waits or is stuck is an alert for as long as that lasts") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  const auto seen = [&](DeploymentState state, WaitingFor waiting, const char* why) {
    f.state.note_deployment(f.key_of("p"), {state, waiting, why, {}, {}}, ++f.now, f.changes);
  };
  seen(DeploymentState::waiting, WaitingFor::permission, "may it run make?");
  REQUIRE(f.open_alerts(AlertKind::deployment_waiting) == 1);
  const Alert alert = f.state.open_alerts(AlertKind::deployment_waiting)[0];
  CHECK(alert.message.find("may it run make?") != std::string::npos);
  CHECK(alert.message.find("send_input") != std::string::npos);
  seen(DeploymentState::waiting, WaitingFor::quota, "until noon");
  REQUIRE(f.open_alerts(AlertKind::deployment_waiting) == 1);
  CHECK(f.state.open_alerts(AlertKind::deployment_waiting)[0].message.find("until noon") !=
        std::string::npos);
  seen(DeploymentState::working, WaitingFor::nothing, "");
  CHECK(f.open_alerts(AlertKind::deployment_waiting) == 0);
  seen(DeploymentState::stuck, WaitingFor::nothing, "silent for 10 minutes");
  CHECK(f.open_alerts(AlertKind::deployment_stuck) == 1);
  f.end("p", DeploymentState::stopped);
  CHECK(f.open_alerts(AlertKind::deployment_stuck) == 0);
}

TEST_CASE("its leases and claims are released when it ends, and nobody else's") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  const SessionKey below = f.session_below(2000, "of p");
  CHECK(f.state.find_session(below)->agent_id == "p");
  (void)f.register_agent(f.bob, "bob");
  const Lease its = lease_of(f, below, "p", "/w/a");
  const Lease sessions = lease_of(f, below, "", "/w/b");
  const Lease bobs = lease_of(f, f.bob, "bob", "/w/c");
  (void)f.define("T");
  (void)f.define("U");
  REQUIRE(f.claim(below, "T", "p"));
  REQUIRE(f.claim(f.bob, "U", "bob"));
  f.end("p");
  CHECK_FALSE(f.state.leases().open().contains(its.key));
  CHECK_FALSE(f.state.leases().open().contains(sessions.key));
  CHECK(f.state.leases().open().contains(bobs.key));
  CHECK(f.state.leases().find_ended(its.key)->ending == LeaseEnding::deployment_over);
  CHECK(f.standing("T").status == TaskStatus::pending);
  CHECK(f.standing("U").claim);
}

TEST_CASE("the task is told when one of its deployments starts and ends") {
  DeploymentFixture f;
  (void)f.define("T");
  DeploymentWish wish = wish_for("p");
  wish.order.task_id = "T";
  REQUIRE(f.reserve(f.alice, wish));
  f.start("p", 2000);
  CHECK(f.standing("T").note == "p was started");
  f.end("p", DeploymentState::failed, "no disk");
  CHECK(f.standing("T").note == "p: failed: no disk");
  CHECK(f.events().back() == "deployment_ended");
}

TEST_CASE("a start that is told twice is one") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  f.state.note_deployment(f.key_of("p"), {}, ++f.now, f.changes);
  f.start("p", 2000);
  CHECK(f.how("p").state == DeploymentState::working);
  CHECK(f.how("p").attempts == 1);
  f.start("p", 3000);  // it was started again
  CHECK(f.how("p").state == DeploymentState::starting);
  CHECK(f.how("p").attempts == 2);
}
