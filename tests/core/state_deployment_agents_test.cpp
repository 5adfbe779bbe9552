// Who is a deployed agent, and who may command one.
#include "tests/core/deployment_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

TEST_CASE("whoever descends from its processes is the agent, without a token; others are not") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  const SessionKey below = f.session_below(2000, "of p");
  CHECK(f.state.find_session(below)->agent_id == "p");
  CHECK(f.report(below, "p"));
  CHECK(f.report(f.bob, "p").error().code == ErrorCode::not_owner);
  CHECK(f.report(f.alice, "p").error().code == ErrorCode::not_owner);
  CHECK(f.report(f.bob, "p", "token of p"));
  const auto registered = f.register_agent(below, "p");
  REQUIRE(registered);
  CHECK(registered->deployed);
  // Its token stays good for what it has started.
  CHECK(f.state.find_agent("p")->profile.token_hash == "token of p");
  CHECK(f.register_agent(f.bob, "p").error().code == ErrorCode::not_owner);
  CHECK(f.state.find_session(f.bob)->agent_id.empty());
}

TEST_CASE("a pid that another process has now is not taken for it") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  bool resumed = false;
  Session session = session_named("stranger", 2050);
  session.ancestors = {process_numbered(2050), {2000, 7, "this boot"}, {2001, 20010, "another boot"}};
  const SessionKey stranger = f.state.open_session(std::move(session), resumed, f.changes).key;
  CHECK(f.state.find_session(stranger)->agent_id.empty());
  CHECK(f.report(stranger, "p").error().code == ErrorCode::not_owner);
}

TEST_CASE("a session that comes before the start is taken down is bound when it is") {
  DeploymentFixture f;
  REQUIRE(f.reserve(f.alice, "p"));
  const SessionKey below = f.session_below(2000, "of p");
  CHECK(f.state.find_session(below)->agent_id.empty());
  f.start("p", 2000);
  CHECK(f.state.find_session(below)->agent_id == "p");
}

TEST_CASE("governorctl that a deployed agent has started speaks for no person") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  bool resumed = false;
  Session session = session_named("ctl", 2050);
  session.role = Role::person;
  session.passing = true;
  session.ancestors = {process_numbered(2050), process_numbered(2001)};
  const SessionKey below = f.state.open_session(std::move(session), resumed, f.changes).key;
  CHECK_FALSE(f.state.is_person({below, 0}));
  CHECK(f.state.is_person({f.person, 0}));
}

TEST_CASE("its parent, its own agent, whoever deployed it and people command it, and nobody else") {
  DeploymentFixture f;
  (void)f.register_agent(f.alice, "lead");
  DeploymentWish wish = wish_for("p");
  wish.order.parent = "lead";
  REQUIRE(f.reserve(f.alice, wish));
  f.start("p", 2000);
  const SessionKey below = f.session_below(2000, "of p");
  const Deployment& p = *f.state.deployments().find("p");
  for (const SessionKey session : {f.alice, below, f.person, SessionKey{0}})
    CHECK_FALSE(f.state.check_command_of({session, 0}, p, "stop"));
  const auto refused = f.state.check_command_of({f.bob, 0}, p, "stop");
  REQUIRE(refused);
  CHECK(refused->code == ErrorCode::not_owner);
  // The parent goes on in another session.
  f.state.end_session(f.alice, ++f.now, f.changes);
  (void)f.register_agent(f.bob, "lead", false, "new", "new");
  CHECK_FALSE(f.state.check_command_of({f.bob, 0}, p, "stop"));
}

TEST_CASE("progress and findings come from its own agent while it is not over") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  const SessionKey below = f.session_below(2000, "of p");
  REQUIRE(f.state.update_progress({below, 0}, "p", {}, 40, "half of it", ++f.now, f.changes));
  CHECK(f.how("p").progress == 40);
  CHECK(f.how("p").note == "half of it");
  CHECK(of_kind<DeploymentEventAppended>(f.changes).back().event == "progress");
  CHECK(f.state.update_progress({f.bob, 0}, "p", {}, 50, {}, ++f.now, f.changes).error().code ==
        ErrorCode::not_owner);
  REQUIRE(f.state.report_finding({f.bob, 0}, "p", "token of p", {"issue", "high", "a leak", R"({"at":1})"},
                                 ++f.now, f.changes));
  const auto finding = of_kind<DeploymentEventAppended>(f.changes).back();
  CHECK(finding.event == "finding");
  CHECK(finding.note == "a leak");
  f.end("p");
  CHECK(f.state.update_progress({below, 0}, "p", {}, 99, {}, ++f.now, f.changes).error().code ==
        ErrorCode::conflict);
  CHECK(f.state.update_progress({below, 0}, "q", {}, 99, {}, ++f.now, f.changes).error().code ==
        ErrorCode::not_found);
}
