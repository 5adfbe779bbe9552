// Deployments that come from another system: history, and nothing that runs.
#include "tests/core/deployment_fixture.hpp"
#include "tests/support/catch.hpp"

namespace governor::core::test {
namespace {

constexpr std::int64_t kDeployedThen = 5'000'000;

AgentImport old_deployment(const std::string& id = "painter-1") {
  AgentImport incoming;
  incoming.profile.id = id;
  incoming.profile.created_us = kDeployedThen;
  incoming.profile.parent_id = "lead";
  incoming.profile.status = Lifecycle::archived;
  incoming.source = "from a test";
  DeploymentImport deployment;
  deployment.agent_type = "painter";
  deployment.task_id = "TASK-1";
  deployment.depth = 2;
  deployment.prompt_bytes = 12;
  deployment.state = DeploymentState::lost;
  deployment.why = "it was working";
  deployment.progress = 40;
  deployment.note = "half of it";
  deployment.started_us = kDeployedThen;
  deployment.ended_us = kDeployedThen + 10;
  deployment.events = {{kDeployedThen, "deployed", -1, "paint it", {}},
                       {0, "finding", -1, "it is red", R"({"a":1})"}};
  incoming.deployment = deployment;
  return incoming;
}

struct OldDeployments : DeploymentFixture {
  Result<ImportOutcome> take(AgentImport incoming) {
    know(incoming.profile.id);
    return state.import_agent({alice, 0}, std::move(incoming), {}, ++now, changes);
  }
};

}  // namespace

TEST_CASE("an imported deployment is over, with its lineage, and nothing of it can be signalled") {
  OldDeployments f;
  REQUIRE(f.take(old_deployment())->kind == ImportOutcome::Kind::imported);
  const Deployment* kept = f.state.deployments().find("painter-1");
  REQUIRE(kept != nullptr);
  CHECK(kept->order.parent == "lead");
  CHECK(kept->order.task_id == "TASK-1");
  CHECK(kept->order.depth == 2);
  CHECK(kept->created_us == kDeployedThen);
  CHECK(kept->standing.state == DeploymentState::lost);
  CHECK(kept->standing.ended_us == kDeployedThen + 10);
  CHECK(kept->standing.progress == 40);
  CHECK(kept->standing.note == "half of it");
  CHECK(kept->standing.process.pid == 0);
  CHECK(kept->standing.keeper.pid == 0);
  CHECK_FALSE(kept->standing.in_tmux);
  CHECK(kept->standing.runner_session.empty());
  CHECK(f.state.deployments().live().empty());
  const auto events = of_kind<DeploymentEventAppended>(f.changes);
  REQUIRE(events.size() == 2);
  CHECK(events[1].data == R"({"a":1})");
  CHECK(events[1].timestamp_us == kDeployedThen);
  // What is stored gives the same as what is in memory.
  Deployment stored = of_kind<DeploymentAppended>(f.changes).back().deployment;
  stored.standing = of_kind<DeploymentChanged>(f.changes).back().standing;
  CHECK(stored == *kept);
  CHECK(f.state.find_agent("painter-1")->profile.status == Lifecycle::archived);
}

TEST_CASE("an imported deployment is here once, and another one of its name is left alone") {
  OldDeployments f;
  REQUIRE(f.take(old_deployment()));
  const std::size_t changes = f.changes.size();
  CHECK(f.take(old_deployment())->kind == ImportOutcome::Kind::unchanged);
  AgentImport by_another_file = old_deployment();
  by_another_file.profile.created_us += 700;
  CHECK(f.take(by_another_file)->kind == ImportOutcome::Kind::unchanged);
  AgentImport another = old_deployment();
  another.profile.created_us += 60'000'000;
  CHECK(f.take(another)->kind == ImportOutcome::Kind::exists);
  CHECK(f.changes.size() == changes);
  CHECK(f.state.deployments().size() == 1);
}

TEST_CASE("a deployment is not imported as one that runs") {
  OldDeployments f;
  AgentImport running = old_deployment();
  running.deployment->state = DeploymentState::working;
  const auto refused = f.take(running);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().field == "deployment.state");
  CHECK(f.changes.empty());
  AgentImport deep = old_deployment();
  deep.deployment->depth = 0;
  CHECK(f.take(deep).error().field == "deployment.depth");
  AgentImport nameless = old_deployment();
  nameless.deployment->agent_type.clear();
  CHECK(f.take(nameless).error().field == "deployment.agent_type");
}

}  // namespace governor::core::test
