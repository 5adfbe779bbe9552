// Deployments in the real store: what is read back is what was in memory.
#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

/// One in which no two fields are alike.
core::Deployment distinct_deployment(core::DeploymentKey key, const std::string& id) {
  core::Deployment deployment;
  deployment.key = key;
  deployment.order = {id, "painter", "claude", "T1", "lead", 3, 4, {5, 6, 7, 8}, 9, 10, 14, 11};
  deployment.agent = 12;
  deployment.created_us = 13;
  deployment.standing.since_us = 13;
  return deployment;
}

core::DeploymentStanding distinct_standing(core::DeploymentState state) {
  core::DeploymentStanding standing;
  standing.state = state;
  standing.waiting_for = core::WaitingFor::quota;
  standing.since_us = 20;
  standing.why = "until noon";
  standing.keeper = {21, 22, "boot 1"};
  standing.process = {23, 24, "boot 2"};
  standing.in_tmux = true;
  standing.runner_session = "session of the runner";
  standing.usage = {25, 26, 27};
  standing.progress = 28;
  standing.note = "note";
  standing.attempts = 29;
  standing.started_us = 30;
  standing.ended_us = 31;
  standing.exit_code = 0;
  standing.signal = 9;
  standing.workspace = {core::WorkspaceMode::worktree, "/w/tree", "/w/repo", "branch", "c0ffee", true};
  standing.raised = core::DeploymentBudget{40, 41, 42, 43};
  standing.earlier = {44, 45, 46};
  standing.ran_us = 47;
  standing.running_since_us = 48;
  standing.paused = true;
  standing.budget_told = true;
  standing.limited_until_us = 49;
  standing.restart_us = 50;
  standing.restarts = 51;
  return standing;
}

std::vector<core::Deployment> stored_deployments(SqliteStore& store) {
  auto seed = store.load_seed();
  REQUIRE(seed);
  return seed->deployments;
}

}  // namespace

TEST_CASE_METHOD(StoreFixture, "a deployment is read back as it was written, before and after it changed") {
  core::Deployment deployment = distinct_deployment(7, "p-1");
  commit({core::DeploymentAppended{deployment}});
  reopen();
  REQUIRE(stored_deployments(store()) == std::vector{deployment});
  CHECK(store().load_seed()->keys.deployment == 7);

  deployment.standing = distinct_standing(core::DeploymentState::waiting);
  commit({core::DeploymentChanged{7, {}, deployment.standing}});
  reopen();
  REQUIRE(stored_deployments(store()) == std::vector{deployment});
  deployment.standing.exit_code.reset();
  deployment.standing.state = core::DeploymentState::lost;
  deployment.standing.workspace = {};
  commit({core::DeploymentChanged{7, {}, deployment.standing}});
  core::Deployment other = distinct_deployment(9, "p-2");
  commit({core::DeploymentAppended{other}});
  reopen();
  CHECK(stored_deployments(store()) == std::vector{deployment, other});
}

TEST_CASE_METHOD(StoreFixture, "the database itself refuses a second deployment with the same id") {
  commit({core::DeploymentAppended{distinct_deployment(1, "p")}});
  CHECK(store().commit(core::Changes{core::DeploymentAppended{distinct_deployment(2, "p")}}));
  CHECK(number("SELECT count(*) FROM deployment") == 1);
}

TEST_CASE_METHOD(StoreFixture,
                 "of those that are over the newest are loaded, and all that are not, however old") {
  core::Changes changes;
  const auto last = static_cast<core::DeploymentKey>(core::DeploymentTable::kRemembered) + 5;
  for (core::DeploymentKey key = 1; key <= last; ++key) {
    changes.emplace_back(core::DeploymentAppended{distinct_deployment(key, "p" + std::to_string(key))});
    if (key == 2) continue;  // it was never started
    const auto state = key == 3 ? core::DeploymentState::stuck : core::DeploymentState::finished;
    changes.emplace_back(core::DeploymentChanged{key, {}, distinct_standing(state)});
  }
  commit(changes);
  const auto loaded = stored_deployments(store());
  CHECK(loaded.size() == core::DeploymentTable::kRemembered + 2);
  CHECK(loaded[0].key == 2);
  CHECK(loaded[1].key == 3);
  CHECK(loaded[2].key == 6);
  CHECK(store().load_seed()->keys.deployment == last);
}

TEST_CASE_METHOD(StoreFixture,
                 "the history of a deployment is its own, oldest first, and says when there is more") {
  commit({audit_entry(1)});
  core::Changes changes;
  for (int i = 0; i < 5; ++i) {
    changes.emplace_back(core::DeploymentEventAppended{3, 100 + i, "event-" + std::to_string(i),
                                                       core::DeploymentState::working, i, "note",
                                                       R"({"a":1})", 1});
    changes.emplace_back(
        core::DeploymentEventAppended{4, 1, "another's", core::DeploymentState::lost, -1, "", "", 0});
  }
  commit(changes);
  const auto all = store().load_deployment_history(3, 5);
  REQUIRE(all);
  CHECK_FALSE(all->more);
  REQUIRE(all->events.size() == 5);
  const DeploymentEvent& first = all->events[0];
  CHECK(first.timestamp_us == 100);
  CHECK(first.event == "event-0");
  CHECK(first.state == core::DeploymentState::working);
  CHECK(first.note == "note");
  CHECK(first.data == R"({"a":1})");
  CHECK(first.client == "client");
  CHECK(first.pid == 77);
  const auto newest = store().load_deployment_history(3, 2);
  REQUIRE(newest);
  CHECK(newest->more);
  CHECK(newest->events[1].event == "event-4");
  CHECK(store().load_deployment_history(4, 10)->events[0].progress == -1);
  CHECK(store().load_deployment_history(5, 10)->events.empty());
}

TEST_CASE_METHOD(StoreFixture,
                 "deployments with values that this program does not know are read as harmless ones") {
  commit({core::DeploymentAppended{distinct_deployment(1, "p")},
          core::DeploymentChanged{1, {}, distinct_standing(core::DeploymentState::working)}});
  close();
  execute("UPDATE deployment_standing SET state = 77, waiting_for = -1, progress = 1000, workspace = 9");
  reopen();
  const auto deployments = stored_deployments(store());
  REQUIRE(deployments.size() == 1);
  CHECK(deployments[0].standing.state == core::DeploymentState::lost);
  CHECK(deployments[0].standing.waiting_for == core::WaitingFor::nothing);
  CHECK(deployments[0].standing.progress == 100);
  CHECK(deployments[0].standing.workspace.mode == core::WorkspaceMode::worktree);
}

TEST_CASE_METHOD(StoreFixture, "who changes a deployment behind governor's back is found") {
  commit({core::DeploymentAppended{distinct_deployment(1, "p")},
          core::DeploymentChanged{1, {}, distinct_standing(core::DeploymentState::working)}});
  close();
  execute("UPDATE deployment_standing SET state = 5; UPDATE deployment SET parent = 'mallory'");
  reopen();
  ChainCheck check;
  while (!check.done()) REQUIRE_FALSE(store().check_chains(check, 1000));
  REQUIRE(check.problem_count == 2);
  CHECK(check.problems[0].table == "deployment");
  CHECK(check.problems[1].table == "deployment_standing");
}
