// The registry against what there is.
#include <memory>

#include "tests/core/deployment_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

FoundDeployment alive(const std::string& id, std::int64_t pid) {
  FoundDeployment found;
  found.id = id;
  found.alive = true;
  found.started = DeploymentStarted{process_numbered(pid), process_numbered(pid + 1), false, {}};
  return found;
}

FoundDeployment ended(const std::string& id, DeploymentState how) {
  FoundDeployment found;
  found.id = id;
  DeploymentEnded end;
  end.state = how;
  end.exit_code = 0;
  found.ended = end;
  return found;
}

/// The only difference.
RegistryDifference only(DeploymentFixture& f, const std::vector<FoundDeployment>& found) {
  const auto differences = f.state.compare_registry({found, {}, {}}, ++f.now);
  REQUIRE(differences.size() == 1);
  return differences[0];
}

}  // namespace

TEST_CASE("a registry that is as things are has no differences") {
  DeploymentFixture f;
  CHECK(f.state.compare_registry({}, ++f.now).empty());
  f.started(f.alice, "p", 2000);
  f.started(f.alice, "q", 3000);
  f.end("q");
  CHECK(f.state
            .compare_registry({{alive("p", 2000), ended("q", DeploymentState::finished),
                                ended("long forgotten", DeploymentState::failed)},
                               {},
                               {}},
                              ++f.now)
            .empty());
}

TEST_CASE("what was reserved and never started is closed as failed, unless it is about to be started") {
  DeploymentFixture f;
  REQUIRE(f.reserve(f.alice, "p"));
  auto who = std::make_shared<int>();
  f.state.begin_launch("p", who);
  CHECK(f.state.compare_registry({}, ++f.now).empty());
  who.reset();
  const auto difference = only(f, {});
  CHECK(difference.fault == RegistryFault::never_started);
  REQUIRE(difference.is_repairable);
  f.state.repair_registry({}, difference, ++f.now, f.changes);
  CHECK(f.how("p").state == DeploymentState::failed);
  CHECK(f.how("p").why == "the daemon ended before it was started");
  CHECK(f.state.compare_registry({}, ++f.now).empty());
}

TEST_CASE("what was started without that being taken down is taken up") {
  DeploymentFixture f;
  REQUIRE(f.reserve(f.alice, "p"));
  const auto difference = only(f, {alive("p", 2000)});
  CHECK(difference.fault == RegistryFault::started_unconfirmed);
  REQUIRE(difference.is_repairable);
  f.state.repair_registry({}, difference, ++f.now, f.changes);
  CHECK(f.how("p").state == DeploymentState::starting);
  CHECK(f.how("p").keeper == process_numbered(2000));
  FoundDeployment bare = alive("q", 3000);
  bare.started.reset();
  REQUIRE(f.reserve(f.alice, "q"));
  CHECK_FALSE(only(f, {alive("p", 2000), bare}).is_repairable);
}

TEST_CASE("an end that nobody has taken down closes it") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  REQUIRE(f.reserve(f.alice, "q"));
  const auto differences = f.state.compare_registry(
      {{ended("p", DeploymentState::finished), ended("q", DeploymentState::failed)}, {}, {}}, ++f.now);
  REQUIRE(differences.size() == 2);
  for (const auto& difference : differences) {
    CHECK(difference.fault == RegistryFault::ended_unnoticed);
    f.state.repair_registry({}, difference, ++f.now, f.changes);
  }
  CHECK(f.how("p").state == DeploymentState::finished);
  CHECK(f.how("p").exit_code == 0);
  CHECK(f.how("q").state == DeploymentState::failed);
}

TEST_CASE("what is gone is closed as lost, and what nobody can tell is left alone") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  FoundDeployment unknown;
  unknown.id = "p";
  unknown.unknown = true;
  CHECK(only(f, {unknown}).fault == RegistryFault::unknown);
  CHECK_FALSE(only(f, {unknown}).is_repairable);
  const auto difference = only(f, {});
  CHECK(difference.fault == RegistryFault::gone);
  f.state.repair_registry({}, difference, ++f.now, f.changes);
  CHECK(f.how("p").state == DeploymentState::lost);
}

TEST_CASE("what runs though it is over, or was never registered, is shown and left alone") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  f.end("p");
  CHECK(only(f, {alive("p", 2000)}).fault == RegistryFault::runs_on);
  CHECK_FALSE(only(f, {alive("p", 2000)}).is_repairable);
  CHECK(only(f, {alive("x", 4000)}).fault == RegistryFault::not_registered);
  CHECK_FALSE(only(f, {alive("x", 4000)}).is_repairable);
}

TEST_CASE("what an agent holds from before the end of its deployment is released") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  const SessionKey below = f.session_below(2000, "of p");
  LeaseCommand command;
  command.agent_id = "p";
  command.paths = {{PathPattern::literal("/w/a")}};
  command.ttl_us = 1'000'000'000;
  const LeaseKey lease = f.state.request_lease({below, 0}, std::move(command), ++f.now, f.changes)->lease.key;
  // As it is when a write was under way while it ended.
  f.state.pin_lease(lease);
  f.end("p");
  f.state.unpin_lease(lease);
  const auto difference = only(f, {});
  CHECK(difference.fault == RegistryFault::holds_on);
  f.state.repair_registry({}, difference, ++f.now, f.changes);
  CHECK(f.state.leases().open().empty());
}

TEST_CASE("what has started or ended since it was looked is not compared with that") {
  DeploymentFixture f;
  f.started(f.alice, "p", 2000);
  const std::int64_t asked = ++f.now;
  f.end("p");
  f.started(f.alice, "q", 3000);
  CHECK(f.state.compare_registry({{alive("p", 2000)}, {}, {}}, asked).empty());
  CHECK(f.state.compare_registry({{alive("p", 2000)}, {}, {}}, ++f.now).size() == 2);
}

TEST_CASE("sessions of tmux are compared with those that run in it") {
  DeploymentFixture f;
  const auto in_tmux = [&](const std::string& id, std::int64_t pid) {
    REQUIRE(f.reserve(f.alice, id));
    f.state.confirm_deployment(f.key_of(id), {process_numbered(pid), process_numbered(pid + 1), true, {}},
                               ++f.now, f.changes);
  };
  in_tmux("p.1", 2000);
  in_tmux("q", 3000);
  const std::int64_t now = f.now + 60'000'000;
  FoundAll found;
  found.deployments = {alive("p.1", 2000), alive("q", 3000)};
  CHECK(f.state.compare_registry(found, now).empty());  // nothing is known of tmux
  found.terminals = {{"p_1", false}, {"q", false}};
  CHECK(f.state.compare_registry(found, now).empty());
  found.terminals = {{"q", false}, {"somebody's", false}, {"dead", true}};
  const auto differences = f.state.compare_registry(found, now);
  REQUIRE(differences.size() == 3);
  CHECK(differences[0].fault == RegistryFault::terminal_gone);
  CHECK(differences[0].id == "p.1");
  CHECK(differences[0].is_repairable);
  CHECK(differences[1].fault == RegistryFault::stray_terminal);
  CHECK(differences[1].id == "somebody's");
  CHECK_FALSE(differences[1].is_repairable);
  CHECK(differences[2].id == "dead");
  CHECK(differences[2].is_repairable);
  f.state.repair_registry({}, differences[0], ++f.now, f.changes);
  CHECK_FALSE(f.how("p.1").in_tmux);
  CHECK(f.how("p.1").state == DeploymentState::starting);
}

TEST_CASE(
    "the session of one that has just ended is no stray, and one of a thing that runs unregistered neither") {
  DeploymentFixture f;
  FoundAll found;
  FoundDeployment just = ended("just", DeploymentState::finished);
  const std::int64_t now = f.now + 60'000'000;
  just.ended->ended_us = now - 1'000'000;
  FoundDeployment before = ended("before", DeploymentState::finished);
  before.ended->ended_us = now - 11'000'000;
  found.deployments = {just, before, alive("unregistered", 2000)};
  found.terminals = {{"just", false}, {"before", false}, {"unregistered", false}};
  const auto differences = f.state.compare_registry(found, now);
  REQUIRE(differences.size() == 2);
  CHECK(differences[0].fault == RegistryFault::not_registered);
  CHECK(differences[1].fault == RegistryFault::stray_terminal);
  CHECK(differences[1].id == "before");
}

TEST_CASE("worktrees are compared, and one with work in it is nobody's to repair") {
  DeploymentFixture f;
  const DeploymentWorkspace workspace{
      WorkspaceMode::worktree, "/w/p", "/repo", "governor/p", "c0ffee", false};
  for (const char* id : {"p", "over"}) {
    REQUIRE(f.reserve(f.alice, id));
    f.state.confirm_deployment(
        f.key_of(id), {process_numbered(2000), process_numbered(2001), false, workspace}, ++f.now, f.changes);
  }
  f.end("over");
  REQUIRE(f.reserve(f.alice, "never"));
  f.end("never", DeploymentState::failed);
  const std::int64_t now = f.now + 60'000'000;
  FoundAll found;
  found.deployments = {alive("p", 2000), ended("over", DeploymentState::finished)};
  found.deployments[0].worktree_gone = found.deployments[1].worktree_gone = true;
  found.worktrees = {{"p", "/w/p", "its"},
                     {"over", "/w/over", ""},
                     {"never", "/w/never", ""},
                     {"unknown", "/w/unknown", ""},
                     {"worked", "/w/worked", "a file."}};
  const auto differences = f.state.compare_registry(found, now);
  const auto is = [&](std::size_t at, RegistryFault fault, const std::string& id, bool repairable) {
    INFO(at << ' ' << differences.at(at).what);
    return differences.at(at).fault == fault && differences.at(at).id == id &&
           differences.at(at).is_repairable == repairable;
  };
  REQUIRE(differences.size() == 5);
  CHECK(is(0, RegistryFault::worktree_gone, "p", false));  // it runs
  CHECK(is(1, RegistryFault::worktree_gone, "over", true));
  CHECK(is(2, RegistryFault::stray_worktree, "never", true));
  CHECK(is(3, RegistryFault::stray_worktree, "unknown", true));
  CHECK(is(4, RegistryFault::stray_worktree, "worked", false));
  f.state.repair_registry({}, differences[1], ++f.now, f.changes);
  CHECK(f.how("over").workspace.removed);
  CHECK_FALSE(f.how("p").workspace.removed);
}

TEST_CASE("one that waits to be started again has nothing to be there, until the machine is started anew") {
  DeploymentFixture f;
  DeploymentWish wish = wish_for("p");
  wish.order.restarts_allowed = 1;
  REQUIRE(f.reserve(f.alice, wish));
  f.start("p", 2000);
  f.end("p", DeploymentState::failed);
  REQUIRE(f.how("p").restart_us != 0);
  const std::int64_t now = f.now + 60'000'000;
  CHECK(f.state.compare_registry({}, now).empty());
  FoundAll found;
  found.deployments = {ended("p", DeploymentState::failed)};
  CHECK(f.state.compare_registry(found, now).empty());
  SECTION("a daemon that ended while it was started again has left it running") {
    found.deployments = {alive("p", 4000)};
    const auto differences = f.state.compare_registry(found, now);
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].fault == RegistryFault::started_unconfirmed);
    f.state.repair_registry({}, differences[0], ++f.now, f.changes);
    CHECK(f.how("p").state == DeploymentState::starting);
    CHECK(f.how("p").restart_us == 0);
  }
  SECTION("after a reboot it is not started by itself") {
    found.deployments[0].earlier_boot = true;
    const auto differences = f.state.compare_registry(found, now);
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].fault == RegistryFault::gone);
    f.state.repair_registry({}, differences[0], ++f.now, f.changes);
    CHECK(f.how("p").state == DeploymentState::lost);
    CHECK(f.how("p").why.find("started anew") != std::string::npos);
  }
}
