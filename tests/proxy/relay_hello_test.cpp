#include "tests/proxy/relay_world.hpp"

using governor::proxy::Relay;
using governor::proxy::test::answered;
using std::chrono::milliseconds;
using World = governor::proxy::test::RelayWorld;

TEST_CASE("a daemon that accepts and does not say hello is left after ten seconds") {
  World world;
  world.client(R"({"id":1,"method":"a"})");
  world.relay.connected(world.now);
  world.sent();
  world.pass(milliseconds(9999));
  CHECK_FALSE(world.relay.should_disconnect());
  world.pass(milliseconds(1));
  CHECK(world.relay.should_disconnect());
  CHECK(world.written().find("does not answer") != std::string::npos);
  world.relay.disconnected(world.now);
  CHECK_FALSE(world.relay.made_progress());
}

TEST_CASE("a refused hello is told to the client with the daemon's words") {
  World world;
  world.client(R"({"id":1,"method":"a"})");
  world.relay.connected(world.now);
  world.sent();
  world.daemon(R"({"jsonrpc":"2.0","id":0,"error":{"code":-31002,"message":"protocol 1 is too old",)"
               R"("data":{"hint":"update governor-proxy"}}})");
  CHECK(world.relay.should_disconnect());
  world.relay.disconnected(world.now);
  world.pass(milliseconds(0));
  CHECK(world.written().find("protocol 1 is too old: update governor-proxy") != std::string::npos);
}

TEST_CASE("a refusal that time does not heal is told at once, any other only after a while") {
  for (const auto& [code, at_once] : {std::pair("-31002", true), std::pair("-32602", true),
                                      std::pair("-31003", false), std::pair("-31005", false)}) {
    World world;
    world.client(R"({"id":1,"method":"a"})");
    world.relay.connected(world.now);
    world.sent();
    world.daemon(R"({"jsonrpc":"2.0","id":0,"error":{"code":)" + std::string(code) + R"(,"message":"no"}})");
    world.relay.disconnected(world.now);
    world.pass(milliseconds(1));
    CHECK(world.written().empty() != at_once);
    // What comes next is refused as well, as long as the daemon is there.
    world.client(R"({"id":2,"method":"a"})");
    world.pass(milliseconds(1));
    CHECK(world.written().empty() != at_once);
    world.relay.connecting_failed("gone");
    world.client(R"({"id":3,"method":"a"})");
    world.pass(milliseconds(1));
    CHECK(world.written().empty());
  }
}

TEST_CASE("an older daemon is asked once to leave, and requests go on meanwhile") {
  World world("0.2.0+1.b");
  world.connect();
  CHECK(world.relay.upgrade() == Relay::Upgrade::wanted);
  world.client("a");
  world.relay.request_drain();
  CHECK(world.sent() ==
        R"({"jsonrpc":"2.0","id":"governor-drain","method":"governor/drain","params":{"build":"0.2.0+1.b"}})"
        "\n1 a\n");
  world.daemon(R"({"jsonrpc":"2.0","id":"governor-drain","result":{"draining":true}})");
  CHECK(world.relay.upgrade() == Relay::Upgrade::asked);
  world.daemon("1 {}");
  CHECK(world.written() == "{}\n");
  world.client("b");
  world.sent();
  world.reconnect();  // still an old one: no second question
  CHECK(world.relay.upgrade() == Relay::Upgrade::over);
  CHECK(world.sent() == answered("2") + "2 b\n");
}

TEST_CASE("a daemon that does not want to leave is used as it is") {
  World world("0.2.0+1.b");
  world.connect();
  world.relay.request_drain();
  world.sent();
  world.daemon(R"({"jsonrpc":"2.0","id":"governor-drain","result":{"draining":false,"build":"9.0.0+1.a"}})");
  CHECK(world.relay.upgrade() == Relay::Upgrade::over);
  CHECK(world.written().empty());
}

TEST_CASE("a daemon of the same or a newer build is not asked to leave") {
  for (const char* build : {"0.1.0+5.z", "0.1.0+4.a", "0.0.9+9.a", "unknown"}) {
    World world(build);
    world.connect();
    CHECK(world.relay.upgrade() == Relay::Upgrade::none);
  }
}

TEST_CASE("if another proxy has replaced the old daemon meanwhile there is nothing left to ask") {
  World world("0.1.0+6.a");
  world.connect();
  REQUIRE(world.relay.upgrade() == Relay::Upgrade::wanted);
  world.relay.disconnected(world.now);
  world.relay.connected(world.now);
  world.daemon(
      R"({"jsonrpc":"2.0","id":0,"result":{"protocol":1,"build":"0.1.0+6.a","pid":9,"resumed":true}})");
  CHECK(world.relay.upgrade() == Relay::Upgrade::none);
}

TEST_CASE("goodbye is said only to a daemon that knows us, after what is being sent") {
  World world;
  world.relay.say_goodbye();
  CHECK(world.sent().empty());
  world.connect();
  world.client("abc");
  world.sent(3);
  world.relay.say_goodbye();
  CHECK(world.sent() == "bc\n{\"jsonrpc\":\"2.0\",\"method\":\"governor/goodbye\"}\n");
}
