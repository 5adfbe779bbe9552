// The functions in the database, against a real server.
#include "daemon/shared/workspace_database.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <future>
#include <memory>

#include "daemon/shared/database_answer.hpp"
#include "daemon/shared/workspace_schema.hpp"
#include "tests/daemon/shared/postgres_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
using Outcome = WorkspaceDatabase::Acquired::Outcome;

namespace {

constexpr std::chrono::milliseconds kLong{60'000};

SharedIdentity identity(int number) {
  return {fmt::format("00000000-0000-0000-0000-{:012}", number), fmt::format("host{}", number), "someone",
          fmt::format("place{}", number)};
}

SharedQuestion wish(core::LeaseKey lease, const std::string& pattern, core::SessionKey session = 1,
                    core::LeaseMode mode = core::LeaseMode::exclusive) {
  SharedQuestion question;
  question.lease = lease;
  question.workspace = "w";
  question.mode = mode;
  question.patterns = {core::PathPattern::glob(pattern)};
  question.holder.session = session;
  question.holder.agent_id = "agent" + std::to_string(session);
  question.reason = "\"a\\b\"";
  question.ttl_us = 60'000'000;
  return question;
}

struct Member {
  explicit Member(const PostgresServer& server, int number, std::chrono::milliseconds membership = kLong)
      : own(identity(number)), database(Libpq::load().value(), server.address(), -1), workspaces(database) {
    REQUIRE_FALSE(database.connect(ipc::Deadline::after(kLong)));
    if (number == 1) REQUIRE_FALSE(workspaces.init());
    join(membership);
  }
  void join(std::chrono::milliseconds membership, const std::vector<core::LeaseKey>& keep = {}) {
    auto joined = workspaces.join(own, membership, keep);
    REQUIRE(joined);
    REQUIRE_FALSE(joined->is_taken);
    epoch = joined->epoch;
    kept = joined->kept;
  }
  WorkspaceDatabase::Acquired acquire(const SharedQuestion& question, bool waits = false,
                                      const std::vector<std::string>& passed = {},
                                      const std::vector<core::LeaseKey>& released = {}) {
    auto acquired = workspaces.acquire(own.id, epoch, question, waits, passed, released);
    if (!acquired) FAIL(acquired.error().message);
    return *std::move(acquired);
  }
  void release(core::LeaseKey lease) { REQUIRE_FALSE(workspaces.release(own.id, {lease})); }

  SharedIdentity own;
  Database database;
  WorkspaceDatabase workspaces;
  std::int64_t epoch = 0;
  std::vector<core::LeaseKey> kept;
};

}  // namespace

TEST_CASE("what one daemon holds another does not get, and is told who has it") {
  const PostgresServer server;
  Member a(server, 1);
  Member b(server, 2);
  const auto first = a.acquire(wish(1, "/src/a.cpp"));
  REQUIRE(first.outcome == Outcome::granted);
  const auto refused = b.acquire(wish(1, "/src/**"));
  REQUIRE(refused.outcome == Outcome::held);
  REQUIRE(refused.in_the_way.size() == 1);
  const auto& obstacle = refused.in_the_way.front().obstacle;
  CHECK(obstacle.host == "host1");
  CHECK(obstacle.who == "someone");
  CHECK(obstacle.holder.agent_id == "agent1");
  CHECK(obstacle.reason == "\"a\\b\"");
  CHECK(obstacle.paths == std::vector<std::string>{"/src/a.cpp"});
  CHECK(obstacle.until_us > obstacle.since_us);
  CHECK(b.acquire(wish(2, "/src/b.cpp")).outcome == Outcome::granted);
  // A name that begins alike is another one.
  CHECK(b.acquire(wish(3, "/src/a.cpp2")).outcome == Outcome::granted);
  a.release(1);
  const auto later = b.acquire(wish(4, "/src/a.cpp"));
  REQUIRE(later.outcome == Outcome::granted);
  CHECK(later.fence > first.fence);
}

TEST_CASE("the same claim once more is granted once more, with the same fence") {
  const PostgresServer server;
  Member a(server, 1);
  const auto first = a.acquire(wish(1, "/a"));
  CHECK(a.acquire(wish(1, "/a")).fence == first.fence);
  CHECK(a.workspaces.renew(a.own.id, a.epoch, kLong).value() == 1);
}

TEST_CASE("what is released with a request is free whatever becomes of it") {
  const PostgresServer server;
  Member a(server, 1);
  Member b(server, 2);
  for (const core::LeaseKey lease : {1, 2, 3, 4})
    REQUIRE(a.acquire(wish(lease, "/a" + std::to_string(lease))).outcome == Outcome::granted);
  SECTION("granted") {
    CHECK(a.acquire(wish(5, "/b"), false, {}, {1, 2, 77}).outcome == Outcome::granted);
    CHECK(b.acquire(wish(1, "/a1")).outcome == Outcome::granted);
    CHECK(b.acquire(wish(2, "/a2")).outcome == Outcome::granted);
    CHECK(b.acquire(wish(3, "/a3")).outcome == Outcome::held);
    CHECK(a.workspaces.renew(a.own.id, a.epoch, kLong).value() == 3);
  }
  SECTION("held") {
    REQUIRE(b.acquire(wish(1, "/b")).outcome == Outcome::granted);
    const auto refused = a.acquire(wish(5, "/b"), false, {}, {1});
    CHECK(refused.outcome == Outcome::held);
    CHECK(refused.in_the_way.size() == 1);
    CHECK(b.acquire(wish(2, "/a1")).outcome == Outcome::granted);
  }
  SECTION("it waits") {
    REQUIRE(b.acquire(wish(1, "/b")).outcome == Outcome::granted);
    CHECK(a.acquire(wish(5, "/b"), true, {}, {1}).outcome == Outcome::waits);
    CHECK(b.acquire(wish(2, "/a1")).outcome == Outcome::granted);
  }
  SECTION("no member") {
    --a.epoch;
    CHECK(a.acquire(wish(5, "/b"), false, {}, {1}).outcome == Outcome::no_member);
    CHECK(b.acquire(wish(1, "/a1")).outcome == Outcome::granted);
    CHECK(b.acquire(wish(2, "/a2")).outcome == Outcome::held);
  }
  SECTION("in a workspace that nobody has named yet") {
    SharedQuestion elsewhere = wish(5, "/b");
    elsewhere.workspace = "another";
    CHECK(a.acquire(elsewhere, false, {}, {1}).outcome == Outcome::granted);
    CHECK(b.acquire(wish(1, "/a1")).outcome == Outcome::granted);
  }
  SECTION("but not what is asked for") {
    const auto first = a.acquire(wish(1, "/a1"));
    const auto again = a.acquire(wish(1, "/a1"), false, {}, {1, 2});
    CHECK(again.outcome == Outcome::granted);
    CHECK(again.fence == first.fence);
    CHECK(b.acquire(wish(1, "/a1")).outcome == Outcome::held);
    CHECK(b.acquire(wish(2, "/a2")).outcome == Outcome::granted);
  }
}

TEST_CASE("who waits for a workspace has released nothing yet that others would wait for") {
  const PostgresServer server;
  Member a(server, 1);
  Member b(server, 2);
  SharedQuestion elsewhere = wish(9, "/b");
  elsewhere.workspace = "another";
  REQUIRE(b.acquire(elsewhere).outcome == Outcome::granted);
  REQUIRE(a.acquire(wish(1, "/a")).outcome == Outcome::granted);
  REQUIRE(a.workspaces.renew(a.own.id, a.epoch, std::chrono::milliseconds(1)).value() == 1);
  governor::test::let_pass(std::chrono::milliseconds(20));
  Database holder(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(holder.connect(ipc::Deadline::after(kLong)));
  for (const char* statement :
       {"BEGIN", "SELECT 1 FROM governor.workspace WHERE name = 'another' FOR UPDATE"})
    REQUIRE(holder.run(statement, {}, ipc::Deadline::after(kLong)));
  auto waits = std::async(std::launch::async, [&] {
    return static_cast<bool>(a.workspaces.acquire(a.own.id, a.epoch, elsewhere, false, {}, {1}));
  });
  REQUIRE(governor::test::until(ipc::Deadline::after(kLong), [&] {
    return holder
               .run("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", {},
                    ipc::Deadline::after(kLong))
               .value() == Database::Rows{{"1"}};
  }));
  // Its time is over, and so it is expelled: by somebody who would wait for the release if there was one.
  CHECK(b.acquire(wish(1, "/a")).outcome == Outcome::granted);
  REQUIRE(holder.run("COMMIT", {}, ipc::Deadline::after(kLong)));
  CHECK(waits.get());
}

TEST_CASE("a database that was prepared long ago does neither, and says so") {
  const PostgresServer server;
  Member a(server, 1);
  REQUIRE(a.acquire(wish(1, "/a")).outcome == Outcome::granted);
  REQUIRE_FALSE(
      a.database.run_script("DROP FUNCTION governor.release_before_1", ipc::Deadline::after(kLong)));
  const auto refused = a.workspaces.acquire(a.own.id, a.epoch, wish(2, "/b"), false, {}, {1});
  REQUIRE_FALSE(refused);
  CHECK(lacks_function(refused.error()));
  CHECK(a.workspaces.renew(a.own.id, a.epoch, kLong).value() == 1);
}

TEST_CASE("shared claims stand beside each other, and an exclusive one waits for all of them") {
  const PostgresServer server;
  Member a(server, 1);
  Member b(server, 2);
  Member c(server, 3);
  CHECK(a.acquire(wish(1, "/a", 1, core::LeaseMode::shared)).outcome == Outcome::granted);
  CHECK(b.acquire(wish(1, "/a", 1, core::LeaseMode::shared)).outcome == Outcome::granted);
  CHECK(c.acquire(wish(1, "/a"), true).outcome == Outcome::waits);
  // Who comes later does not pass it.
  CHECK(a.acquire(wish(2, "/a", 2, core::LeaseMode::shared)).outcome == Outcome::held);
  a.release(1);
  CHECK(c.acquire(wish(1, "/a"), true).outcome == Outcome::waits);
  b.release(1);
  CHECK(c.acquire(wish(1, "/a"), true).outcome == Outcome::granted);
}

TEST_CASE("the queue is fair over daemons, but nobody stands behind who waits for him") {
  const PostgresServer server;
  Member a(server, 1);
  Member b(server, 2);
  REQUIRE(a.acquire(wish(1, "/d/a", 7)).outcome == Outcome::granted);
  REQUIRE(b.acquire(wish(1, "/d/**"), true).outcome == Outcome::waits);
  CHECK(a.acquire(wish(2, "/d/b", 8)).outcome == Outcome::held);
  CHECK(a.acquire(wish(3, "/d/b", 7)).outcome == Outcome::granted);
}

TEST_CASE("patterns whose beginnings are alike and that mean nothing in common are passed over when named") {
  const PostgresServer server;
  Member a(server, 1);
  Member b(server, 2);
  REQUIRE(a.acquire(wish(1, "/src/*.cpp")).outcome == Outcome::granted);
  const auto refused = b.acquire(wish(1, "/src/*.hpp"));
  REQUIRE(refused.outcome == Outcome::held);
  CHECK(b.acquire(wish(1, "/src/*.hpp"), false, {refused.in_the_way.front().claim}).outcome ==
        Outcome::granted);
  CHECK(prefix_of(core::PathPattern::glob("/src/*.hpp")) == "/src");
  CHECK(prefix_of(core::PathPattern::glob("/**")).empty());
  CHECK(prefix_of(core::PathPattern::literal("/a")) == "/a");
}

TEST_CASE("a daemon whose time is over keeps what nobody wants, and loses all of it to the first who does") {
  const PostgresServer server;
  Member a(server, 1, std::chrono::milliseconds(1));
  Member b(server, 2);
  governor::test::let_pass(std::chrono::milliseconds(20));
  CHECK(a.acquire(wish(1, "/a")).outcome == Outcome::no_member);
  REQUIRE(a.workspaces.renew(a.own.id, a.epoch, kLong).value() == 0);
  const auto first = a.acquire(wish(1, "/a"));
  REQUIRE(first.outcome == Outcome::granted);
  REQUIRE(a.acquire(wish(2, "/b")).outcome == Outcome::granted);
  REQUIRE(a.workspaces.renew(a.own.id, a.epoch, std::chrono::milliseconds(1)).value() == 2);
  governor::test::let_pass(std::chrono::milliseconds(20));
  // It comes back before anybody wanted anything.
  REQUIRE(a.workspaces.renew(a.own.id, a.epoch, std::chrono::milliseconds(1)).value() == 2);
  governor::test::let_pass(std::chrono::milliseconds(20));
  const auto taken = b.acquire(wish(9, "/a"));
  REQUIRE(taken.outcome == Outcome::granted);
  CHECK(taken.fence >> 32U > first.fence >> 32U);
  CHECK(b.acquire(wish(10, "/b")).outcome == Outcome::granted);
  CHECK_FALSE(a.workspaces.renew(a.own.id, a.epoch, kLong).value().has_value());
  CHECK(a.acquire(wish(3, "/c")).outcome == Outcome::no_member);
  a.join(kLong, {1, 2});
  CHECK(a.kept.empty());
  CHECK(a.acquire(wish(3, "/a")).outcome == Outcome::held);
}

TEST_CASE("a member acts under its last epoch alone, and within its time") {
  const PostgresServer server;
  Member a(server, 1);
  Member b(server, 2);
  const std::int64_t before = a.epoch;
  const auto run = [&](const char* script) {
    REQUIRE_FALSE(b.database.run_script(script, ipc::Deadline::after(kLong)));
  };
  const auto outcome = [&](std::int64_t epoch, const std::vector<core::LeaseKey>& released) {
    return a.workspaces.acquire(a.own.id, epoch, wish(1, "/a"), false, {}, released).value().outcome;
  };
  const auto renews = [&](std::int64_t epoch) {
    return a.workspaces.renew(a.own.id, epoch, kLong).value().has_value();
  };
  SECTION("its time is over") {
    run("UPDATE governor.daemon SET expires_at = clock_timestamp() WHERE host = 'host1'");
    CHECK(outcome(before, {}) == Outcome::no_member);
    CHECK(outcome(before, {77}) == Outcome::no_member);
    CHECK(renews(before));
    CHECK(outcome(before, {}) == Outcome::granted);
  }
  SECTION("it has joined anew") {
    a.join(kLong);
    CHECK(outcome(before, {}) == Outcome::no_member);
    CHECK(outcome(before, {77}) == Outcome::no_member);
    CHECK_FALSE(renews(before));
    CHECK(renews(a.epoch));
    CHECK(outcome(a.epoch, {}) == Outcome::granted);
  }
  SECTION("others have taken what it had") {
    REQUIRE(outcome(before, {}) == Outcome::granted);
    run("UPDATE governor.daemon SET expires_at = clock_timestamp() WHERE host = 'host1'");
    REQUIRE(b.acquire(wish(1, "/a")).outcome == Outcome::granted);
    CHECK_FALSE(renews(before));
    // Whatever its time is.
    run("UPDATE governor.daemon SET expires_at = 'infinity' WHERE host = 'host1'");
    b.release(1);
    CHECK(outcome(before, {}) == Outcome::no_member);
  }
  SECTION("nobody expels it within its time") {
    CHECK(b.database.run("SELECT governor.expel($1)", {a.own.id}, ipc::Deadline::after(kLong)).value() ==
          Database::Rows{{"f"}});
    CHECK(outcome(before, {}) == Outcome::granted);
  }
}

TEST_CASE("who joins again keeps what it names, and one of another place takes no name that is in use") {
  const PostgresServer server;
  Member a(server, 1);
  Member b(server, 2);
  for (const core::LeaseKey lease : {1, 2, 3})
    REQUIRE(a.acquire(wish(lease, "/a" + std::to_string(lease))).outcome == Outcome::granted);
  const std::int64_t before = a.epoch;
  a.join(kLong, {2, 77});
  CHECK(a.kept == std::vector<core::LeaseKey>{2});
  CHECK(a.epoch > before);
  CHECK(b.acquire(wish(1, "/a1")).outcome == Outcome::granted);
  CHECK(b.acquire(wish(2, "/a2")).outcome == Outcome::held);
  // The one before cannot act any more.
  CHECK(b.workspaces.acquire(a.own.id, before, wish(8, "/z"), false, {})->outcome == Outcome::no_member);
  SharedIdentity copy = a.own;
  copy.place = "elsewhere";
  CHECK(b.workspaces.join(copy, kLong, {})->is_taken);
}

TEST_CASE("who has not come back for a month is forgotten, unless it holds something") {
  const PostgresServer server;
  Member a(server, 1);
  Member with_lease(server, 2);
  Member with_task(server, 3);
  Member nothing(server, 4);
  Member recent(server, 5);
  const auto run = [&](const std::string& script) {
    REQUIRE_FALSE(a.database.run_script(script.c_str(), ipc::Deadline::after(kLong)));
  };
  const auto known = [&] {
    std::vector<std::string> hosts;
    const auto rows =
        a.database.run("SELECT host FROM governor.daemon ORDER BY host", {}, ipc::Deadline::after(kLong));
    for (const Database::Row& row : rows.value()) hosts.push_back(row.front().value());
    return hosts;
  };
  REQUIRE(with_lease.acquire(wish(1, "/a")).outcome == Outcome::granted);
  REQUIRE(nothing.acquire(wish(1, "/a"), true).outcome == Outcome::waits);
  run("INSERT INTO governor.task(list, number, id, title, description, agent, priority, depends_on, source, "
      "created_us, open, status, daemon) VALUES (1, 1, 'team/x', '', '', '', 1, '{}', '', 0, 0, 1, '" +
      with_task.own.id + "')");
  run("INSERT INTO governor.fleet_alert VALUES ('" + nothing.own.id + "', 1, '', '', '', '', 0)");
  run("UPDATE governor.daemon SET epoch = 7 WHERE host = 'host4'");
  run("UPDATE governor.daemon SET expires_at = now() - interval '31 days' WHERE host <> 'host1'");
  run("UPDATE governor.daemon SET expires_at = now() - interval '29 days' WHERE host = 'host5'");
  a.join(kLong);
  CHECK(known() == std::vector<std::string>{"host1", "host2", "host3", "host5"});
  const auto left = a.database.run(
      "SELECT (SELECT count(*) FROM governor.claim), (SELECT count(*) FROM governor.claimed_path), "
      "(SELECT count(*) FROM governor.fleet_alert)",
      {}, ipc::Deadline::after(kLong));
  CHECK(left.value() == Database::Rows{{"1", "1", "0"}});
  // A daemon that slept for so long is not taken for the one that comes under its name.
  nothing.join(kLong);
  CHECK(nothing.epoch > 7);
  CHECK(known().size() == 5);
}

TEST_CASE("its status names the lists of tasks, and says where an older governor has prepared it") {
  const PostgresServer server;
  Member a(server, 1);
  const auto run = [&](const char* script) {
    REQUIRE_FALSE(a.database.run_script(script, ipc::Deadline::after(kLong)));
  };
  const auto status = [&] { return boost::json::parse(a.workspaces.status().value()).as_object(); };
  run("INSERT INTO governor.task_list(name, last_task, counts) VALUES ('team', 21, '{6,5,4,3,2,1,9}')");
  auto shown = status();
  CHECK(shown.at("is_current") == true);
  CHECK(shown.at("version") == kSharedSchemaVersion);
  CHECK(shown.at("daemons").as_array().size() == 1);
  CHECK(shown.at("task_lists") ==
        boost::json::parse(R"([{"name":"team","total":21,"ready":9,"pending":6,"in_progress":5,"blocked":4,
                                "done":3,"failed":2,"cancelled":1}])"));
  run("DELETE FROM governor.schema_version WHERE version > 3");
  shown = status();
  CHECK(shown.at("is_current") == false);
  CHECK(shown.at("version") == 3);
  CHECK(shown.contains("task_lists"));
  run("DROP FUNCTION governor.task_lists_1");
  shown = status();
  CHECK(shown.at("is_current") == false);
  CHECK_FALSE(shown.contains("task_lists"));
  REQUIRE_FALSE(a.workspaces.init());
  run("INSERT INTO governor.schema_version(version) VALUES (1000)");
  shown = status();
  CHECK(shown.at("is_current") == true);
  CHECK(shown.contains("task_lists"));
}

TEST_CASE("what has no schema, no right or no server says what to do, and no password is repeated") {
  const PostgresServer server;
  Database database(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(database.connect(ipc::Deadline::after(kLong)));
  WorkspaceDatabase workspaces(database);
  const auto nothing = workspaces.join(identity(1), kLong, {});
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().hint.find("governorctl shared init") != std::string::npos);
  CHECK(database.is_connected());
  REQUIRE_FALSE(workspaces.init());
  REQUIRE_FALSE(workspaces.init());  // it may be said again
  REQUIRE_FALSE(database.run_script("CREATE ROLE stranger LOGIN", ipc::Deadline::after(kLong)));
  Database strange(Libpq::load().value(), server.address() + "&user=stranger", -1);
  REQUIRE_FALSE(strange.connect(ipc::Deadline::after(kLong)));
  const auto refused = WorkspaceDatabase(strange).join(identity(1), kLong, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().hint.find("GRANT governor_member") != std::string::npos);
  Database nowhere(Libpq::load().value(), "postgresql://u:geheim@127.0.0.1:1/x?connect_timeout=2", -1);
  const auto none = nowhere.connect(ipc::Deadline::after(kLong));
  REQUIRE(none);
  CHECK(none->code == core::ErrorCode::storage_unavailable);
  CHECK(none->message.find("geheim") == std::string::npos);
}

TEST_CASE("a statement that takes longer than its time is given up, and the connection with it") {
  const PostgresServer server;
  Database database(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(database.connect(ipc::Deadline::after(kLong)));
  CHECK_FALSE(database.run("SELECT pg_sleep(60)", {}, ipc::Deadline::after(std::chrono::milliseconds(50))));
  CHECK_FALSE(database.is_connected());
  REQUIRE_FALSE(database.connect(ipc::Deadline::after(kLong)));
  CHECK(database.run("SELECT $1::text, NULL", {"a"}, ipc::Deadline::after(kLong)).value() ==
        Database::Rows{{"a", std::nullopt}});
}
