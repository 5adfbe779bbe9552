// Deployments that are over and go on by a person's word.
#include "tests/core/deployment_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

struct ContinuationFixture : DeploymentFixture {
  /// It has run, with a session of its runner, and ended so.
  void ended(const std::string& id, DeploymentState how, DeploymentWish wish) {
    REQUIRE(reserve(alice, std::move(wish)));
    start(id, 2000);
    DeploymentSeen seen;
    seen.runner_session = "session of " + id;
    seen.usage = DeploymentUsage{10, 0, 0};
    state.note_deployment(key_of(id), std::move(seen), ++now, changes);
    end(id, how);
    REQUIRE(is_over(this->how(id).state));
  }
  void ended(const std::string& id, DeploymentState how = DeploymentState::stopped) {
    ended(id, how, wish_for(id));
  }
  Result<const Deployment*> go_on(const std::string& id, std::optional<DeploymentBudget> budget = {}) {
    return state.continue_deployment({alice, 0}, id, budget, ++now, changes);
  }
  Lifecycle status_of(const std::string& id) { return state.find_agent(id)->profile.status; }
};

}  // namespace

TEST_CASE_METHOD(ContinuationFixture, "however one ended, it goes on with its session, as the same agent") {
  const DeploymentState ending = GENERATE(DeploymentState::finished, DeploymentState::failed,
                                          DeploymentState::stopped, DeploymentState::lost);
  ended("p", ending);
  CHECK(status_of("p") == Lifecycle::archived);
  CHECK(state.due_restarts(now).empty());
  REQUIRE(go_on("p"));
  CHECK(how("p").state == DeploymentState::waiting);
  CHECK(how("p").waiting_for == WaitingFor::restart);
  CHECK(how("p").ended_us == 0);
  CHECK_FALSE(needs_person(how("p")));
  CHECK(how("p").runner_session == "session of p");
  CHECK(status_of("p") == Lifecycle::active);
  CHECK(state.due_restarts(now) == std::vector<std::string>{"p"});
  start("p", 3000);
  CHECK(how("p").state == DeploymentState::starting);
  CHECK(how("p").attempts == 2);
  CHECK(how("p").usage.turns == 10);
  CHECK(state.due_restarts(now).empty());
  end("p");
  CHECK(how("p").state == DeploymentState::finished);
  CHECK(status_of("p") == Lifecycle::archived);
}

TEST_CASE_METHOD(ContinuationFixture, "what cannot go on is refused with why, and stays as it is") {
  SECTION("without a session") {
    started(alice, "p", 2000);
    end("p", DeploymentState::stopped);
  }
  SECTION("never started") {
    REQUIRE(reserve(alice, "p"));
    end("p", DeploymentState::failed);
  }
  SECTION("its worktree gone") {
    ended("p");
    state.note_workspace_removed({alice, 0}, *state.deployments().find("p"), ++now, changes);
  }
  SECTION("its agent deleted") {
    ended("p");
    LifecycleCommand command;
    command.agent_id = "p";
    command.token_hash = "token of p";
    REQUIRE(state.change_lifecycle({alice, 0}, command, Lifecycle::deleted, ++now, changes));
  }
  SECTION("no room for one more") {
    ended("p");
    for (std::size_t i = 0; i < state.deployment_limits().at_once; ++i)
      REQUIRE(reserve(alice, "q" + std::to_string(i)));
  }
  const DeploymentStanding before = how("p");
  const auto refused = go_on("p");
  REQUIRE_FALSE(refused);
  CHECK_FALSE(refused.error().hint.empty());
  CHECK(how("p") == before);
  CHECK(state.due_restarts(now).empty());
}

TEST_CASE_METHOD(ContinuationFixture, "one of the same type that works for the task now is in the way") {
  REQUIRE(define("T"));
  DeploymentWish wish = wish_for("p");
  wish.order.task_id = "T";
  ended("p", DeploymentState::lost, wish);
  wish.order.id = "q";
  REQUIRE(reserve(alice, wish));
  const auto refused = go_on("p");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().message.find("\"q\"") != std::string::npos);
  end("q", DeploymentState::failed);
  CHECK(go_on("p"));
}

TEST_CASE_METHOD(ContinuationFixture, "a budget that is used up gets as much again") {
  DeploymentWish wish = wish_for("p");
  wish.order.budget.turns = 10;
  ended("p", DeploymentState::stopped, wish);
  CHECK_FALSE(go_on("p", DeploymentBudget{5, 0, 0, 0}));
  CHECK(how("p").state == DeploymentState::stopped);
  REQUIRE(go_on("p"));
  CHECK(how("p").raised->turns == 20);
  CHECK(state.due_restarts(now) == std::vector<std::string>{"p"});
}
