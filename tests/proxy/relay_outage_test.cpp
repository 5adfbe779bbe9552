#include "tests/proxy/relay_world.hpp"

using governor::proxy::Relay;
using governor::proxy::test::answered;
using governor::proxy::test::kHelloReply;
using std::chrono::milliseconds;
using World = governor::proxy::test::RelayWorld;

TEST_CASE("after ten seconds without a daemon the waiting requests are answered with an error, not before") {
  World world;
  world.client(R"({"id":1,"method":"a"})");
  world.client(R"([{"id":2,"method":"a"}])");
  world.client(R"({"method":"notifications/initialized"})");
  world.relay.connecting_failed("no space on device");
  CHECK(world.relay.next_tick() == world.now + Relay::kUnreachableAfter);
  world.pass(milliseconds(9999));
  CHECK(world.written().empty());
  world.pass(milliseconds(1));
  const std::string errors = world.written();
  CHECK(errors.find(R"("id":1,"error":{"code":-31001)") != std::string::npos);
  CHECK(errors.find(R"({"jsonrpc":"2.0","error":{"code":-31001)") != std::string::npos);
  CHECK(errors.find("no space on device") != std::string::npos);
  CHECK(errors.find("not_sent") != std::string::npos);
  CHECK(std::count(errors.begin(), errors.end(), '\n') == 2);
  // What failed is never sent, what nobody waits for is.
  world.connect();
  CHECK(world.sent() == answered("3") + "3 {\"method\":\"notifications/initialized\"}\n");
}

TEST_CASE("the outcome of a request that was sent is called unknown") {
  World world;
  world.connect();
  world.client(R"({"id":1,"method":"a"})");
  world.sent();
  world.relay.disconnected(world.now);
  world.pass(Relay::kUnreachableAfter);
  CHECK(world.written().find(R"("outcome":"unknown")") != std::string::npos);
}

TEST_CASE("a line that comes late in an outage gets a little time of its own") {
  World world;
  world.pass(milliseconds(60000));
  world.client(R"({"id":1,"method":"a"})");
  world.pass(Relay::kLateLineGrace - milliseconds(1));
  CHECK(world.written().empty());
  world.pass(milliseconds(1));
  CHECK(world.written().find("-31001") != std::string::npos);
}

TEST_CASE("notifications that pile up in an outage do not stop requests from being read") {
  World world;
  for (int i = 0; i < 256; ++i) world.client(R"({"method":"notifications/x"})");
  CHECK_FALSE(world.relay.wants_client_lines());
  world.pass(milliseconds(10000));
  CHECK(world.relay.wants_client_lines());
  CHECK(world.written().empty());
}

TEST_CASE("a daemon that dies on every connection counts as unreachable") {
  World world;
  world.connect();
  world.client(R"({"id":1,"method":"poison"})");
  world.sent();
  for (int i = 0; i < 40; ++i) {
    world.relay.disconnected(world.now);
    if (i > 0 && !world.relay.is_idle() && world.relay.client_output().empty()) {
      CHECK_FALSE(world.relay.made_progress());
    }
    world.pass(milliseconds(300));
    world.relay.connected(world.now);
    world.sent();
    world.daemon(kHelloReply);
    world.sent();
  }
  CHECK(world.written().find("-31001") != std::string::npos);
  CHECK(world.relay.is_idle());
}

TEST_CASE("a daemon that comes back in time costs no error, however often") {
  World world;
  world.connect();
  for (int i = 1; i <= 100; ++i) {
    world.client(R"({"id":1,"method":"a"})");
    world.sent();
    world.relay.disconnected(world.now);
    world.pass(milliseconds(500));
    world.connect();
    world.sent();
    world.daemon(std::to_string(i) + " {\"ok\":1}");
    CHECK(world.relay.made_progress());
    CHECK(world.written() == "{\"ok\":1}\n");
  }
}

TEST_CASE("a stream that brings something between two kills is not given up, however long that goes on") {
  World world;
  const std::string notice =
      R"({"jsonrpc":"2.0","method":"notifications/x","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"l"}}})";
  world.connect();
  world.client(R"({"id":"\u006c","method":"subscriptions/listen"})");
  world.client(R"({"id":2,"method":"poison"})");
  world.sent();
  world.daemon(notice);
  CHECK(world.written() == notice + "\n");
  for (int i = 0; i < 100; ++i) {
    world.relay.disconnected(world.now);
    world.pass(milliseconds(400));
    world.connect();
    world.sent();
    world.daemon(notice);
    std::string seen = world.written();
    // The stream proves nothing about other requests.
    if (seen.find("-31001") != std::string::npos) {
      CHECK(seen.find(R"("id":2)") != std::string::npos);
      seen = notice + "\n";
    }
    CHECK(seen == notice + "\n");
  }
  CHECK(world.relay.is_done());
  world.relay.disconnected(world.now);
  world.pass(Relay::kUnreachableAfter - milliseconds(1));
  CHECK(world.written().empty());
  world.pass(milliseconds(1));
  CHECK(world.written().find("-31001") != std::string::npos);
}

TEST_CASE("a request that tells of its progress between two kills is not given up") {
  World world;
  const std::string notice =
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":5,"progress":1}})";
  world.connect();
  world.client(R"({"id":1,"method":"wait","params":{"_meta":{"progressToken":5}}})");
  world.sent();
  for (int i = 0; i < 100; ++i) {
    world.daemon(notice);
    CHECK(world.written() == notice + "\n");
    world.relay.disconnected(world.now);
    world.pass(milliseconds(400));
    world.connect();
    world.sent();
  }
  // It still waits for its answer.
  CHECK_FALSE(world.relay.is_done());
  world.daemon("1 {\"id\":1}");
  CHECK(world.relay.is_idle() == world.relay.client_output().empty());
  CHECK(world.written() == "{\"id\":1}\n");
}

TEST_CASE("what is lost at the end is counted: no notifications, no streams") {
  World world;
  world.connect();
  world.client(R"({"id":1,"method":"subscriptions/listen"})");
  world.client(R"({"method":"notifications/x"})");
  world.client(R"({"id":2,"method":"a"})");
  world.sent();
  world.daemon(
      R"({"method":"notifications/y","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1}}})");
  world.written();
  world.client(R"({"id":3,"method":"b"})");
  CHECK_FALSE(world.relay.is_done());
  CHECK(world.relay.lost().requests == 2);
  CHECK(world.relay.lost().unsent == 1);
  CHECK(world.relay.lost().answers == 0);
  world.sent();
  world.daemon("2");
  world.daemon("3 {\"id\":2}");
  CHECK(world.relay.lost().answers == 1);
  world.daemon("4 {\"id\":3}");
  CHECK(world.relay.lost().requests == 0);
  CHECK_FALSE(world.relay.is_done());
  world.written();
  CHECK(world.relay.is_done());
  CHECK_FALSE(world.relay.lost().any());
}

TEST_CASE("a daemon that is stopped for three seconds costs nothing") {
  World world;
  world.connect();
  world.client("a");
  world.sent();
  for (int i = 0; i < 30; ++i) world.pass(milliseconds(100));
  CHECK(world.sent().empty());
  CHECK_FALSE(world.relay.should_disconnect());
  world.daemon("1 {}");
  CHECK(world.written() == "{}\n");
}

TEST_CASE("a wedged daemon is noticed: keepalive after five seconds of silence, dropped after ten more") {
  World world;
  world.connect();
  world.client("a");
  world.sent();
  CHECK(world.relay.next_tick() == world.now + Relay::kSilenceBeforeKeepalive);
  world.pass(milliseconds(5000));
  CHECK(world.sent() == "0\n");
  CHECK(world.relay.next_tick() == world.now + Relay::kKeepalivePatience);
  world.pass(milliseconds(9999));
  CHECK(world.sent().empty());
  CHECK_FALSE(world.relay.should_disconnect());
  world.pass(milliseconds(1));
  CHECK(world.relay.should_disconnect());
}

TEST_CASE("a daemon that answers keepalives may keep a line unanswered for as long as it likes") {
  World world;
  world.connect();
  world.client("a");
  world.sent();
  for (int i = 0; i < 1000; ++i) {
    world.pass(milliseconds(5000));
    CHECK(world.sent() == "0\n");
    world.daemon("0");
    CHECK_FALSE(world.relay.should_disconnect());
  }
  CHECK(world.written().empty());
}

TEST_CASE("an idle daemon is left alone, and its silence counts from the next line") {
  World world;
  world.connect();
  world.pass(milliseconds(3600000));
  CHECK_FALSE(world.relay.next_tick());
  CHECK(world.sent().empty());
  world.client("a");
  world.pass(milliseconds(4999));
  CHECK(world.sent() == "1 a\n");
}

TEST_CASE("a keepalive does not cut into a line that was sent in part") {
  World world;
  world.connect();
  world.client("abcdef");
  CHECK(world.sent(4) == "1 ab");
  world.pass(milliseconds(5000));
  CHECK(world.sent() == "cdef\n0\n");
}
