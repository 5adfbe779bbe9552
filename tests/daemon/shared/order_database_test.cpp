// What the functions of orders do, on a real server.
#include "daemon/shared/order_database.hpp"

#include <boost/json.hpp>
#include <future>
#include <memory>

#include "daemon/shared/fleet_database.hpp"
#include "daemon/shared/give_order.hpp"
#include "daemon/shared/workspace_database.hpp"
#include "tests/daemon/shared/postgres_server.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

namespace json = boost::json;

ipc::Deadline within_a_minute() {
  return ipc::Deadline::after(std::chrono::minutes(1));
}

constexpr std::chrono::seconds kOrderTime{60};

/// Somebody with a login of the database, and daemons under it.
class Person {
 public:
  Person(const PostgresServer& server, const std::string& login) : database(connected(server, login)) {}

  [[nodiscard]] WorkspaceDatabase::Joined join(const std::string& id, const std::string& host) {
    const auto joined = WorkspaceDatabase(*database).join({id, host, "ann", host}, kOrderTime, {});
    REQUIRE(joined);
    return *joined;
  }
  std::vector<TakenOrder> take(const std::string& daemon, std::int64_t epoch = 1) {
    const auto orders = OrderDatabase(*database).take(daemon, epoch);
    REQUIRE(orders);
    REQUIRE(*orders);
    return **orders;
  }
  std::optional<core::Error> order(const std::string& id, const std::string& target) {
    return OrderDatabase(*database).place({id, target, "pause_agent", R"({"agent_id":"ada"})", "desk", "me"},
                                          kOrderTime);
  }

  std::unique_ptr<Database> database;

 private:
  static std::unique_ptr<Database> connected(const PostgresServer& server, const std::string& login) {
    std::string address = server.address();
    address.replace(address.find("tester"), 6, login);
    auto made = std::make_unique<Database>(Libpq::load().value(), address, -1);
    REQUIRE_FALSE(made->connect(within_a_minute()));
    return made;
  }
};

const std::string kLaptop = "00000000-0000-4000-8000-000000000001";
const std::string kServer = "00000000-0000-4000-8000-000000000002";
const std::string kOther = "00000000-0000-4000-8000-000000000003";
const std::string kOrder = "00000000-0000-4000-8000-00000000000a";

/// Mia's daemon on her laptop takes orders.
struct Orders {
  Orders() {
    REQUIRE(mia.join(kLaptop, "laptop").epoch == 1);
    REQUIRE(mia.take(kLaptop).empty());
  }
  void sql(const char* script) { REQUIRE_FALSE(owner.database->run_script(script, within_a_minute())); }
  bool prepare() {
    REQUIRE_FALSE(WorkspaceDatabase(*owner.database).init());
    sql("CREATE ROLE mia LOGIN IN ROLE governor_member; CREATE ROLE noa LOGIN IN ROLE governor_member; "
        "CREATE ROLE opal LOGIN IN ROLE governor_operator");
    return true;
  }

  PostgresServer server;
  Person owner{server, "tester"};
  bool is_prepared = prepare();  // before the others come in
  Person mia{server, "mia"};
  Person noa{server, "noa"};
  Person opal{server, "opal"};
};

}  // namespace

TEST_CASE("an order reaches the daemon of the same login, and its answer whoever gave it") {
  Orders f;
  REQUIRE_FALSE(f.mia.order(kOrder, "laptop"));
  REQUIRE_FALSE(f.mia.order(kOrder, "laptop"));  // sent again
  const auto orders = f.mia.take(kLaptop);
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].id == kOrder);
  CHECK(orders[0].operation == "pause_agent");
  CHECK(orders[0].arguments == R"({"agent_id":"ada"})");
  CHECK(orders[0].by == "mia");
  CHECK(orders[0].host == "desk");
  CHECK(orders[0].who == "me");
  OrderDatabase database(*f.mia.database);
  CHECK_FALSE(database.answer_to(kOrder).value());
  CHECK(database.answer(kLaptop, kOrder, "{}").value());
  CHECK_FALSE(database.answer(kLaptop, kOrder, "[]").value());
  CHECK(database.answer_to(kOrder).value() == "{}");
  CHECK(f.mia.take(kLaptop).empty());
}

TEST_CASE("an order is taken again until it is answered, also by the next epoch") {
  Orders f;
  REQUIRE_FALSE(f.mia.order(kOrder, "ann@laptop"));
  CHECK(f.mia.take(kLaptop).size() == 1);
  CHECK(f.mia.take(kLaptop).size() == 1);
  REQUIRE(f.mia.join(kLaptop, "laptop").epoch == 2);
  CHECK_FALSE(OrderDatabase(*f.mia.database).take(kLaptop, 1).value());
  CHECK(f.mia.take(kLaptop, 2).size() == 1);
}

TEST_CASE("an order whose time is over is not carried out any more, and that is said") {
  Orders f;
  REQUIRE_FALSE(f.mia.order(kOrder, kLaptop));
  f.sql("UPDATE governor.fleet_order SET until = now() - interval '1 second'");
  CHECK(f.mia.take(kLaptop).empty());
  const auto never = OrderDatabase(*f.mia.database).answer_to(kOrder);
  REQUIRE_FALSE(never);
  CHECK(never.error().message.find("will not do it any more") != std::string::npos);
  f.sql("UPDATE governor.fleet_order SET taken_at = now()");
  const auto unknown = OrderDatabase(*f.mia.database).answer_to(kOrder);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find("may have done it") != std::string::npos);
}

TEST_CASE("nobody orders another person's daemon but an operator") {
  Orders f;
  const auto refused = f.noa.order(kOrder, "laptop");
  REQUIRE(refused);
  CHECK(refused->code == core::ErrorCode::not_owner);
  CHECK(refused->hint.find("GRANT governor_operator TO noa") != std::string::npos);
  CHECK(f.mia.take(kLaptop).empty());
  REQUIRE_FALSE(f.opal.order(kOrder, "laptop"));
  CHECK(f.mia.take(kLaptop).size() == 1);
}

TEST_CASE("what is ordered is between who orders and the daemon") {
  Orders f;
  REQUIRE_FALSE(f.mia.order(kOrder, "laptop"));
  CHECK_FALSE(OrderDatabase(*f.noa.database).take(kLaptop, 1).value());
  CHECK_FALSE(OrderDatabase(*f.noa.database).answer(kLaptop, kOrder, "{}").value());
  CHECK_FALSE(OrderDatabase(*f.opal.database).answer_to(kOrder));
  // Nor does another login get the name, to be ordered in its place.
  CHECK(f.noa.join(kLaptop, "laptop").is_taken);
  f.sql("UPDATE governor.daemon SET expires_at = now() - interval '1 hour'");
  CHECK(f.noa.join(kLaptop, "laptop").is_taken);
}

TEST_CASE("an order that nobody can carry out is refused at once, and the refusal names who could") {
  Orders f;
  const auto nobody = f.mia.order(kOrder, "lapdog");
  REQUIRE(nobody);
  CHECK(nobody->code == core::ErrorCode::not_found);
  CHECK(nobody->hint.find("ann@laptop") != std::string::npos);
  REQUIRE(f.mia.join(kServer, "server").epoch == 1);
  const auto deaf = f.mia.order(kOrder, "server");
  REQUIRE(deaf);
  CHECK(deaf->message.find("takes no orders") != std::string::npos);
  REQUIRE(f.mia.join(kOther, "laptop").epoch == 1);
  const auto several = f.mia.order(kOrder, "laptop");
  REQUIRE(several);
  CHECK(several->message.find(kOther) != std::string::npos);
  REQUIRE_FALSE(f.mia.order(kOrder, kLaptop));
  f.sql("UPDATE governor.daemon SET expires_at = now() - interval '1 hour'");
  CHECK(f.mia.order("00000000-0000-4000-8000-00000000000b", "laptop")->code == core::ErrorCode::not_found);
}

TEST_CASE("a daemon is not flooded with orders") {
  Orders f;
  f.sql(
      "INSERT INTO governor.fleet_order SELECT gen_random_uuid(), '00000000-0000-4000-8000-000000000001', "
      "'x', '{}', "
      "'mia', 'desk', 'me', now(), now() + interval '1 minute' FROM generate_series(1, 100)");
  const auto crowded = f.mia.order(kOrder, "laptop");
  REQUIRE(crowded);
  CHECK(crowded->code == core::ErrorCode::overloaded);
}

TEST_CASE("whoever orders waits for the answer, over a server that goes away and comes back") {
  Orders f;
  Person asker(f.server, "mia");
  auto given = std::async(std::launch::async, [&] {
    return give_order(*asker.database, {kOrder, "laptop", "pause_agent", "{}", "desk", "me"},
                      std::chrono::seconds(30));
  });
  while (f.mia.take(kLaptop).empty())
    REQUIRE(given.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready);
  f.server.stop();
  f.server.start();
  REQUIRE_FALSE(f.mia.database->connect(within_a_minute()));
  CHECK(OrderDatabase(*f.mia.database).answer(kLaptop, kOrder, R"({"result":{}})").value());
  const auto answer = given.get();
  REQUIRE(answer);
  CHECK(*answer == R"({"result":{}})");
}

TEST_CASE("what waits for a person is all that a daemon has told, and leases are seen with their machine") {
  Orders f;
  FleetDatabase fleet(*f.mia.database);
  const std::string one =
      R"([{"key":7,"kind":"unlock","agent":"ada","asks":"to write x","why":"it is protected","created_us":1,)"
      R"("expires_us":4102444800000000}])";
  CHECK(fleet.publish_approvals(kLaptop, 1, one).value());
  CHECK_FALSE(fleet.publish_approvals(kLaptop, 9, one).value());
  const auto list = [&](core::Result<std::string> shown, const char* what) {
    REQUIRE(shown);
    return json::parse(*shown).as_object().at(what).as_array();
  };
  const json::array approvals = list(fleet.approvals("", 9), "approvals");
  REQUIRE(approvals.size() == 1);
  CHECK(approvals[0].as_object().at("approval") == 7);
  CHECK(approvals[0].as_object().at("asks") == "to write x");
  CHECK(approvals[0].as_object().at("host") == "laptop");
  // Another request under the same number, as after a backup was put back.
  std::string other = one;
  other.replace(other.find("to write x"), 10, "to write y");
  CHECK(fleet.publish_approvals(kLaptop, 1, other).value());
  CHECK(list(fleet.approvals("", 9), "approvals").at(0).as_object().at("asks") == "to write y");
  CHECK(fleet.publish_approvals(kLaptop, 1, "[]").value());
  CHECK(list(fleet.approvals("", 9), "approvals").empty());

  SharedQuestion question;
  question.lease = 5;
  question.workspace = "w";
  question.patterns = {core::PathPattern::literal("/x")};
  question.holder.agent_id = "ada";
  question.ttl_us = 60'000'000;
  REQUIRE(WorkspaceDatabase(*f.mia.database).acquire(kLaptop, 1, question, false, {}));
  const json::array leases = list(fleet.leases("laptop", 9), "leases");
  REQUIRE(leases.size() == 1);
  const json::object& lease = leases[0].as_object();
  CHECK(lease.at("lease") == 5);
  CHECK(lease.at("is_held") == true);
  CHECK(lease.at("agent_id") == "ada");
  CHECK(lease.at("paths") == json::array{"/x"});
  CHECK(list(fleet.leases("server", 9), "leases").empty());
}

TEST_CASE("who leaves is ordered nothing any more, and nothing of it is left") {
  Orders f;
  CHECK(FleetDatabase(*f.mia.database)
            .publish_approvals(kLaptop, 1, R"([{"key":7,"kind":"unlock","agent":"a","asks":"x",
    "why":"y","created_us":1,"expires_us":4102444800000000}])")
            .value());
  REQUIRE_FALSE(f.mia.order(kOrder, "laptop"));
  CHECK(FleetDatabase(*f.mia.database).leave(kLaptop).value());
  for (const char* table : {"fleet_order", "fleet_approval", "order_taker"}) {
    const std::string count = std::string("SELECT count(*) FROM governor.") + table;
    const auto rows = f.owner.database->run(count.c_str(), {}, within_a_minute());
    REQUIRE(rows);
    CHECK(rows->front().front() == "0");
  }
}
