// The part that a daemon plays, with a real server.
#include "daemon/shared/shared_workspaces.hpp"

#include <future>
#include <mutex>

#include "daemon/shared/protection_database.hpp"
#include "tests/daemon/shared/postgres_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

constexpr std::chrono::milliseconds kEver{60'000};

void prepare(const PostgresServer& server) {
  Database database(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(database.connect(ipc::Deadline::after(kEver)));
  REQUIRE_FALSE(WorkspaceDatabase(database).init());
}

SharedQuestion want(core::LeaseKey lease, const std::string& path, std::chrono::seconds wait = {}) {
  SharedQuestion question;
  question.lease = lease;
  question.workspace = "w";
  question.patterns = {core::PathPattern::glob(path)};
  question.holder.session = 1;
  question.ttl_us = 60'000'000;
  question.wait_us = std::chrono::microseconds(wait).count();
  return question;
}

class Machine {
 public:
  explicit Machine(const std::string& address, const std::string& host, std::vector<core::LeaseKey> held = {},
                   std::chrono::milliseconds membership = std::chrono::milliseconds(1500),
                   std::shared_ptr<TemporaryDirectory> directory = std::make_shared<TemporaryDirectory>(),
                   std::chrono::milliseconds first_poll = std::chrono::milliseconds(50))
      : state(std::move(directory)),
        workspaces(std::make_shared<SharedWorkspaces>(
            SharedWorkspaces::Settings{address, membership, *state / "identity", host, "me", first_poll,
                                       [this](std::string_view payload) {
                                         const std::lock_guard lock(mutex_);
                                         notices_.emplace_back(payload);
                                       }})) {
    SharedWorkspaces::Events events;
    events.on_lost = [this](std::vector<core::LeaseKey> leases) {
      const std::lock_guard lock(mutex_);
      lost_.insert(lost_.end(), leases.begin(), leases.end());
    };
    workspaces->start(std::move(held), std::move(events));
  }
  ~Machine() { workspaces->stop(); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  std::future<SharedAnswer> ask(SharedQuestion question) {
    auto promise = std::make_shared<std::promise<SharedAnswer>>();
    auto answer = promise->get_future();
    workspaces->ask(std::move(question),
                    [promise](SharedAnswer given) { promise->set_value(std::move(given)); });
    return answer;
  }
  SharedAnswer get(SharedQuestion question) {
    auto answer = ask(std::move(question));
    REQUIRE(answer.wait_for(kEver) == std::future_status::ready);
    return answer.get();
  }
  [[nodiscard]] std::vector<core::LeaseKey> lost() {
    const std::lock_guard lock(mutex_);
    return lost_;
  }

  [[nodiscard]] std::vector<std::string> notices() {
    const std::lock_guard lock(mutex_);
    return notices_;
  }
  /// What became of a job that runs `statement`; empty: it went well.
  std::string outcome_of(std::function<std::optional<core::Error>(Database&, const SharedMember&)> run,
                         std::chrono::milliseconds limit = kEver) {
    auto outcome = std::make_shared<std::promise<std::string>>();
    auto done = outcome->get_future();
    SharedJob job;
    job.run = [outcome, run = std::move(run)](Database& database, const SharedMember& self) {
      auto error = run(database, self);
      if (!error) outcome->set_value("");
      return error;
    };
    job.fail = [outcome](const core::Error& error) { outcome->set_value(error.message); };
    job.until = std::chrono::steady_clock::now() + limit;
    workspaces->post(std::move(job));
    REQUIRE(done.wait_for(kEver) == std::future_status::ready);
    return done.get();
  }

  std::shared_ptr<TemporaryDirectory> state;
  std::shared_ptr<SharedWorkspaces> workspaces;

 private:
  std::mutex mutex_;
  std::vector<core::LeaseKey> lost_;
  std::vector<std::string> notices_;
};

std::optional<core::Error> run_on(Database& database, const char* statement) {
  auto rows = database.run(statement, {}, ipc::Deadline::after(kEver));
  if (!rows) return std::move(rows.error());
  return std::nullopt;
}

/// Until the condition holds; the machines do it by themselves.
template <class Condition>
void eventually(Condition condition) {
  REQUIRE(governor::test::until(ipc::Deadline::after(kEver), condition));
}

}  // namespace

TEST_CASE("who waits gets it when it is released, and who is not taken is given back") {
  const PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  Machine b(server.address(), "b");
  auto held = a.get(want(1, "/x"));
  REQUIRE(held.verdict.is_granted);
  held.claim->take();
  held.claim.reset();
  const auto refused = b.get(want(1, "/x"));
  CHECK_FALSE(refused.verdict.is_granted);
  REQUIRE(refused.verdict.obstacles.size() == 1);
  CHECK(refused.verdict.obstacles.front().host == "a");
  auto waits = b.ask(want(2, "/x", std::chrono::seconds(60)));
  CHECK(waits.wait_for(std::chrono::milliseconds(200)) == std::future_status::timeout);
  a.workspaces->release({1});
  REQUIRE(waits.wait_for(kEver) == std::future_status::ready);
  {
    const SharedAnswer dropped = waits.get();
    REQUIRE(dropped.verdict.is_granted);
  }
  eventually([&] { return a.get(want(3, "/x")).verdict.is_granted; });
}

TEST_CASE("patterns that have nothing in common are granted beside each other") {
  const PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  Machine b(server.address(), "b");
  const auto first = a.get(want(1, "/src/*.cpp"));
  const auto second = b.get(want(1, "/src/*.hpp"));
  CHECK(first.verdict.is_granted);
  CHECK(second.verdict.is_granted);
  CHECK_FALSE(b.get(want(2, "/src/?.cpp")).verdict.is_granted);
}

TEST_CASE("a question that is withdrawn leaves nothing behind") {
  const PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  Machine b(server.address(), "b");
  Machine c(server.address(), "c");
  auto held = a.get(want(1, "/x"));
  auto waits = b.ask(want(1, "/x", std::chrono::seconds(60)));
  eventually([&] { return c.get(want(1, "/x")).verdict.obstacles.size() == 2; });
  b.workspaces->withdraw(1);
  held.claim.reset();
  eventually([&] { return c.get(want(2, "/x")).verdict.is_granted; });
  CHECK_THROWS_AS(waits.get(), std::future_error);  // nobody has answered it
}

TEST_CASE("what a daemon had that died goes on if the next one names it, and the rest is free at once") {
  const PostgresServer server;
  prepare(server);
  auto directory = std::make_shared<TemporaryDirectory>();
  Machine b(server.address(), "b");
  {
    Machine before(server.address(), "a", {}, kEver, directory);
    for (const core::LeaseKey lease : {1, 2}) {
      const auto answer = before.get(want(lease, "/x" + std::to_string(lease)));
      REQUIRE(answer.verdict.is_granted);
      answer.claim->take();
    }
  }
  CHECK_FALSE(b.get(want(1, "/x1")).verdict.is_granted);
  Machine after(server.address(), "a", {2, 3}, kEver, directory);
  eventually([&] { return b.get(want(2, "/x1")).verdict.is_granted; });
  CHECK_FALSE(b.get(want(3, "/x2")).verdict.is_granted);
  eventually([&] { return after.lost() == std::vector<core::LeaseKey>{3}; });
}

TEST_CASE("without the database nobody gets anything, its time ends, and it recovers by itself") {
  PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  Machine b(server.address(), "b");
  const auto held = a.get(want(1, "/x"));
  REQUIRE(held.verdict.is_granted);
  held.claim->take();
  CHECK(a.workspaces->lasts());
  server.stop();
  const auto none = b.get(want(1, "/y"));
  REQUIRE(none.verdict.failure);
  CHECK(none.verdict.failure->code == core::ErrorCode::storage_unavailable);
  CHECK(none.verdict.failure->message.find("since") != std::string::npos);
  eventually([&] { return !a.workspaces->lasts(); });
  server.start();
  eventually([&] { return a.workspaces->lasts(); });
  eventually([&] { return b.get(want(2, "/y")).verdict.is_granted; });
  // Its time was over, but nobody wanted what it had.
  CHECK(a.lost().empty());
  CHECK_FALSE(b.get(want(3, "/x")).verdict.is_granted);
}

TEST_CASE("who is a member again does not hold what was lost meanwhile") {
  const PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  const auto lost = a.get(want(1, "/x"));
  REQUIRE(lost.verdict.is_granted);
  lost.claim->take();
  CHECK(a.workspaces->holds(1));
  CHECK_FALSE(a.workspaces->holds(2));
  Database database(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(database.connect(ipc::Deadline::after(kEver)));
  REQUIRE_FALSE(
      database.run_script("UPDATE governor.daemon SET expires_at = '-infinity' WHERE host = 'a';"
                          "SELECT governor.expel(id) FROM governor.daemon WHERE host = 'a'",
                          ipc::Deadline::after(kEver)));
  eventually([&] { return a.lost() == std::vector<core::LeaseKey>{1}; });
  CHECK(a.workspaces->lasts());
  CHECK_FALSE(a.workspaces->holds(1));
  const auto anew = a.get(want(2, "/x"));
  REQUIRE(anew.verdict.is_granted);
  CHECK(a.workspaces->holds(2));
}

TEST_CASE("a request that fails again and again fails alone") {
  const PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  const auto held = a.get(want(1, "/x"));
  REQUIRE(held.verdict.is_granted);
  Database database(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(database.connect(ipc::Deadline::after(kEver)));
  REQUIRE_FALSE(database.run_script("DROP FUNCTION governor.acquire_1", ipc::Deadline::after(kEver)));
  const auto failed = a.get(want(2, "/y"));
  REQUIRE(failed.verdict.failure);
  CHECK(failed.verdict.failure->code == core::ErrorCode::storage_unavailable);
  CHECK(failed.verdict.failure->hint.find("shared init") != std::string::npos);
  CHECK(a.workspaces->lasts());
  REQUIRE_FALSE(WorkspaceDatabase(database).init());
  CHECK(a.get(want(3, "/y")).verdict.is_granted);
}

TEST_CASE("what is released when a request is due goes with it, or by itself where the database cannot") {
  const PostgresServer server;
  prepare(server);
  // What has failed would be put again after a minute.
  Machine a(server.address(), "a", {}, kEver, std::make_shared<TemporaryDirectory>(), kEver);
  for (const core::LeaseKey lease : {1, 2}) a.get(want(lease, "/x" + std::to_string(lease))).claim->take();
  const char* missing = "";
  SECTION("with it") {
    missing = "DROP FUNCTION governor.release_1";
  }
  SECTION("by itself") {
    missing = "DROP FUNCTION governor.release_before_1";
  }
  Database database(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(database.connect(ipc::Deadline::after(kEver)));
  REQUIRE_FALSE(database.run_script(missing, ipc::Deadline::after(kEver)));
  std::future<SharedAnswer> answer;
  // While this is done nothing else is, so that all of it is due together.
  const auto outcome = a.outcome_of([&](Database&, const SharedMember&) {
    a.workspaces->release({1, 2});
    answer = a.ask(want(3, "/y"));
    return std::optional<core::Error>();
  });
  CHECK(outcome.empty());
  REQUIRE(answer.wait_for(kEver / 2) == std::future_status::ready);
  const SharedAnswer given = answer.get();
  REQUIRE(given.verdict.is_granted);
  given.claim->take();
  eventually([&] {
    return database.run("SELECT claim FROM governor.claim", {}, ipc::Deadline::after(kEver)).value() ==
           Database::Rows{{"3"}};
  });
  CHECK(a.workspaces->lasts());
}

TEST_CASE("it works over the network as well") {
  const PostgresServer server(free_port());
  prepare(server);
  Machine a(server.network_address(), "a");
  CHECK(a.get(want(1, "/x")).verdict.is_granted);
}

TEST_CASE("who waits is told of a release, and does not come to ask by itself") {
  const PostgresServer server;
  prepare(server);
  const auto directory = [] { return std::make_shared<TemporaryDirectory>(); };
  Machine a(server.address(), "a");
  Machine b(server.address(), "b", {}, kEver, directory(), kEver);
  Machine c(server.address(), "c");
  auto held = a.get(want(1, "/x"));
  REQUIRE(held.verdict.is_granted);
  auto waits = b.ask(want(1, "/x", std::chrono::seconds(60)));
  eventually([&] { return c.get(want(1, "/x")).verdict.obstacles.size() == 2; });
  held.claim.reset();
  REQUIRE(waits.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  CHECK(waits.get().verdict.is_granted);
}

TEST_CASE("nobody is told where nobody waits") {
  const PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  Database listener(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(listener.connect(ipc::Deadline::after(kEver)));
  REQUIRE_FALSE(run_on(listener, "LISTEN governor"));
  a.get(want(1, "/x")).claim.reset();
  CHECK(a.get(want(2, "/x", std::chrono::seconds(60))).verdict.is_granted);
  CHECK(a.outcome_of([](Database& database, const SharedMember&) {
           return run_on(database, "SELECT pg_notify('governor', 'o:mine')");
         }).empty());
  eventually([&] { return a.notices() == std::vector<std::string>{"o:mine"}; });
  REQUIRE_FALSE(run_on(listener, "SELECT 1"));
  CHECK(listener.take_notices() == std::vector<std::string>{"o:mine"});
}

TEST_CASE("other work is done while the daemon is a member, and again if it may not have been done") {
  const PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  SECTION("an error of the statement is told") {
    const auto run = [](Database& database, const SharedMember&) { return run_on(database, "SELECT 1 / 0"); };
    CHECK(a.outcome_of(run).find("division by zero") != std::string::npos);
  }
  SECTION("a connection that is lost meanwhile") {
    int runs = 0;
    const auto run = [&runs](Database& database, const SharedMember&) {
      return run_on(database, ++runs == 1 ? "SELECT pg_terminate_backend(pg_backend_pid())" : "SELECT 1");
    };
    CHECK(a.outcome_of(run).empty());
    CHECK(runs == 2);
  }
  SECTION("a member of an epoch that is over joins again") {
    std::vector<std::int64_t> epochs;
    const auto run = [&epochs](Database& database, const SharedMember& self) {
      epochs.push_back(self.epoch);
      auto error = epochs.size() == 1 ? run_on(database, "UPDATE governor.daemon SET epoch = epoch + 1")
                                      : std::optional<core::Error>();
      return epochs.size() == 1 && !error ? std::optional(no_member()) : std::move(error);
    };
    CHECK(a.outcome_of(run).empty());
    REQUIRE(epochs.size() == 2);
    CHECK(epochs.back() > epochs.front());
  }
  SECTION("one that never becomes one is not tried for ever") {
    int runs = 0;
    const auto run = [&runs](Database&, const SharedMember&) {
      ++runs;
      return std::optional(no_member());
    };
    CHECK(a.outcome_of(run).find("in time") != std::string::npos);
    CHECK(runs < 10);
  }
  SECTION("its time is over before its turn") {
    const auto run = [](Database& database, const SharedMember&) { return run_on(database, "SELECT 1"); };
    CHECK(a.outcome_of(run, std::chrono::milliseconds(-1)).find("in time") != std::string::npos);
  }
}

TEST_CASE("without the database other work is refused") {
  PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  const auto run = [](Database& database, const SharedMember&) { return run_on(database, "SELECT 1"); };
  REQUIRE(a.outcome_of(run).empty());
  server.stop();
  CHECK(a.outcome_of(run).find("since") != std::string::npos);
  server.start();
  eventually([&] { return a.outcome_of(run).empty(); });
}

TEST_CASE(
    "who asks for what others have protected is told, and leaves its place; what is only near is granted") {
  const PostgresServer server;
  prepare(server);
  Machine a(server.address(), "a");
  Machine b(server.address(), "b", {}, std::chrono::minutes(10));  // no renewal finds what is left over
  const auto tell = [&](const std::vector<std::string>& patterns) {
    std::vector<core::Protection> protections;
    for (const std::string& pattern : patterns) {
      protections.emplace_back();
      protections.back().path.shared = {"w", core::PathPattern::glob(pattern)};
    }
    const auto run = [told = told_protections(protections)](Database& database, const SharedMember& self) {
      const auto is_member = ProtectionDatabase(database).tell(self.daemon, self.epoch, told);
      if (!is_member) return std::optional(is_member.error());
      return *is_member ? std::nullopt : std::optional(no_member());
    };
    REQUIRE(a.outcome_of(run).empty());
  };
  const auto write = [](core::LeaseKey lease, const std::string& path, std::chrono::seconds wait = {}) {
    SharedQuestion question = want(lease, path, wait);
    question.guarded = question.patterns;
    return question;
  };
  tell({"/**/*.pem", "/src/*/x"});
  CHECK(b.get(write(1, "/src/a.cpp")).verdict.is_granted);
  const auto refused = b.get(write(2, "/src/a.pem", std::chrono::seconds(60)));
  CHECK_FALSE(refused.verdict.is_granted);
  CHECK_FALSE(refused.verdict.failure);
  REQUIRE(refused.verdict.protections.size() == 1);
  CHECK(refused.verdict.protections.front().host == "a");
  // One that waits already.
  auto held = a.get(want(1, "/y"));
  REQUIRE(held.verdict.is_granted);
  auto waits = b.ask(write(3, "/y", std::chrono::seconds(60)));
  CHECK(waits.wait_for(std::chrono::milliseconds(200)) == std::future_status::timeout);
  tell({"/y"});
  REQUIRE(waits.wait_for(kEver) == std::future_status::ready);
  CHECK(waits.get().verdict.protections.size() == 1);
  held.claim.reset();
  // It releases its place itself.
  Database database(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(database.connect(ipc::Deadline::after(kEver)));
  eventually([&] {
    const auto left = database.run("SELECT 1 FROM governor.claim", {}, ipc::Deadline::after(kEver));
    return left && left->empty();
  });
}
