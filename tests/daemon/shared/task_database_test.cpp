// The functions of shared tasks in the database, against a real server.
#include "daemon/shared/task_database.hpp"

#include <fmt/format.h>

#include <future>
#include <memory>
#include <set>
#include <vector>

#include "daemon/shared/shared_workspaces.hpp"
#include "tests/daemon/shared/postgres_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
using core::TaskStatus;
using TaskOutcome = SharedTaskAnswer::Outcome;

namespace {

constexpr std::chrono::milliseconds kTaskPatience{60'000};

core::TaskDefinition task_of(std::string id, std::vector<std::string> depends_on = {}) {
  core::TaskDefinition definition;
  definition.title = "title of " + id;
  definition.description = "its \"text\"\n";
  definition.id = std::move(id);
  definition.depends_on = std::move(depends_on);
  return definition;
}

/// A daemon with a connection, and one session of it.
struct TaskMember {
  TaskMember(const PostgresServer& server, int number, std::chrono::milliseconds membership = kTaskPatience)
      : database(Libpq::load().value(), server.address(), -1), tasks(database, member) {
    REQUIRE_FALSE(database.connect(ipc::Deadline::after(kTaskPatience)));
    WorkspaceDatabase workspaces(database);
    if (number == 1) REQUIRE_FALSE(workspaces.init());
    member.daemon = fmt::format("00000000-0000-0000-0000-{:012}", number);
    const SharedIdentity own{member.daemon, fmt::format("host{}", number), "someone",
                             fmt::format("place{}", number)};
    auto joined = workspaces.join(own, membership, {});
    REQUIRE(joined);
    member.epoch = joined->epoch;
    caller = {"", "session", 7, "client", 42, false};
  }
  /// Each call is a request of its own, unless it is given a name.
  const SharedTaskCaller& fresh(const std::string& request = {}) {
    caller.request = request.empty() ? std::to_string(++requests) : request;
    return caller;
  }
  SharedTaskAnswer is(TaskDatabase::Answer answer) {
    if (!answer) FAIL(answer.error().message);
    return *std::move(answer);
  }
  SharedTaskAnswer define(core::TaskDefinition definition) {
    return is(tasks.define(fresh(), definition, ""));
  }
  SharedTaskAnswer claim(const std::string& id = {}, const std::string& agent = {},
                         std::int64_t ttl_us = 60'000'000, const std::string& request = {}) {
    return is(tasks.claim(fresh(request), "team", {id, agent, ttl_us}));
  }
  SharedTaskAnswer update(const std::string& id, std::optional<TaskStatus> status = {},
                          std::optional<int> progress = {}, std::optional<std::string> note = {},
                          const std::string& request = {}) {
    return is(tasks.update(fresh(request), {id, status, progress, std::move(note)}));
  }
  SharedTaskAnswer get(const std::string& id) { return is(tasks.get(fresh(), id, 20)); }
  SharedTaskAnswer list(TaskDatabase::Query query = {}) {
    query.list = "team";
    return is(tasks.list(fresh(), query));
  }
  /// The id of the next one; empty: none is ready.
  std::string next(const std::string& agent = {}) {
    const auto answer = claim({}, agent);
    return answer.outcome == TaskOutcome::done ? answer.task().definition.id : std::string();
  }

  SharedMember member;
  Database database;
  TaskDatabase tasks;
  SharedTaskCaller caller;
  int requests = 0;
};

}  // namespace

TEST_CASE("a shared task is what was defined, for every daemon, and is defined once") {
  const PostgresServer server;
  TaskMember a(server, 1);
  TaskMember b(server, 2);
  auto definition = task_of("team/one", {"team/a", "team/b"});
  definition.priority = core::TaskPriority::high;
  definition.agent = "someone";
  const auto defined = a.define(definition);
  REQUIRE(defined.outcome == TaskOutcome::done);
  CHECK(defined.event == "defined");
  const auto again = b.define(definition);
  REQUIRE(again.outcome == TaskOutcome::exists);
  CHECK(again.task().definition == definition);
  CHECK(again.event.empty());
  const auto got = b.get("team/one");
  CHECK(got.task().definition == definition);
  CHECK_FALSE(got.tasks.is_ready(got.task()));
  CHECK(got.events.empty());
  CHECK(b.get("team/two").outcome == TaskOutcome::unknown);
}

TEST_CASE("the next shared task is the oldest of the highest priority that is ready and for whoever asks") {
  const PostgresServer server;
  TaskMember a(server, 1);
  TaskMember b(server, 2);
  a.define(task_of("team/old"));
  auto urgent = task_of("team/urgent");
  urgent.priority = core::TaskPriority::critical;
  urgent.agent = "x";
  a.define(urgent);
  a.define(task_of("team/waits", {"team/old"}));
  CHECK(b.next() == "team/old");
  CHECK(b.next().empty());
  CHECK(b.next("x") == "team/urgent");
  const auto none = a.claim();
  CHECK(none.counts.ready == 0);
  CHECK(none.counts.of[static_cast<std::size_t>(TaskStatus::in_progress)] == 2);
  CHECK(none.counts.total() == 3);
  b.update("team/old", TaskStatus::done);
  CHECK(a.next() == "team/waits");
  a.update("team/waits", TaskStatus::pending);
  CHECK(a.list().counts.ready == 1);
  b.update("team/old", TaskStatus::pending);  // opened again: it makes others wait again
  CHECK(a.list().counts.ready == 1);
  CHECK(a.next() == "team/old");
}

TEST_CASE("a cycle of shared tasks is found and spelled out, however they were defined") {
  const PostgresServer server;
  TaskMember a(server, 1);
  CHECK(a.define(task_of("team/a", {"team/a"})).cycle == std::vector<std::string>{"team/a", "team/a"});
  a.define(task_of("team/a", {"team/b", "team/x"}));
  a.define(task_of("team/b", {"team/c", "team/x"}));
  const auto refused = a.define(task_of("team/c", {"team/a", "team/y"}));
  REQUIRE(refused.outcome == TaskOutcome::cycle);
  CHECK(refused.cycle == std::vector<std::string>{"team/c", "team/a", "team/b", "team/c"});
  CHECK(a.define(task_of("team/x", {"team/y"})).outcome == TaskOutcome::done);
}

TEST_CASE("a claimed shared task is updated by its session and by people alone") {
  const PostgresServer server;
  TaskMember a(server, 1);
  TaskMember b(server, 2);
  a.define(task_of("team/one"));
  CHECK(a.claim("team/one").task().standing.claim->session == 7);
  const auto theirs = b.claim("team/one");
  REQUIRE(theirs.outcome == TaskOutcome::refused);
  CHECK(theirs.task().standing.claim->session == -1);
  CHECK(theirs.task().standing.claim->host == "host1");
  CHECK(b.update("team/one", {}, 5).outcome == TaskOutcome::refused);
  const auto alive = a.update("team/one");
  CHECK(alive.event == "sign_of_life");
  CHECK(a.claim("team/one").event == "claim_renewed");
  CHECK(a.update("team/one", TaskStatus::blocked, {}, "why").task().standing.claim);
  b.caller.is_person = true;
  const auto ended = b.update("team/one", TaskStatus::cancelled);
  CHECK_FALSE(ended.task().standing.claim);
  b.caller.is_person = false;
  CHECK(b.update("team/one", TaskStatus::done).outcome == TaskOutcome::refused);
  CHECK(b.update("team/one", TaskStatus::in_progress).outcome == TaskOutcome::refused);
  CHECK(b.update("team/one", TaskStatus::pending).event == "reopened");
  std::vector<std::string> events;
  for (const SharedTaskEvent& event : a.get("team/one").events) events.push_back(event.event);
  CHECK(events == std::vector<std::string>{"claimed", "claim_renewed", "updated", "updated", "reopened"});
}

TEST_CASE("the same request once more has no further effect and the same answer") {
  const PostgresServer server;
  TaskMember a(server, 1);
  a.define(task_of("team/one"));
  a.define(task_of("team/two"));
  const auto first = a.claim({}, {}, 60'000'000, "line 5");
  a.update("team/one", {}, 40);
  const auto again = a.claim({}, {}, 60'000'000, "line 5");
  CHECK(again.task() == first.task());
  CHECK(again.now_us == first.now_us);
  CHECK(a.update("team/one", {}, 50, {}, "line 6").task().standing.progress == 50);
  a.update("team/one", {}, 60);
  CHECK(a.update("team/one", {}, 50, {}, "line 6").task().standing.progress == 50);
  CHECK(a.get("team/one").task().standing.progress == 60);
  CHECK(a.list().counts.ready == 1);
  // A refusal has no effect that could come twice: it is decided anew.
  CHECK(a.claim("team/none", {}, 60'000'000, "line 7").outcome == TaskOutcome::unknown);
  a.define(task_of("team/none"));
  CHECK(a.claim("team/none", {}, 60'000'000, "line 7").outcome == TaskOutcome::done);
}

TEST_CASE("many who claim at once never get the same shared task") {
  const PostgresServer server;
  TaskMember first(server, 1);
  constexpr int kTasks = 60;
  for (int i = 0; i < kTasks; ++i) first.define(task_of(fmt::format("team/{}", i)));
  std::vector<std::unique_ptr<TaskMember>> members;
  for (int i = 0; i < 4; ++i) members.push_back(std::make_unique<TaskMember>(server, i + 2));
  std::vector<std::future<std::vector<std::string>>> claims;
  for (auto& member : members) {
    claims.push_back(std::async(std::launch::async, [&member = *member] {
      std::vector<std::string> own;
      for (;;) {
        auto answer = member.tasks.claim(member.fresh(), "team", {});
        if (!answer || answer->outcome != TaskOutcome::done) return own;
        own.push_back(answer->task().definition.id);
      }
    }));
  }
  std::vector<std::string> all;
  for (auto& claim : claims) {
    for (std::string& id : claim.get()) all.push_back(std::move(id));
  }
  CHECK(all.size() == kTasks);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == kTasks);
}

TEST_CASE("a claim of a shared task ends with its time, its session, or its daemon's membership") {
  const PostgresServer server;
  TaskMember a(server, 1);
  a.define(task_of("team/one"));
  a.claim("team/one", {}, 1);
  const auto late = a.get("team/one");
  CHECK_FALSE(late.task().standing.claim);
  CHECK(late.events.back().event == "claim_expired");

  a.claim("team/one");
  REQUIRE_FALSE(a.tasks.keep_sessions({"other", "session"}, {"x"}));
  CHECK(a.get("team/one").task().standing.claim);
  REQUIRE_FALSE(a.tasks.keep_sessions({"other"}, {}));
  CHECK_FALSE(a.get("team/one").task().standing.claim);

  a.claim("team/one", "x");
  REQUIRE_FALSE(a.tasks.keep_sessions({"session"}, {"y"}));
  CHECK(a.get("team/one").task().standing.claim);
  REQUIRE_FALSE(a.tasks.keep_sessions({"session"}, {"x", "y"}));
  CHECK_FALSE(a.get("team/one").task().standing.claim);

  TaskMember brief(server, 2, std::chrono::milliseconds(1500));
  brief.claim("team/one");
  CHECK(a.claim("team/one").outcome == TaskOutcome::refused);
  CHECK(governor::test::until(ipc::Deadline::after(kTaskPatience),
                              [&] { return a.claim("team/one").outcome == TaskOutcome::done; }));
  const auto over = brief.tasks.update(brief.fresh(), {"team/one", TaskStatus::done, {}, {}});
  REQUIRE_FALSE(over);
  CHECK(over.error().given == no_member().given);
}

TEST_CASE("a person says for whom a shared task is, which ends the claim of anybody else") {
  const PostgresServer server;
  TaskMember a(server, 1);
  a.define(task_of("team/one"));
  a.claim("team/one", "x");
  CHECK(a.is(a.tasks.assign(a.fresh(), {"team/one", "x", "for x"})).task().standing.claim);
  const auto given = a.is(a.tasks.assign(a.fresh(), {"team/one", "y", "for y"}));
  CHECK_FALSE(given.task().standing.claim);
  CHECK(given.event == "reassigned");
  CHECK(given.task().definition.agent == "y");
  CHECK(a.is(a.tasks.assign(a.fresh(), {"team/one", "y", "for y"})).event.empty());
  CHECK(a.claim("team/one", "x").outcome == TaskOutcome::refused);
  CHECK(a.next("y") == "team/one");
  a.update("team/one", TaskStatus::done);
  CHECK(a.is(a.tasks.assign(a.fresh(), {"team/one", "", ""})).outcome == TaskOutcome::refused);
}

TEST_CASE("shared tasks are listed page by page, those that are asked for") {
  const PostgresServer server;
  TaskMember a(server, 1);
  for (int i = 0; i < 5; ++i) a.define(task_of(fmt::format("team/{}", i)));
  a.claim("team/3", "x");
  TaskDatabase::Query query;
  query.limit = 2;
  const auto first = a.list(query);
  CHECK(first.keys.size() == 2);
  REQUIRE(first.next == 2);
  query.after = first.next;
  query.limit = 3;
  CHECK(a.list(query).next == 0);
  query = {};
  query.agent = "x";
  CHECK(a.list(query).keys == std::vector<core::TaskKey>{4});
  query = {};
  query.text = "of team/2";
  CHECK(a.list(query).keys == std::vector<core::TaskKey>{3});
  query = {};
  query.ready = true;
  CHECK(a.list(query).keys.size() == 4);
  query.status = TaskStatus::in_progress;
  CHECK(a.list(query).keys.empty());
}
