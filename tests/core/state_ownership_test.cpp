#include <string>

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::session_named;
using governor::core::test::StateFixture;

namespace {

void check_not_owner(const Error& error) {
  CHECK(error.code == ErrorCode::not_owner);
  CHECK(error.message ==
        "Agent \"x\" is held by another session: client client-of-a with pid 1001, since "
        "1970-01-01 00:00:01 UTC.");
  CHECK_FALSE(error.hint.empty());
}

}  // namespace

TEST_CASE("a registered agent refuses other live sessions and tells them who holds it") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  f.changes.clear();
  const auto update = f.update(f.bob, "x", 5);
  REQUIRE_FALSE(update);
  check_not_owner(update.error());
  const auto registration = f.register_agent(f.bob, "x");
  REQUIRE_FALSE(registration);
  check_not_owner(registration.error());
  UpdateCommand command;
  command.agent_id = "x";
  const auto simulation = f.state.simulate({f.bob, 0}, command, 1);
  REQUIRE_FALSE(simulation);
  check_not_owner(simulation.error());
  const auto nobody = f.update(0, "x");  // a connection without a session
  REQUIRE_FALSE(nobody);
  check_not_owner(nobody.error());
  CHECK(f.changes.empty());
  CHECK(f.state.find_session(f.bob)->answers.empty());
  CHECK(f.update(f.alice, "x").ok());
}

TEST_CASE("the token opens a held agent, a wrong one does not") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x", false, "", "right"));
  const auto wrong = f.update(f.bob, "x", 0, "wrong");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == ErrorCode::not_owner);
  CHECK(wrong.error().field == "token");
  CHECK(f.update(f.bob, "x", 0, "right").ok());
}

TEST_CASE("an agent without a token is not opened by an empty one") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x", false, "", ""));
  CHECK_FALSE(f.update(f.bob, "x", 0, "").ok());
}

TEST_CASE("registering with the token takes the agent over, and the old token is void") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x", false, "", "first"));
  const auto taken = f.register_agent(f.bob, "x", false, "first", "second");
  REQUIRE(taken);
  CHECK_FALSE(taken->created);
  CHECK_FALSE(f.update(f.alice, "x").ok());
  CHECK_FALSE(f.update(f.alice, "x", 0, "first").ok());
  CHECK(f.update(f.alice, "x", 0, "second").ok());
  CHECK(f.update(f.bob, "x").ok());
}

TEST_CASE("a shared agent is open to every session") {
  StateFixture f;
  const auto registered = f.register_agent(f.alice, "x", true);
  REQUIRE(registered);
  CHECK(registered->shared);
  CHECK(f.update(f.bob, "x").ok());
  CHECK(f.state.owner_of(f.state.find_agent("x")->profile) == nullptr);
}

TEST_CASE("ownership ends with the session, and who registers next resumes the agent and is told so") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  REQUIRE(f.update(f.alice, "x"));
  f.state.end_session(f.alice, 5, f.changes);
  CHECK(f.update(f.bob, "x").ok());  // open again
  const auto resumed = f.register_agent(f.bob, "x");
  REQUIRE(resumed);
  CHECK_FALSE(resumed->created);
  CHECK(resumed->updates == 2);
  CHECK(f.state.owner_of(f.state.find_agent("x")->profile)->key == f.bob);
}

TEST_CASE("a session's end does not give its agents to a later session") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  f.state.end_session(f.alice, 5, f.changes);
  bool resumed = true;
  const SessionKey again = f.state.open_session(session_named("a", 1001), resumed, f.changes).key;
  CHECK_FALSE(resumed);
  CHECK(again != f.alice);
  CHECK(f.state.owner_of(f.state.find_agent("x")->profile) == nullptr);
}

TEST_CASE("registering needs an open session") {
  StateFixture f;
  const auto refused = f.register_agent(0, "x");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(f.changes.empty());
}

TEST_CASE("an agent is not its own parent, and an unknown parent is noticed") {
  StateFixture f;
  f.know("x");
  f.know("p");
  RegisterCommand command;
  command.agent_id = "x";
  command.parent_id = "x";
  const auto refused = f.state.register_agent({f.alice, 0}, command, 1, f.changes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().field == "parent_agent_id");
  command.parent_id = "p";
  const auto orphan = f.state.register_agent({f.alice, 0}, command, 1, f.changes);
  REQUIRE(orphan);
  CHECK(orphan->parent_unknown);
  REQUIRE(f.update(f.alice, "p"));
  const auto child = f.state.register_agent({f.alice, 0}, command, 1, f.changes);
  REQUIRE(child);
  CHECK_FALSE(child->parent_unknown);
}

TEST_CASE("registering again leaves what was not given as it was and counts the version up") {
  StateFixture f;
  f.know("x");
  RegisterCommand command;
  command.agent_id = "x";
  command.purpose = "write tests";
  command.tags = std::vector<std::string>{"one", "two"};
  command.notes = "careful";
  command.parent_id = "p";
  f.know("p");
  REQUIRE(f.state.register_agent({f.alice, 0}, command, 1, f.changes));
  REQUIRE(f.register_agent(f.alice, "x"));
  const AgentProfile& profile = f.state.find_agent("x")->profile;
  CHECK(profile.version == 2);
  CHECK(profile.purpose == "write tests");
  CHECK(profile.tags == std::vector<std::string>{"one", "two"});
  CHECK(profile.notes == "careful");
  CHECK(profile.parent_id == "p");
  command.tags = std::vector<std::string>{};
  REQUIRE(f.state.register_agent({f.alice, 0}, command, 1, f.changes));
  CHECK(f.state.find_agent("x")->profile.tags.empty());
}

TEST_CASE("registering stores agent, session and audit, and binds the session to the agent") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  CHECK(f.state.find_session(f.alice)->agent_id == "x");
  REQUIRE(of_kind<AgentSaved>(f.changes).size() == 1);
  CHECK(of_kind<AgentSaved>(f.changes)[0].profile.token_hash == "new");
  REQUIRE(of_kind<SessionSaved>(f.changes).size() == 1);
  CHECK(of_kind<SessionSaved>(f.changes)[0].session.agent_id == "x");
  REQUIRE(of_kind<AuditAppended>(f.changes).size() == 1);
  CHECK(of_kind<AuditAppended>(f.changes)[0].event == "agent_registered");
  f.changes.clear();
  REQUIRE(f.register_agent(f.alice, "x"));
  CHECK(of_kind<AuditAppended>(f.changes)[0].event == "agent_resumed");
}
