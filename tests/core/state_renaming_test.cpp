// One working session is one agent, also when its client registers after its hooks.
#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

/// Alice's hooks have told of her turns before her client registers.
struct HookedFixture : StateFixture {
  HookedFixture() {
    know("claude-code-1");
    RegisterCommand command;
    command.agent_id = "claude-code-1";
    command.purpose = std::string(kPurposeOfHooks) + "claude-code report";
    command.new_token_hash = "hooks";
    REQUIRE(state.register_agent({alice, 0}, std::move(command), ++now, changes));
    EvidenceCommand evidence;
    evidence.agent_id = "claude-code-1";
    evidence.items = {{TurnBegan{}}, {ProseSaid{5}}, {TurnEnded{}}};
    REQUIRE(state.record_evidence({alice, 0}, std::move(evidence), ++now, changes));
    key = state.find_agent("claude-code-1")->profile.key;
    changes.clear();
  }
  AgentKey key = 0;
};

}  // namespace

TEST_CASE("what its hooks have made of a session goes on under the name that its client registers") {
  HookedFixture f;
  const auto registered = f.register_agent(f.alice, "refactor");
  REQUIRE(registered);
  CHECK_FALSE(registered->created);
  CHECK(registered->agent == f.key);
  CHECK(registered->updates == 1);
  CHECK(f.state.agent_count() == 1);
  CHECK(f.state.presence("claude-code-1") == State::Presence::absent);
  const Agent& agent = *f.state.find_agent("refactor");
  CHECK(agent.behaviour.turn() == 1);
  CHECK(agent.profile.purpose.empty());
  CHECK(agent.profile.owner == f.alice);
  CHECK(f.state.find_session(f.alice)->agent_id == "refactor");
  CHECK(of_kind<AgentSaved>(f.changes).back().profile.id == "refactor");
  CHECK(of_kind<SessionSaved>(f.changes).back().session.agent_id == "refactor");
  CHECK(of_kind<AuditAppended>(f.changes)[0].event == "agent_renamed");
  // A name that it has chosen itself is not changed by another.
  CHECK(f.register_agent(f.alice, "second")->created);
  CHECK(f.state.agent_count() == 2);
}

TEST_CASE("an agent that is there already, or of another session, is no name for what hooks have made") {
  HookedFixture f;
  REQUIRE(f.register_agent(f.bob, "bobs"));
  CHECK(f.state.agent_count() == 2);
  REQUIRE(f.register_agent(f.alice, "shared", true));
  CHECK(f.state.agent_count() == 2);
  HookedFixture other;
  REQUIRE(other.update(other.bob, "open"));
  REQUIRE(other.register_agent(other.alice, "open"));
  CHECK(other.state.agent_count() == 2);
  CHECK(other.state.find_agent("claude-code-1") != nullptr);
}

TEST_CASE("while it holds a lease under its old name it keeps that") {
  HookedFixture f;
  LeaseCommand command;
  command.agent_id = "claude-code-1";
  command.paths = {{PathPattern::literal("/p/a.txt")}};
  command.ttl_us = 60'000'000;
  REQUIRE(f.state.request_lease({f.alice, 0}, std::move(command), ++f.now, f.changes));
  CHECK(f.register_agent(f.alice, "refactor")->created);
  CHECK(f.state.find_agent("claude-code-1") != nullptr);
}
