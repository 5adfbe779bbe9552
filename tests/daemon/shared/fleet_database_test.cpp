// What the functions of the fleet do, on a real server.
#include "daemon/shared/fleet_database.hpp"

#include <boost/json.hpp>

#include "daemon/shared/workspace_database.hpp"
#include "tests/daemon/shared/postgres_server.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

namespace json = boost::json;

ipc::Deadline in_a_minute() {
  return ipc::Deadline::after(std::chrono::minutes(1));
}

/// A database with a daemon on each of two machines.
struct TwoMachines {
  TwoMachines() {
    REQUIRE_FALSE(database.connect(in_a_minute()));
    REQUIRE_FALSE(WorkspaceDatabase(database).init());
    for (const auto& [id, host] : {std::pair(kFirst, "one"), std::pair(kSecond, "two")}) join(id, host);
  }
  std::int64_t join(const std::string& id, const std::string& host) {
    const auto joined =
        WorkspaceDatabase(database).join({id, host, "ann", host}, std::chrono::seconds(60), {});
    REQUIRE(joined);
    return joined->epoch;
  }
  bool publish(const std::string& daemon, std::int64_t epoch, const std::string& agents,
               const std::string& alerts = "[]", bool is_end = false) {
    const auto is_member = FleetDatabase(database).publish(daemon, epoch, agents, alerts, is_end);
    REQUIRE(is_member);
    return *is_member;
  }
  std::vector<std::string> agents(const std::string& host = "", std::size_t limit = 100) {
    const auto shown = json::parse(FleetDatabase(database).agents(host, limit).value());
    std::vector<std::string> ids;
    for (const json::value& agent : shown.as_object().at("agents").as_array())
      ids.emplace_back(agent.as_object().at("agent_id").as_string());
    return ids;
  }
  json::array alerts() {
    return json::parse(FleetDatabase(database).alerts("", 100).value()).as_object().at("alerts").as_array();
  }
  void sql(const char* statement) { REQUIRE_FALSE(database.run_script(statement, in_a_minute())); }

  inline static const std::string kFirst = "00000000-0000-4000-8000-000000000001";
  inline static const std::string kSecond = "00000000-0000-4000-8000-000000000002";
  PostgresServer server;
  Database database{Libpq::load().value(), server.address(), -1};
};

std::string agent_of(const std::string& id, const std::string& health, double risk,
                     const std::string& status = "active") {
  return json::serialize(json::array{{{"id", id},
                                      {"status", status},
                                      {"health", health},
                                      {"updates", 3},
                                      {"decision", "approve"},
                                      {"risk", risk},
                                      {"coherence", 0.5},
                                      {"updated_us", 1'769'860'800'000'000}}});
}

const std::string kOneAlert =
    R"([{"key":7,"kind":"loop","severity":"warning","agent":"a","message":"it loops","raised_us":1769860800000000}])";

}  // namespace

TEST_CASE("a team sees the agents of all machines, those in trouble first") {
  TwoMachines f;
  CHECK(f.publish(f.kFirst, 1, agent_of("calm", "healthy", 0.1)));
  CHECK(f.publish(f.kSecond, 1, agent_of("lost", "critical", 0.9)));
  CHECK(f.publish(f.kSecond, 1, agent_of("calm", "healthy", 0.2)));
  CHECK(f.agents() == std::vector<std::string>{"lost", "calm", "calm"});
  CHECK(f.agents("one") == std::vector<std::string>{"calm"});
  const auto shown = json::parse(FleetDatabase(f.database).agents("", 1).value()).as_object();
  CHECK(shown.at("total") == 3);
  const json::object& first = shown.at("agents").as_array().at(0).as_object();
  CHECK(first.at("host") == "two");
  CHECK(first.at("who") == "ann");
  CHECK(first.at("is_member") == true);
  CHECK(first.at("last_update") == "2026-01-31T12:00:00Z");
}

TEST_CASE("what has changed replaces what was told, and what is deleted goes") {
  TwoMachines f;
  CHECK(f.publish(f.kFirst, 1, agent_of("x", "healthy", 0.1)));
  CHECK(f.publish(f.kSecond, 1, agent_of("x", "healthy", 0.1)));
  CHECK(f.publish(f.kFirst, 1, agent_of("x", "critical", 0.9)));
  CHECK(f.agents().size() == 2);
  CHECK(f.publish(f.kFirst, 1, agent_of("x", "critical", 0.9, "deleted")));
  CHECK(f.agents() == std::vector<std::string>{"x"});
  CHECK(f.agents("two") == std::vector<std::string>{"x"});
}

TEST_CASE("open alerts are all that there are") {
  TwoMachines f;
  CHECK(f.publish(f.kFirst, 1, "[]", kOneAlert));
  CHECK(f.publish(f.kSecond, 1, "[]", kOneAlert));
  REQUIRE(f.alerts().size() == 2);
  CHECK(f.alerts().at(0).as_object().at("message") == "it loops");
  CHECK(f.publish(f.kFirst, 1, "[]", "[]"));
  REQUIRE(f.alerts().size() == 1);
  CHECK(f.alerts().at(0).as_object().at("host") == "two");
}

TEST_CASE("who has joined anew tells everything, and what it does not name any more is gone") {
  TwoMachines f;
  CHECK(f.publish(f.kFirst, 1, agent_of("old", "healthy", 0.1)));
  REQUIRE(f.join(f.kFirst, "one") == 2);
  CHECK_FALSE(f.publish(f.kFirst, 1, agent_of("late", "healthy", 0.1)));
  CHECK(f.publish(f.kFirst, 2, agent_of("new", "healthy", 0.1)));
  CHECK(f.agents() == std::vector<std::string>{"new", "old"});
  CHECK(f.publish(f.kFirst, 2, "[]", "[]", true));
  CHECK(f.agents() == std::vector<std::string>{"new"});
}

TEST_CASE("of who is no member any more it is said, and after a week it is forgotten") {
  TwoMachines f;
  CHECK(f.publish(f.kFirst, 1, agent_of("x", "healthy", 0.1), kOneAlert));
  f.sql("UPDATE governor.daemon SET expires_at = now() - interval '1 hour' WHERE host = 'one'");
  CHECK_FALSE(f.publish(f.kFirst, 1, agent_of("y", "healthy", 0.1)));
  const auto shown = json::parse(FleetDatabase(f.database).agents("", 9).value()).as_object();
  CHECK(shown.at("agents").as_array().at(0).as_object().at("is_member") == false);
  f.sql("UPDATE governor.daemon SET expires_at = now() - interval '8 days' WHERE host = 'one'");
  CHECK(f.publish(f.kSecond, 1, "[]", "[]", true));
  CHECK(f.agents().empty());
  CHECK(f.alerts().empty());
}

TEST_CASE("who leaves is gone with its agents, and others may have what it held") {
  TwoMachines f;
  CHECK(f.publish(f.kFirst, 1, agent_of("x", "healthy", 0.1), kOneAlert));
  SharedQuestion question;
  question.lease = 1;
  question.workspace = "w";
  question.patterns = {core::PathPattern::literal("/x")};
  const auto takes = [&](const std::string& daemon) {
    const auto acquired = WorkspaceDatabase(f.database).acquire(daemon, 1, question, false, {});
    REQUIRE(acquired);
    return acquired->outcome == WorkspaceDatabase::Acquired::Outcome::granted;
  };
  CHECK(takes(f.kFirst));
  CHECK_FALSE(takes(f.kSecond));
  CHECK(FleetDatabase(f.database).leave(f.kFirst).value());
  CHECK(takes(f.kSecond));
  CHECK(f.agents().empty());
  CHECK(f.alerts().empty());
  CHECK_FALSE(FleetDatabase(f.database).leave(f.kFirst).value());
}

TEST_CASE("who leaves gives its tasks back") {
  TwoMachines f;
  f.sql("INSERT INTO governor.task_list(name, counts) VALUES ('team', '{0,1,0,0,0,0,0}')");
  f.sql(
      "INSERT INTO governor.task(list, number, id, title, description, agent, priority, depends_on, source, "
      "created_us, "
      "open, status, daemon) SELECT id, 1, 'team/x', 'x', '', '', 1, '{}', '', 0, 0, 1, "
      "'00000000-0000-4000-8000-000000000001' FROM governor.task_list");
  CHECK(FleetDatabase(f.database).leave(f.kFirst).value());
  const auto rows = f.database.run("SELECT status, daemon FROM governor.task", {}, in_a_minute());
  REQUIRE(rows);
  CHECK(rows->front()[0] == "0");
  CHECK_FALSE(rows->front()[1]);
}

TEST_CASE("a member may look at the fleet, whoever is none is told what to do") {
  TwoMachines f;
  f.sql("CREATE ROLE mia LOGIN IN ROLE governor_member; CREATE ROLE noa LOGIN");
  const auto as = [&](const std::string& user) {
    std::string address = f.server.address();
    address.replace(address.find("tester"), 6, user);
    Database database(Libpq::load().value(), address, -1);
    REQUIRE_FALSE(database.connect(in_a_minute()));
    return FleetDatabase(database).agents("", 9);
  };
  CHECK(as("mia"));
  const auto refused = as("noa");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().hint.find("GRANT governor_member") != std::string::npos);
}
