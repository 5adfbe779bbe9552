// How long deployments may go on: budgets, limits of accounts, and starts after a failure.
#include <limits>

#include "tests/core/deployment_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

constexpr std::int64_t kSecond = 1'000'000;

struct BudgetFixture : DeploymentFixture {
  DeploymentWish wish(const std::string& id, DeploymentBudget budget, const std::string& task = {}) {
    DeploymentWish wanted = wish_for(id);
    wanted.order.budget = budget;
    wanted.order.task_id = task;
    return wanted;
  }
  void begin(DeploymentWish wanted) {
    const std::string id = wanted.order.id;
    REQUIRE(reserve(alice, std::move(wanted)));
    start(id, next_pid += 10);
  }
  void use(const std::string& id, DeploymentUsage usage) {
    DeploymentSeen seen;
    seen.usage = usage;
    see(id, seen);
  }
  void see(const std::string& id, DeploymentSeen seen) {
    state.note_deployment(key_of(id), std::move(seen), ++now, changes);
  }
  void limit(const std::string& id, std::int64_t until_us) {
    DeploymentSeen seen;
    seen.state = DeploymentState::waiting;
    seen.waiting_for = WaitingFor::quota;
    seen.why = "limit";
    seen.until_us = until_us;
    see(id, seen);
  }
  void expire_at(std::int64_t moment) {
    now = moment;
    state.expire(now, changes);
  }
  Result<const Deployment*> go_on(const std::string& id, std::optional<DeploymentBudget> budget = {}) {
    return state.continue_deployment({alice, 0}, id, budget, ++now, changes);
  }
  bool is_paused_for(const std::string& id, WaitingFor what) {
    return how(id).paused && how(id).state == DeploymentState::waiting && how(id).waiting_for == what;
  }
  std::vector<std::string> happened(const std::string& id) const {
    std::vector<std::string> names;
    const auto* deployment = state.deployments().find(id);
    for (const auto& event : of_kind<DeploymentEventAppended>(changes))
      if (event.deployment == deployment->key) names.push_back(event.event);
    return names;
  }

  std::int64_t next_pid = 2000;
};

DeploymentWish restarting(BudgetFixture& f, const std::string& id, int restarts, std::int64_t backoff = 10) {
  DeploymentWish wanted = f.wish(id, {});
  wanted.order.restarts_allowed = restarts;
  wanted.order.backoff_seconds = backoff;
  return wanted;
}

}  // namespace

TEST_CASE_METHOD(BudgetFixture, "at 80 % the agent is told, at 100 % it is paused and a person asked") {
  begin(wish("p", {10, 0, 0, 0}));
  use("p", {7, 0, 0});
  CHECK(state.budget_note("p", now).empty());
  use("p", {8, 0, 0});
  CHECK(state.budget_note("p", now).find("8 of 10 turns") != std::string::npos);
  CHECK(happened("p").back() == "budget_near");
  CHECK_FALSE(how("p").paused);
  CHECK(open_alerts(AlertKind::deployment_waiting) == 0);
  use("p", {10, 0, 0});
  CHECK(is_paused_for("p", WaitingFor::budget));
  CHECK(needs_person(how("p")));
  REQUIRE(open_alerts(AlertKind::deployment_waiting) == 1);
  const std::string message = state.open_alerts(AlertKind::deployment_waiting)[0].message;
  CHECK(message.find("10 of 10 turns") != std::string::npos);
  CHECK(message.find("governorctl deployments continue p") != std::string::npos);
  CHECK(message.find("governorctl stop p") != std::string::npos);
  // What it had said before it was stopped changes nothing.
  see("p", {});
  CHECK(is_paused_for("p", WaitingFor::budget));
}

TEST_CASE_METHOD(BudgetFixture, "each figure is one of its own, and what is not limited does not count") {
  begin(wish("tokens", {0, 100, 0, 0}));
  begin(wish("cost", {0, 0, 2'000'000, 0}));
  begin(wish("none", {}));
  const std::uint64_t many = 1'000'000'000;
  use("tokens", {many, 99, many});
  use("cost", {many, many, 1'999'999});
  use("none", {many, many, many});
  CHECK_FALSE(how("tokens").paused);
  CHECK_FALSE(how("cost").paused);
  use("tokens", {many, 100, many});
  use("cost", {many, many, 2'000'000});
  CHECK(is_paused_for("tokens", WaitingFor::budget));
  CHECK(is_paused_for("cost", WaitingFor::budget));
  CHECK(how("cost").why.find("2.00 of 2.00 USD") != std::string::npos);
  CHECK_FALSE(how("none").paused);
}

TEST_CASE_METHOD(BudgetFixture, "the clock runs while the program does, and not while it is paused") {
  begin(wish("p", {0, 0, 0, 100}));
  const std::int64_t began = now;
  CHECK(state.next_deadline_us() > began + 79 * kSecond);
  CHECK(state.next_deadline_us() < began + 81 * kSecond);
  expire_at(began + 79 * kSecond);
  CHECK(state.budget_note("p", now).empty());
  expire_at(state.next_deadline_us());
  CHECK_FALSE(state.budget_note("p", now).empty());
  CHECK(state.next_deadline_us() > began + 99 * kSecond);
  expire_at(state.next_deadline_us());
  CHECK(is_paused_for("p", WaitingFor::budget));
  CHECK(now <= began + 101 * kSecond);
  // Only the request to a person has an end.
  CHECK(state.next_deadline_us() == state.approvals().next_expiry());
  expire_at(began + 1000 * kSecond);
  REQUIRE(go_on("p", DeploymentBudget{0, 0, 0, 150}));
  CHECK_FALSE(how("p").paused);
  CHECK(how("p").state == DeploymentState::working);
  expire_at(began + 1049 * kSecond);
  CHECK_FALSE(how("p").paused);
  expire_at(began + 1051 * kSecond);
  CHECK(is_paused_for("p", WaitingFor::budget));
}

TEST_CASE_METHOD(BudgetFixture, "deployments of one task share their budget, others do not") {
  (void)define("T");
  begin(wish("a", {10, 0, 0, 0}, "T"));
  begin(wish("b", {10, 0, 0, 0}, "T"));
  begin(wish("c", {10, 0, 0, 0}));
  use("a", {6, 0, 0});
  use("c", {6, 0, 0});
  CHECK_FALSE(how("b").paused);
  use("b", {4, 0, 0});
  CHECK(is_paused_for("a", WaitingFor::budget));
  CHECK(is_paused_for("b", WaitingFor::budget));
  CHECK_FALSE(how("c").paused);
  const auto refused = reserve(alice, wish("d", {10, 0, 0, 0}, "T"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::limit_exceeded);
  CHECK(refused.error().field == "budget");
  // What was raised for one is raised for all that share it.
  REQUIRE(go_on("a"));
  CHECK_FALSE(how("a").paused);
  CHECK_FALSE(how("b").paused);
  CHECK(budget_of(*state.deployments().find("b")).turns == 20);
  CHECK(open_alerts(AlertKind::deployment_waiting) == 0);
}

TEST_CASE_METHOD(BudgetFixture, "a person raises what is used up, and nobody goes on without that") {
  begin(wish("p", {10, 0, 0, 0}));
  use("p", {12, 0, 0});
  const auto too_little = go_on("p", DeploymentBudget{12, 0, 0, 0});
  REQUIRE_FALSE(too_little);
  CHECK(too_little.error().field == "budget");
  CHECK(how("p").paused);
  REQUIRE(go_on("p"));
  CHECK_FALSE(how("p").paused);
  CHECK(how("p").raised == DeploymentBudget{22, 0, 0, 0});
  CHECK(state.budget_note("p", now).empty());
  use("p", {22, 0, 0});
  CHECK(is_paused_for("p", WaitingFor::budget));
  CHECK(go_on("nobody").error().code == ErrorCode::not_found);
  end("p", DeploymentState::stopped);
  CHECK(go_on("p").error().code == ErrorCode::conflict);
}

TEST_CASE_METHOD(BudgetFixture, "what meets a limit stops the others of its runner until the time it names") {
  begin(wish("a", {}));
  begin(wish("b", {}));
  DeploymentWish other = wish("c", {});
  other.order.runner = "another";
  begin(std::move(other));
  const std::int64_t until = now + 100 * kSecond;
  limit("a", until);
  CHECK_FALSE(how("a").paused);
  CHECK(how("a").waiting_for == WaitingFor::quota);
  CHECK(is_paused_for("b", WaitingFor::quota));
  CHECK_FALSE(how("c").paused);
  // One alert, of the one that met it.
  CHECK(open_alerts(AlertKind::deployment_waiting) == 1);
  CHECK_FALSE(needs_person(how("b")));
  // New ones are told, and wait too.
  CHECK(state.runner_note("generic", now).find("wait until") != std::string::npos);
  CHECK(state.runner_note("another", now).empty());
  begin(wish("d", {}));
  CHECK(is_paused_for("d", WaitingFor::quota));
  CHECK(state.next_deadline_us() == until);
  expire_at(until - 1);
  CHECK(how("b").paused);
  expire_at(until);
  CHECK_FALSE(how("b").paused);
  CHECK_FALSE(how("d").paused);
  CHECK(how("b").state == DeploymentState::working);
  CHECK(state.runner_note("generic", now).empty());
}

TEST_CASE_METHOD(BudgetFixture,
                 "a limit holds when the one that met it is over, and ends when its runner goes on") {
  begin(wish("a", {}));
  begin(wish("b", {}));
  const std::int64_t until = now + 100 * kSecond;
  limit("a", until);
  see("a", {});
  CHECK_FALSE(how("b").paused);
  limit("a", until);
  end("a", DeploymentState::stopped);
  CHECK(is_paused_for("b", WaitingFor::quota));
  REQUIRE(go_on("b"));  // a person knows better
  CHECK_FALSE(how("b").paused);
  limit("b", std::numeric_limits<std::int64_t>::max());
  CHECK(how("b").limited_until_us < now + 10 * 86'400 * kSecond);
}

TEST_CASE_METHOD(BudgetFixture,
                 "one that fails at a limit is started again when it is over, if its session is known") {
  begin(wish("a", {}));
  const std::int64_t until = now + 100 * kSecond;
  DeploymentSeen known;
  known.runner_session = "abc";
  see("a", known);
  limit("a", until);
  end("a", DeploymentState::failed);
  CHECK(how("a").state == DeploymentState::waiting);
  CHECK(how("a").waiting_for == WaitingFor::quota);
  CHECK(how("a").restarts == 0);
  expire_at(until - 1);
  CHECK(state.due_restarts(now).empty());
  expire_at(until);
  CHECK(state.due_restarts(now) == std::vector<std::string>{"a"});
  begin(wish("b", {}));
  limit("b", now + 100 * kSecond);
  end("b", DeploymentState::failed);
  CHECK(how("b").state == DeploymentState::failed);
}

TEST_CASE_METHOD(BudgetFixture,
                 "after a failure it is started again so often, later each time, with its session") {
  begin(restarting(*this, "p", 2));
  DeploymentSeen seen;
  seen.runner_session = "abc";
  seen.usage = DeploymentUsage{3, 30, 300};
  see("p", seen);
  end("p", DeploymentState::failed, "no network");
  CHECK(how("p").state == DeploymentState::waiting);
  CHECK(how("p").waiting_for == WaitingFor::restart);
  CHECK_FALSE(needs_person(how("p")));
  CHECK(open_alerts(AlertKind::deployment_waiting) == 0);
  CHECK(how("p").restart_us == now + 10 * kSecond);
  CHECK(how("p").process.pid == 0);
  CHECK(state.find_agent("p")->profile.status == Lifecycle::active);
  expire_at(how("p").restart_us - 1);
  CHECK(state.due_restarts(now).empty());
  expire_at(how("p").restart_us);
  REQUIRE(state.due_restarts(now) == std::vector<std::string>{"p"});
  start("p", 5000);
  CHECK(how("p").runner_session == "abc");
  CHECK(how("p").attempts == 2);
  CHECK(state.due_restarts(now).empty());
  use("p", {2, 20, 200});
  CHECK(how("p").usage == DeploymentUsage{5, 50, 500});
  end("p", DeploymentState::failed, "no network");
  CHECK(how("p").restart_us == now + 20 * kSecond);
  now = how("p").restart_us;
  start("p", 6000);
  end("p", DeploymentState::failed, "no network");
  CHECK(how("p").state == DeploymentState::failed);
  CHECK(state.find_agent("p")->profile.status == Lifecycle::archived);
}

TEST_CASE_METHOD(BudgetFixture, "only a failure is a reason to start again") {
  for (const auto how_it_ends :
       {DeploymentState::finished, DeploymentState::stopped, DeploymentState::lost}) {
    const std::string id = "p-" + std::string(to_string(how_it_ends));
    begin(restarting(*this, id, 3));
    end(id, how_it_ends);
    CHECK(how(id).state == how_it_ends);
  }
  begin(restarting(*this, "asked", 3));
  state.ask_to_stop("asked", "enough");
  end("asked", DeploymentState::failed);
  CHECK(how("asked").state == DeploymentState::failed);
  REQUIRE(reserve(alice, restarting(*this, "never started", 3)));
  end("never started", DeploymentState::failed);
  CHECK(how("never started").state == DeploymentState::failed);
  begin(restarting(*this, "rebooted", 3));
  DeploymentEnded ended;
  ended.state = DeploymentState::failed;
  ended.is_final = true;
  state.end_deployment(key_of("rebooted"), ended, ++now, changes);
  CHECK(how("rebooted").state == DeploymentState::failed);
}

TEST_CASE_METHOD(BudgetFixture, "what was released at a failure stays so, and the task is told") {
  (void)define("T");
  DeploymentWish wanted = restarting(*this, "p", 1);
  wanted.order.task_id = "T";
  begin(std::move(wanted));
  const SessionKey below = session_below(2010, "of p");
  REQUIRE(claim(below, "T", "p"));
  end("p", DeploymentState::failed, "boom");
  CHECK(standing("T").status == TaskStatus::pending);
  CHECK(standing("T").note.find("boom") != std::string::npos);
}

TEST_CASE_METHOD(BudgetFixture,
                 "five failures within two minutes open the circuit, until a person says or its time") {
  for (int i = 0; i < 5; ++i) {
    CHECK(open_alerts(AlertKind::deployment_spiral) == 0);
    const std::string id = "p-" + std::to_string(i);
    begin(restarting(*this, id, 1));
    end(id, DeploymentState::failed);
    now += 20 * kSecond;
  }
  REQUIRE(open_alerts(AlertKind::deployment_spiral) == 1);
  CHECK(state.runner_note("generic", now).find("fail one after another") != std::string::npos);
  CHECK(state.due_restarts(now + 60 * kSecond).empty());
  const Alert alert = state.open_alerts(AlertKind::deployment_spiral)[0];
  CHECK(alert.message.find("governorctl logs p-4") != std::string::npos);

  SECTION("after a while it closes by itself") {
    expire_at(alert.raised_us + 899 * kSecond);
    CHECK(state.due_restarts(now).empty());
    expire_at(alert.raised_us + 900 * kSecond);
    CHECK(state.due_restarts(now).size() == 5);
  }
  SECTION("a person closes it by the alert") {
    REQUIRE(state.acknowledge_alert({0, 0}, alert, "", ++now, changes));
    CHECK(open_alerts(AlertKind::deployment_spiral) == 0);
    CHECK(state.due_restarts(now + 60 * kSecond).size() == 5);
  }
  SECTION("or by letting one go on") {
    REQUIRE(go_on("p-2"));
    CHECK(open_alerts(AlertKind::deployment_spiral) == 0);
  }
}

TEST_CASE_METHOD(BudgetFixture, "failures far apart, and of different runners, are no spiral") {
  for (int i = 0; i < 12; ++i) {
    DeploymentWish wanted = wish("p-" + std::to_string(i), {});
    wanted.order.runner = i % 3 == 0 ? "one" : i % 3 == 1 ? "two" : "three";
    begin(std::move(wanted));
    end("p-" + std::to_string(i), DeploymentState::failed);
  }
  for (int i = 0; i < 12; ++i) {
    begin(wish("q-" + std::to_string(i), {}));
    end("q-" + std::to_string(i), DeploymentState::failed);
    now += 31 * kSecond;
  }
  CHECK(open_alerts(AlertKind::deployment_spiral) == 0);
}

TEST_CASE_METHOD(BudgetFixture,
                 "one that waits to be started again is not started while its budget is used up") {
  DeploymentWish wanted = restarting(*this, "p", 1);
  wanted.order.budget.turns = 5;
  begin(std::move(wanted));
  use("p", {5, 0, 0});
  CHECK(is_paused_for("p", WaitingFor::budget));
  end("p", DeploymentState::failed);
  CHECK(how("p").state == DeploymentState::waiting);
  CHECK(how("p").waiting_for == WaitingFor::budget);
  CHECK(needs_person(how("p")));
  CHECK(open_alerts(AlertKind::deployment_waiting) == 1);
  expire_at(now + 1000 * kSecond);
  CHECK(state.due_restarts(now).empty());
  REQUIRE(go_on("p"));
  CHECK(state.due_restarts(now) == std::vector<std::string>{"p"});
}

TEST_CASE_METHOD(BudgetFixture,
                 "what is stored is all there is to it: the same holds in a state that was read back") {
  DeploymentWish wanted = restarting(*this, "p", 1);
  wanted.order.budget.turns = 10;
  begin(std::move(wanted));
  begin(wish("q", {}));
  use("p", {10, 0, 0});
  limit("q", now + 100 * kSecond);
  StateSeed seed;
  std::unordered_map<DeploymentKey, Deployment> stored;
  for (const Change& change : changes) {
    if (const auto* made = std::get_if<DeploymentAppended>(&change))
      stored[made->deployment.key] = made->deployment;
    if (const auto* changed = std::get_if<DeploymentChanged>(&change))
      stored[changed->deployment].standing = changed->standing;
  }
  for (const auto& [key, deployment] : stored) seed.deployments.push_back(deployment);
  const State again(Thresholds{}, std::move(seed), LoopPolicy::advise, {}, {}, Authority::people, {});
  CHECK(again.deployments().find("p")->standing == how("p"));
  CHECK(again.deployments().find("q")->standing == how("q"));
  CHECK(again.runner_note("generic", now) == state.runner_note("generic", now));
  CHECK(again.budget_note("p", now) == state.budget_note("p", now));
  CHECK(again.next_deadline_us() == state.next_deadline_us());
}

TEST_CASE_METHOD(BudgetFixture,
                 "a budget that is used up is a person's question, and the answer lets it go on") {
  begin(wish("p", {10, 0, 0, 0}));
  use("p", {10, 0, 0});
  REQUIRE(state.approvals().open().size() == 1);
  const ApprovalKey asked = *state.approvals().open().begin();
  const Approval& approval = *state.approvals().find(asked);
  CHECK(approval.subject.kind == ApprovalKind::budget);
  CHECK(approval.subject.target_id == "p");
  CHECK(approval.why.find("10 of 10 turns") != std::string::npos);
  const std::string message = state.open_alerts(AlertKind::deployment_waiting)[0].message;
  CHECK(message.find("governorctl approvals approve " + std::to_string(asked)) != std::string::npos);
  CHECK(open_alerts(AlertKind::approval_requested) == 0);
  SECTION("approved") {
    REQUIRE(state.answer_approval({person, 0}, {asked, true, "", 0, false}, ++now, changes));
    CHECK_FALSE(how("p").paused);
    CHECK(how("p").raised->turns == 20);
    CHECK(state.approvals().find(asked)->standing.status == ApprovalStatus::approved);
    CHECK_FALSE(state.answer_approval({person, 0}, {asked, true, "", 0, false}, ++now, changes));
    CHECK(how("p").raised->turns == 20);
  }
  SECTION("denied") {
    REQUIRE(state.answer_approval({person, 0}, {asked, false, "enough", 0, false}, ++now, changes));
    CHECK(is_paused_for("p", WaitingFor::budget));
    CHECK(state.approvals().open().empty());
  }
  SECTION("continued otherwise") {
    REQUIRE(go_on("p"));
    CHECK(state.approvals().find(asked)->standing.status == ApprovalStatus::expired);
  }
  SECTION("ended meanwhile") {
    end("p", DeploymentState::stopped);
    CHECK(state.approvals().find(asked)->standing.status == ApprovalStatus::expired);
  }
  CHECK((state.approvals().open().empty() || is_paused_for("p", WaitingFor::budget)));
}
