// Leases as clients see them: waiting without holding anybody up, and what ends a wait.
#include <sys/socket.h>

#include <filesystem>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

/// Each look is a round trip; a second is far less than that many.
constexpr int kManyLooks = 50'000;
constexpr const char* kFile = R"({"paths":["/nowhere/a.cpp"]})";
constexpr const char* kWait = R"({"paths":["/nowhere/a.cpp"],"wait_seconds":300})";

std::string lease_argument(const json::object& granted) {
  return R"({"lease":)" + json::serialize(granted.at("lease")) + "}";
}

/// Until as many requests as that wait.
void wait_for_queue(TestClient& client, std::uint64_t& line, std::size_t length) {
  for (int i = 0; i < kManyLooks; ++i) {
    const auto list = client.call(++line, "list_leases", "{}");
    if (list.at("waiting").as_array().size() == length) return;
  }
  FAIL("the queue never has " << length << " requests");
}

struct Clients {
  explicit Clients(const DaemonFixture& daemon) : a(daemon.socket()), b(daemon.socket()), c(daemon.socket()) {
    a.hello("a");
    b.hello("b");
    c.hello("c");
  }
  TestClient a, b, c;
};

}  // namespace

TEST_CASE("a lease is granted to one, and the others learn by whom it is held") {
  DaemonFixture daemon;
  Clients clients(daemon);
  const auto granted = clients.a.call(1, "request_write", kFile);
  CHECK(granted.at("status").as_string() == "granted");
  CHECK(granted.at("created").as_bool());
  const auto held = clients.b.call(1, "request_write", kFile);
  CHECK(held.at("status").as_string() == "held");
  const auto& holder = held.at("holders").as_array().at(0).as_object();
  CHECK(holder.at("lease") == granted.at("lease"));
  CHECK(holder.contains("client"));
  CHECK(holder.contains("until"));
  const auto check = clients.b.call(2, "check_write", R"({"path":"/nowhere/a.cpp"})");
  CHECK_FALSE(check.at("may_write").as_bool());
  CHECK(clients.a.call(2, "check_write", R"({"path":"/nowhere/a.cpp"})").at("may_write").as_bool());
}

TEST_CASE("whoever waits goes on with other calls, and gets the lease when it is free, in order") {
  DaemonFixture daemon;
  Clients clients(daemon);
  const auto granted = clients.a.call(1, "request_write", kFile);
  std::uint64_t line = 10;
  clients.b.send_tool(1, "request_write", kWait);
  wait_for_queue(clients.a, line, 1);
  clients.c.send_tool(1, "request_write", kWait);
  wait_for_queue(clients.a, line, 2);
  CHECK(clients.b.update(2, "busy") == 1);
  const auto waits = clients.a.call(++line, "diagnose_concurrency", "{}");
  std::size_t waiting = 0;
  for (const auto& call : waits.at("waiting").as_array())
    waiting += call.at("waits_for").as_string() == "lease" ? 1 : 0;
  CHECK(waiting == 2);

  clients.a.call(++line, "release_write", lease_argument(granted));
  const auto second = clients.b.result(1);
  CHECK(second.at("status").as_string() == "granted");
  CHECK(second.at("fence").as_int64() > granted.at("fence").as_int64());
  clients.b.call(3, "release_write", lease_argument(second));
  CHECK(clients.c.result(1).at("status").as_string() == "granted");
}

TEST_CASE("a wait ends at its deadline with who is in the way") {
  DaemonFixture daemon;
  Clients clients(daemon);
  clients.a.call(1, "request_write", kFile);
  clients.b.send_tool(1, "request_write", R"({"paths":["/nowhere/a.cpp"],"wait_seconds":7})");
  std::uint64_t line = 10;
  wait_for_queue(clients.a, line, 1);
  DaemonFixture::advance_clock(std::chrono::seconds(8));
  const auto over = clients.b.result(1);  // the daemon looks at its clock once a second
  CHECK(over.at("status").as_string() == "held");
  CHECK(over.at("waited_seconds").as_double() >= 7.0);
  wait_for_queue(clients.a, line, 0);
}

TEST_CASE("a wait can be cancelled, and ends with its connection") {
  DaemonFixture daemon;
  Clients clients(daemon);
  const auto granted = clients.a.call(1, "request_write", kFile);
  std::uint64_t line = 10;
  SECTION("cancelled") {
    clients.b.send_tool(1, "request_write", kWait);
    wait_for_queue(clients.a, line, 1);
    clients.b.send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
    CHECK(clients.b.answer(1).empty());
  }
  SECTION("the client says goodbye") {
    {
      TestClient gone(daemon.socket());
      gone.hello("d");
      gone.send_tool(1, "request_write", kWait);
      wait_for_queue(clients.a, line, 1);
      gone.goodbye();
    }
  }
  SECTION("the connection breaks") {
    TestClient gone(daemon.socket());
    gone.hello("d");
    gone.send_tool(1, "request_write", kWait);
    wait_for_queue(clients.a, line, 1);
    ::shutdown(gone.fd(), SHUT_RDWR);
    // It may come again and finds its place, until it says that it is done.
    TestClient back(daemon.socket());
    back.hello("d");
    back.goodbye();
  }
  wait_for_queue(clients.a, line, 0);
  clients.a.call(++line, "release_write", lease_argument(granted));
  CHECK(clients.c.call(1, "request_write", kFile).at("status").as_string() == "granted");
}

TEST_CASE("a circle of waits is refused with the circle") {
  DaemonFixture daemon;
  Clients clients(daemon);
  clients.a.call(1, "request_write", R"({"paths":["/nowhere/a"]})");
  clients.b.call(1, "request_write", R"({"paths":["/nowhere/b"]})");
  clients.a.send_tool(2, "request_write", R"({"paths":["/nowhere/b"],"wait_seconds":300})");
  std::uint64_t line = 10;
  wait_for_queue(clients.c, line, 1);
  const auto refused =
      clients.b.refused(2, "request_write", R"({"paths":["/nowhere/a"],"wait_seconds":300})");
  CHECK(refused.at("code").as_string() == "would_deadlock");
}

TEST_CASE("leases, and the answers that gave them, outlive the daemon") {
  DaemonFixture daemon;
  std::string first;
  {
    TestClient client(daemon.socket());
    client.hello("a");
    client.send_tool(1, "request_write", kFile);
    first = client.answer(1);
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("a");
  client.send_tool(1, "request_write", kFile);
  CHECK(client.answer(1) == first);
  TestClient other(daemon.socket());
  other.hello("b");
  CHECK(other.call(1, "request_write", kFile).at("status").as_string() == "held");
}

TEST_CASE("who waited when the daemon went waits again at the next one") {
  DaemonFixture daemon;
  std::string granted;
  {
    Clients clients(daemon);
    granted = lease_argument(clients.a.call(1, "request_write", kFile));
    clients.b.send_tool(1, "request_write", kWait);
    std::uint64_t line = 10;
    wait_for_queue(clients.c, line, 1);
    daemon.begin_stop();
    CHECK_FALSE(clients.b.next_line());  // no answer: its line comes again
  }
  daemon.restart();
  Clients clients(daemon);
  clients.b.send_tool(1, "request_write", kWait);
  std::uint64_t line = 20;
  wait_for_queue(clients.c, line, 1);
  clients.a.call(2, "release_write", granted);
  CHECK(clients.b.result(1).at("status").as_string() == "granted");
}

TEST_CASE("places in the queue outlive the daemon, in their order, whoever comes back first") {
  DaemonFixture daemon;
  std::string granted;
  {
    Clients clients(daemon);
    granted = lease_argument(clients.a.call(1, "request_write", kFile));
    std::uint64_t line = 10;
    clients.b.send_tool(1, "request_write", kWait);
    wait_for_queue(clients.a, line, 1);
    clients.c.send_tool(1, "request_write", kWait);
    wait_for_queue(clients.a, line, 2);
    daemon.begin_stop();
    CHECK_FALSE(clients.c.next_line());
  }
  daemon.restart();
  TestClient a(daemon.socket());
  a.hello("a");
  TestClient c(daemon.socket());
  c.hello("c");
  c.send_tool(1, "request_write", kWait);
  TestClient d(daemon.socket());
  d.hello("d");
  // Before b has come back: it is its turn, and nobody passes.
  a.call(2, "release_write", granted);
  CHECK(d.call(1, "request_write", kFile).at("status").as_string() == "held");
  TestClient b(daemon.socket());
  b.hello("b");
  b.send_tool(1, "request_write", kWait);
  const auto second = b.result(1);
  CHECK(second.at("status").as_string() == "granted");
  b.call(2, "release_write", lease_argument(second));
  CHECK(c.result(1).at("status").as_string() == "granted");
  CHECK(daemon.stored("SELECT count(*) FROM lease_waiter") == 0);
}

TEST_CASE("a wait is over when the caller said, however often the daemon goes meanwhile") {
  DaemonFixture daemon;
  constexpr const char* kWaitSeven = R"({"paths":["/nowhere/a.cpp"],"wait_seconds":7})";
  {
    Clients clients(daemon);
    clients.a.call(1, "request_write", kFile);
    std::uint64_t line = 10;
    clients.b.send_tool(1, "request_write", kWaitSeven);
    wait_for_queue(clients.a, line, 1);
    daemon.begin_stop();
    CHECK_FALSE(clients.b.next_line());
  }
  daemon.restart();
  DaemonFixture::advance_clock(std::chrono::seconds(8));
  TestClient b(daemon.socket());
  b.hello("b");
  const auto over = b.call(1, "request_write", kWaitSeven);
  CHECK(over.at("status").as_string() == "held");
  CHECK(over.at("waited_seconds").as_double() >= 8.0);
}

TEST_CASE("a place whose caller does not come back is free after the grace") {
  DaemonFixture daemon;
  std::string granted;
  {
    Clients clients(daemon);
    granted = lease_argument(clients.a.call(1, "request_write", kFile));
    std::uint64_t line = 10;
    clients.b.send_tool(1, "request_write", kWait);
    wait_for_queue(clients.a, line, 1);
    daemon.begin_stop();
    CHECK_FALSE(clients.b.next_line());
  }
  daemon.restart();
  TestClient a(daemon.socket());
  a.hello("a");
  TestClient c(daemon.socket());
  c.hello("c");
  c.send_tool(1, "request_write", kWait);
  std::uint64_t line = 10;
  wait_for_queue(a, line, 2);
  a.call(++line, "release_write", granted);
  wait_for_queue(a, line, 2);
  DaemonFixture::advance_clock(std::chrono::seconds(31));
  CHECK(c.result(1).at("status").as_string() == "granted");
}

TEST_CASE("the leases of a session that is gone are free after the grace") {
  DaemonFixture daemon;
  Clients clients(daemon);
  {
    TestClient gone(daemon.socket());
    gone.hello("d");
    gone.call(1, "request_write", kFile);
    gone.goodbye();
  }
  clients.b.send_tool(1, "request_write", kWait);
  std::uint64_t line = 10;
  wait_for_queue(clients.a, line, 1);
  for (int i = 0; i < kManyLooks; ++i) {
    const auto list = clients.a.call(++line, "list_leases", "{}");
    if (list.at("leases").as_array().at(0).as_object().contains("session_ended")) break;
  }
  DaemonFixture::advance_clock(std::chrono::seconds(31));
  CHECK(clients.b.result(1).at("status").as_string() == "granted");
}

TEST_CASE("a person breaks a lease, and its holder is told") {
  DaemonFixture daemon;
  Clients clients(daemon);
  const auto granted = clients.a.call(1, "request_write", kFile);
  TestClient person(daemon.socket());
  person.introduce_as("person");
  const auto broken =
      person.ask(R"({"jsonrpc":"2.0","id":1,"method":"governor/lease_break","params":{"lease":)" +
                 json::serialize(granted.at("lease")) + R"(,"reason":"it hangs"}})");
  CHECK(broken.at("result").as_object().at("ending").as_string() == "broken");
  const auto told = clients.a.refused(2, "renew_write", lease_argument(granted));
  CHECK(std::string(told.at("message").as_string()).find("it hangs") != std::string::npos);
  CHECK(clients.b.call(1, "request_write", kFile).at("status").as_string() == "granted");
}

TEST_CASE("paths that cannot be meant are refused by name") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.hello("a");
  CHECK(client.refused(1, "request_write", R"({"paths":[]})").at("field").as_string() == "paths");
  CHECK(client.refused(2, "request_write", "{}").at("field").as_string() == "paths");
  CHECK(client.refused(3, "request_write", R"({"paths":["/a\u0000b"]})").at("code").as_string() ==
        "invalid_argument");
}
