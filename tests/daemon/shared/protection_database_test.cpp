// What is protected on one machine, asked for on another: the functions on a real server.
#include "daemon/shared/protection_database.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <future>

#include "daemon/shared/fleet_database.hpp"
#include "daemon/shared/known_protections.hpp"
#include "daemon/shared/workspace_database.hpp"
#include "tests/daemon/shared/postgres_server.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
using Outcome = WorkspaceDatabase::Acquired::Outcome;

namespace {

constexpr std::chrono::minutes kPatience{1};

core::Protection protection_of(const std::string& pattern, const std::string& reason = "reviewed",
                               const std::string& workspace = "w") {
  core::Protection protection;
  protection.path.shared.workspace = workspace;
  protection.path.shared.path = pattern.find('*') == std::string::npos ? core::PathPattern::literal(pattern)
                                                                       : core::PathPattern::glob(pattern);
  protection.reason = reason;
  protection.by = "governorctl";
  protection.since_us = 1'769'860'800'000'000;
  return protection;
}

SharedQuestion write_of(const std::string& pattern) {
  SharedQuestion question;
  question.lease = 1;
  question.workspace = "w";
  question.patterns = {core::PathPattern::glob(pattern)};
  question.guarded = question.patterns;
  question.holder.session = 1;
  question.ttl_us = 60'000'000;
  return question;
}

/// A daemon of a machine of its own.
struct Protector {
  Protector(const PostgresServer& server, int number)
      : id(fmt::format("00000000-0000-4000-8000-{:012}", number)),
        host(fmt::format("host{}", number)),
        database(Libpq::load().value(), server.address(), -1) {
    REQUIRE_FALSE(database.connect(ipc::Deadline::after(kPatience)));
    if (number == 1) REQUIRE_FALSE(WorkspaceDatabase(database).init());
    join();
  }
  void join() {
    const auto joined = WorkspaceDatabase(database).join({id, host, "ann", host}, kPatience, {});
    REQUIRE(joined);
    epoch = joined->epoch;
  }
  bool tell(const std::vector<core::Protection>& protections) {
    const auto told = ProtectionDatabase(database).tell(id, epoch, told_protections(protections));
    if (!told) FAIL(told.error().message);
    return *told;
  }
  WorkspaceDatabase::Acquired acquire(const SharedQuestion& question, bool waits = false,
                                      const std::vector<std::string>& passed = {}) {
    auto acquired = WorkspaceDatabase(database).acquire(id, epoch, question, waits, {}, {}, passed);
    if (!acquired) FAIL(acquired.error().message);
    return *std::move(acquired);
  }
  /// And gives it back.
  Outcome outcome_of(const SharedQuestion& question) {
    const Outcome outcome = acquire(question).outcome;
    REQUIRE_FALSE(WorkspaceDatabase(database).release(id, {question.lease}));
    return outcome;
  }
  void sql(const std::string& statement) {
    REQUIRE_FALSE(database.run_script(statement.c_str(), ipc::Deadline::after(kPatience)));
  }

  std::string id;
  std::string host;
  Database database;
  std::int64_t epoch = 0;
};

}  // namespace

TEST_CASE("what one machine has protected another does not get to write, and is told who has") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  REQUIRE(a.tell({protection_of("/src/core/**"), protection_of("/key.pem", "of the \"team\"")}));
  const auto refused = b.acquire(write_of("/key.pem"));
  REQUIRE(refused.outcome == Outcome::is_protected);
  REQUIRE(refused.protections.size() == 1);
  const core::ProtectionElsewhere& protection = refused.protections.front().protection;
  CHECK(protection.pattern == core::PathPattern::literal("/key.pem"));
  CHECK(protection.reason == "of the \"team\"");
  CHECK(protection.since_us == 1'769'860'800'000'000);
  CHECK(protection.host == "host1");
  CHECK(protection.who == "ann");
  CHECK(b.outcome_of(write_of("/src/core/a.cpp")) == Outcome::is_protected);
  CHECK(b.outcome_of(write_of("/src/**")) == Outcome::is_protected);
  CHECK(b.outcome_of(write_of("/src/corec")) == Outcome::granted);
  SharedQuestion elsewhere = write_of("/key.pem");
  elsewhere.workspace = "other";
  CHECK(b.outcome_of(elsewhere) == Outcome::granted);
}

TEST_CASE(
    "protections of its own, leases for reading and what a person has unlocked are the daemon's to judge") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  REQUIRE(a.tell({protection_of("/x")}));
  CHECK(a.outcome_of(write_of("/x")) == Outcome::granted);
  SharedQuestion unguarded = write_of("/x");
  unguarded.guarded.clear();
  CHECK(b.outcome_of(unguarded) == Outcome::granted);
  CHECK(b.outcome_of(write_of("/x")) == Outcome::is_protected);
}

TEST_CASE("what is told replaces what was told before, and a pattern that stays keeps its id") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  REQUIRE(a.tell({protection_of("/x"), protection_of("/y"), protection_of("/y", "in another clone")}));
  const auto before = b.acquire(write_of("/y"));
  REQUIRE(before.protections.size() == 1);
  REQUIRE(a.tell({protection_of("/y", "another reason"), protection_of("/z")}));
  CHECK(b.outcome_of(write_of("/x")) == Outcome::granted);
  const auto after = b.acquire(write_of("/y"));
  REQUIRE(after.protections.size() == 1);
  CHECK(after.protections.front().id == before.protections.front().id);
  CHECK(after.protections.front().protection.reason == "another reason");
  CHECK(b.outcome_of(write_of("/z")) == Outcome::is_protected);
  REQUIRE(b.tell({protection_of("/mine")}));
  REQUIRE(a.tell({}));
  CHECK(b.outcome_of(write_of("/y")) == Outcome::granted);
  CHECK(a.outcome_of(write_of("/mine")) == Outcome::is_protected);
}

TEST_CASE("protections stand while their daemon is away, and go when it leaves") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  REQUIRE(a.tell({protection_of("/x")}));
  b.sql("UPDATE governor.daemon SET expires_at = now() - interval '1 year' WHERE host = 'host1'");
  CHECK_FALSE(a.tell({}));
  CHECK(b.outcome_of(write_of("/x")) == Outcome::is_protected);
  REQUIRE_FALSE(WorkspaceDatabase(b.database).init());  // once more
  CHECK(b.outcome_of(write_of("/x")) == Outcome::is_protected);
  b.sql("DELETE FROM governor.daemon WHERE host = 'host1'");  // as one that nobody has seen for long
  CHECK(b.outcome_of(write_of("/x")) == Outcome::is_protected);
  const std::int64_t old = a.epoch;
  a.join();
  a.join();
  CHECK(b.outcome_of(write_of("/x")) == Outcome::is_protected);
  const auto late = ProtectionDatabase(a.database).tell(a.id, old, "[]");
  REQUIRE(late);
  CHECK_FALSE(*late);
  CHECK(FleetDatabase(b.database).leave(a.id).value());
  CHECK(b.outcome_of(write_of("/x")) == Outcome::granted);
}

TEST_CASE("a request that waits keeps its place when something is protected, and does not get it") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  REQUIRE(a.acquire(write_of("/x")).outcome == Outcome::granted);
  REQUIRE(b.acquire(write_of("/x"), true).outcome == Outcome::waits);
  REQUIRE(a.tell({protection_of("/x")}));
  REQUIRE_FALSE(WorkspaceDatabase(a.database).release(a.id, {1}));
  const auto refused = b.acquire(write_of("/x"), true);
  REQUIRE(refused.outcome == Outcome::is_protected);
  SharedQuestion another = write_of("/x");
  another.lease = 2;
  CHECK(a.acquire(another).outcome == Outcome::held);
  REQUIRE_FALSE(WorkspaceDatabase(b.database).release(b.id, {1}));
  CHECK(a.acquire(another).outcome == Outcome::granted);
}

TEST_CASE("who asks while it is being told hears of it") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  REQUIRE(b.outcome_of(write_of("/x")) == Outcome::granted);
  a.sql("BEGIN");
  REQUIRE(a.tell({protection_of("/x")}));
  auto asked = std::async(std::launch::async, [&] { return b.acquire(write_of("/x")).outcome; });
  Database looks(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(looks.connect(ipc::Deadline::after(kPatience)));
  const auto waits_for_it = [&] {
    const auto rows =
        looks.run("SELECT 1 FROM pg_locks WHERE NOT granted", {}, ipc::Deadline::after(kPatience));
    return rows && !rows->empty();
  };
  while (!waits_for_it() && asked.wait_for(std::chrono::seconds(0)) == std::future_status::timeout) {
  }
  a.sql("COMMIT");
  CHECK(asked.get() == Outcome::is_protected);
}

TEST_CASE("of a pattern that is near and means others it is asked once") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  REQUIRE(a.tell({protection_of("/**/*.pem"), protection_of("/src/*/secret"), protection_of("/docs/x")}));
  const SharedQuestion question = write_of("/src/a.cpp");
  const auto near = b.acquire(question);
  REQUIRE(near.outcome == Outcome::is_protected);
  CHECK(near.protections.size() == 2);
  KnownProtections known;
  CHECK(known.others_than_of(question).empty());
  CHECK(known.look_closer(question, near.protections).empty());
  const auto others = known.others_than_of(question);
  CHECK(others.size() == 2);
  CHECK(b.acquire(question, false, others).outcome == Outcome::granted);
  const SharedQuestion meant = write_of("/src/b.pem");
  const auto refused = b.acquire(meant, false, known.others_than_of(meant));
  REQUIRE(refused.outcome == Outcome::is_protected);
  const auto met = known.look_closer(meant, refused.protections);
  REQUIRE(met.size() == 1);
  CHECK(met.front().pattern.text() == "/**/*.pem");
  // What is far away is not named.
  CHECK(known.others_than_of(write_of("/docs/y")).size() == 1);
}

TEST_CASE("what is to be released with a request is so, whether that is granted or not") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  REQUIRE(a.tell({protection_of("/x")}));
  SharedQuestion held = write_of("/y");
  held.lease = 7;
  REQUIRE(b.acquire(held).outcome == Outcome::granted);
  SharedQuestion wanted = write_of("/x");
  wanted.lease = 8;
  const auto refused = WorkspaceDatabase(b.database).acquire(b.id, b.epoch, wanted, false, {}, {7, 8});
  REQUIRE(refused);
  CHECK(refused->outcome == Outcome::is_protected);
  SharedQuestion other = write_of("/y");
  CHECK(a.acquire(other).outcome == Outcome::granted);
}

TEST_CASE("of a write it is asked alone") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  const auto found = [](Protector& who, const std::string& path) {
    const auto all = ProtectionDatabase(who.database).find(who.id, {"w", core::PathPattern::literal(path)});
    if (!all) FAIL(all.error().message);
    return all->size();
  };
  CHECK(found(b, "/src/a.pem") == 0);  // nobody has been in this workspace yet
  REQUIRE(a.tell({protection_of("/**/*.pem"), protection_of("/src/a.pem"), protection_of("/src/b.pem")}));
  CHECK(found(b, "/src/a.pem") == 2);
  CHECK(found(b, "/src/a.cpp") == 0);
  CHECK(found(a, "/src/a.pem") == 0);
}

TEST_CASE("paths that are longer than what an index takes are protected as well") {
  const PostgresServer server;
  Protector a(server, 1);
  Protector b(server, 2);
  std::string path;
  while (path.size() < 3500) path += "/" + std::string(200, static_cast<char>('a' + path.size() % 26));
  REQUIRE(a.tell({protection_of(path)}));
  SharedQuestion question = write_of(path);
  question.patterns = {core::PathPattern::literal("/x")};  // of a lease such a path cannot be
  CHECK(b.outcome_of(question) == Outcome::is_protected);
}

TEST_CASE("what is told is what lies in shared workspaces") {
  core::Protection alone = protection_of("/x");
  alone.path.shared = {};
  core::Protection configured = protection_of("/y", std::string("a\0b", 3));
  configured.configured = true;
  const auto told = boost::json::parse(told_protections({alone, configured})).as_array();
  REQUIRE(told.size() == 1);
  CHECK(told.at(0).as_object().at("pattern") == "/y");
  CHECK(told.at(0).as_object().at("since_us") == 0);
  CHECK(told.at(0).as_object().at("reason") == "a b");
}

TEST_CASE("protections of a clone lie in its workspace, those that count everywhere in none") {
  FileServices files("/nonexistent", FileSettings());
  std::vector<core::Protection> protections(3);
  protections[0].path.pattern = core::PathPattern::glob("/**/.env");
  protections[1].path.pattern = core::PathPattern::literal("/nowhere/x");
  protections[2].path.pattern = core::PathPattern::literal("/nowhere/y");
  protections[2].path.shared.workspace = "as it was before";
  files.share_with([](core::LeasePath& path) -> std::optional<core::Error> {
    if (path.pattern.text() == "/nowhere/x") {
      path.shared.workspace = "w";
      path.shared.path = core::PathPattern::literal("/x");
    }
    return std::nullopt;
  });
  place_in_workspaces(protections, files);
  CHECK_FALSE(protections[0].path.shared.is_known());
  CHECK(protections[1].path.shared.workspace == "w");
  CHECK_FALSE(protections[2].path.shared.is_known());
}

TEST_CASE("a member may tell and ask, whoever is none is told what to do") {
  const PostgresServer server;
  Protector owner(server, 1);
  owner.sql("CREATE ROLE mia LOGIN IN ROLE governor_member; CREATE ROLE noa LOGIN");
  const auto as = [&](const std::string& user) {
    std::string address = server.address();
    address.replace(address.find("tester"), 6, user);
    Database database(Libpq::load().value(), address, -1);
    REQUIRE_FALSE(database.connect(ipc::Deadline::after(kPatience)));
    auto told = ProtectionDatabase(database).tell(owner.id, owner.epoch, "[]");
    if (!told) return told;
    const auto acquired =
        WorkspaceDatabase(database).acquire(owner.id, owner.epoch, write_of("/x"), false, {});
    if (!acquired) return core::Result<bool>(acquired.error());
    return told;
  };
  CHECK(as("mia"));
  const auto refused = as("noa");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().hint.find("GRANT governor_member") != std::string::npos);
}

TEST_CASE("a database from before protections is said to be old, with what to do") {
  const PostgresServer server;
  Protector a(server, 1);
  a.sql(
      "DROP FUNCTION governor.tell_protections_1; DROP FUNCTION governor.acquire_allowed_1; "
      "DROP TABLE governor.protection");
  const auto untold = ProtectionDatabase(a.database).tell(a.id, a.epoch, "[]");
  REQUIRE_FALSE(untold);
  CHECK(untold.error().hint.find("governorctl shared init") != std::string::npos);
  const auto refused = WorkspaceDatabase(a.database).acquire(a.id, a.epoch, write_of("/x"), false, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().hint.find("governorctl shared init") != std::string::npos);
}
