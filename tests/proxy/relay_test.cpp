#include "tests/proxy/relay_world.hpp"

using governor::proxy::Relay;
using governor::proxy::test::answered;
using governor::proxy::test::kHelloReply;
using std::chrono::milliseconds;
using World = governor::proxy::test::RelayWorld;

TEST_CASE("lines wait for the daemon's hello and then go out numbered") {
  World world;
  world.client(R"({"id":1,"method":"a"})");
  CHECK(world.sent().empty());
  world.relay.connected(world.now);
  CHECK(world.sent() == world.hello_line());
  world.client("x");
  CHECK(world.sent().empty());
  world.daemon(kHelloReply);
  CHECK(world.sent() == "1 {\"id\":1,\"method\":\"a\"}\n2 x\n");
  CHECK(world.written().empty());
}

TEST_CASE("answers lose their number, and everything else from the daemon passes as it is") {
  World world;
  world.connect();
  world.client("a");
  world.client("b");
  world.client("c");
  world.sent();
  world.daemon("2 {\"id\":2}");
  world.daemon(R"({"method":"notifications/x"})");
  world.daemon("3");
  world.daemon("1 {\"id\":1}");
  CHECK(world.written() == "{\"id\":2}\n{\"method\":\"notifications/x\"}\n{\"id\":1}\n");
  CHECK(world.relay.is_idle());
}

TEST_CASE("requests for governor itself are not passed on, and answered here with their id") {
  World w;
  w.connect();
  for (const char* line :
       {R"({"jsonrpc":"2.0","id":"it","method":"governor/unlock","params":{"path":"/p"}})",
        R"({"method":"\u0067overnor\/stop","id":"it","jsonrpc":"2.0"})",
        R"({"jsonrpc":"2.0","method":"ping","id":"it","method":"governor/lease_break"})"}) {
    INFO(line);
    w.client(line);
    const std::string answer = w.written();
    CHECK(answer.find("\"id\":\"it\"") != std::string::npos);
    CHECK(answer.find("-32601") != std::string::npos);
    CHECK(answer.find("not for MCP clients") != std::string::npos);
  }
  w.client(R"({"jsonrpc":"2.0","method":"governor/goodbye"})");  // a notification has no answer
  CHECK(w.written().empty());
  CHECK(w.sent().empty());
  w.client(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"method":"governor/stop"}})");
  CHECK(w.sent().starts_with("1 {"));
}

TEST_CASE("who said in hello on whose behalf it speaks may ask for what governor itself does") {
  World world;
  governor::ipc::Hello hello = World::make_hello("0.1.0+5.a");
  hello.role = "person";
  Relay relay(hello, world.now, "governor-gateway");
  relay.connected(world.now);
  relay.daemon_line(kHelloReply);
  CHECK(relay.daemon().pid == 9);
  CHECK(relay.daemon().build == "0.1.0+5.a");
  relay.client_line(R"({"jsonrpc":"2.0","id":1,"method":"governor/unlock"})", world.now);
  CHECK(relay.client_output().empty());
  std::array<std::string_view, 4> pieces;
  std::string sent;
  const std::size_t count = relay.gather_daemon_output(pieces);
  for (std::size_t i = 0; i < count; ++i) sent += pieces[i];
  CHECK(sent.find("1 {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"governor/unlock\"}\n") != std::string::npos);
}

TEST_CASE("a byte order mark before a line is not passed on") {
  World world;
  world.connect();
  world.client("\xEF\xBB\xBF{\"id\":1}");
  world.client("\xEF\xBB\xBF");
  CHECK(world.sent() == "1 {\"id\":1}\n");
}

TEST_CASE("empty lines are not numbered") {
  World world;
  world.connect();
  world.client("");
  world.client(" \t");
  world.client("a");
  CHECK(world.sent() == "1 a\n");
}

TEST_CASE(
    "wherever the connection breaks, each unanswered line is sent again whole, ascending, with its number") {
  // Hello, three lines; broken after every possible byte, with and without the first answer.
  const std::string lines = "1 {\"id\":1}\n2 [2]\n3 {\"id\":3}\n";
  for (std::size_t cut = 0; cut <= lines.size(); ++cut) {
    World world;
    world.connect();
    world.client("{\"id\":1}");
    world.client("[2]");
    world.client("{\"id\":3}");
    CHECK(world.sent(cut) == lines.substr(0, cut));
    const bool first_answered = cut >= lines.find('\n') + 1;
    if (first_answered) world.daemon("1 {\"id\":1,\"result\":1}");
    world.reconnect();
    const std::string expected = first_answered ? answered("2") + lines.substr(lines.find('\n') + 1) : lines;
    CHECK(world.sent() == expected);
    if (first_answered) CHECK(world.written() == "{\"id\":1,\"result\":1}\n");
    world.daemon("3 {\"id\":3}");
    world.daemon("2");
    if (!first_answered) world.daemon("1 x");
    CHECK(world.relay.is_idle() == world.relay.client_output().empty());
  }
}

TEST_CASE("a connection that breaks during hello changes nothing") {
  World world;
  world.client("a");
  for (std::size_t cut = 0; cut <= world.hello_line().size(); ++cut) {
    world.relay.connected(world.now);
    CHECK(world.sent(cut) == world.hello_line().substr(0, cut));
    world.relay.disconnected(world.now);
  }
  world.connect();
  CHECK(world.sent() == "1 a\n");
}

TEST_CASE("an answer that comes twice is passed on once") {
  World world;
  world.connect();
  world.client("a");
  world.client("b");
  world.sent();
  world.daemon("1 {\"id\":1}");
  world.daemon("1 {\"id\":1}");
  world.daemon("77 {\"id\":77}");
  CHECK(world.written() == "{\"id\":1}\n");
}

TEST_CASE("an answer to a line that has not been sent on this connection is not one") {
  World world;
  world.connect();
  world.client("a");
  world.sent(1);
  world.daemon("1 {\"id\":1}");
  CHECK(world.written().empty());
  CHECK(world.sent() == " a\n");
}

TEST_CASE("every 64 answers are confirmed, with those beyond an older unanswered line") {
  World world;
  world.connect();
  for (int i = 0; i < 66; ++i) world.client("x");
  world.sent();
  std::string also;
  for (int n = 2; n <= 65; ++n) {
    CHECK(world.sent().empty());
    world.daemon(std::to_string(n) + " {}");
    also += (n == 2 ? "" : ",") + std::to_string(n);
  }
  CHECK(world.sent() == answered("1", also));
  world.daemon("66 {}");
  world.reconnect();
  CHECK(world.sent() == answered("1", also + ",66") + "1 x\n");
}

TEST_CASE("at 256 unanswered lines no more are read until one is answered") {
  World world;
  world.connect();
  for (int i = 0; i < 256; ++i) {
    CHECK(world.relay.wants_client_lines());
    world.client("x");
  }
  CHECK_FALSE(world.relay.wants_client_lines());
  world.sent();
  world.daemon("100 {}");
  CHECK(world.relay.wants_client_lines());
}

TEST_CASE("at 16 MiB of unanswered lines no more are read") {
  World world;
  world.connect();
  const std::string large(6 * 1024 * 1024, 'x');
  world.client(large);
  world.client(large);
  CHECK(world.relay.wants_client_lines());
  world.client(large);
  CHECK_FALSE(world.relay.wants_client_lines());
  world.sent(100000000);
  world.daemon("2 {}");
  CHECK(world.relay.wants_client_lines());
}

TEST_CASE("while the client does not read, nothing more is read from either side") {
  World world;
  world.connect();
  world.client("a");
  world.client("b");
  world.sent();
  world.daemon("1 " + std::string(Relay::kMaxClientOutput, 'x'));
  CHECK_FALSE(world.relay.wants_client_lines());
  CHECK_FALSE(world.relay.wants_daemon_lines());
  // That silence is not the daemon's.
  world.pass(milliseconds(60000));
  CHECK(world.sent().empty());
  CHECK_FALSE(world.relay.should_disconnect());
  world.written();
  CHECK(world.relay.wants_client_lines());
  CHECK(world.relay.wants_daemon_lines());
}

TEST_CASE("an over-long line is answered here and costs no number") {
  World world;
  world.connect();
  const governor::ipc::MessageOutline outline(R"({"method":"a","params":{},"id":"q"})");
  world.relay.client_line_too_long(outline, 9000000);
  const std::string answer = world.written();
  CHECK(answer.find("limit_exceeded") != std::string::npos);
  CHECK(governor::ipc::find_member(answer, "id") == std::string_view("\"q\""));
  world.client("a");
  CHECK(world.sent() == "1 a\n");
}

TEST_CASE("an answer that is too long to pass on becomes an error with the request's id") {
  World world;
  world.connect();
  world.client(R"({"id":"q","method":"a"})");
  world.sent();
  world.relay.daemon_line_too_long("1 {\"jsonrpc\":", 100000000);
  const std::string line = world.written();
  CHECK(governor::ipc::find_member(line, "id") == std::string_view("\"q\""));
  CHECK(line.find("100000000") != std::string::npos);
  CHECK(world.relay.is_idle());
}

TEST_CASE("nothing that is no message reaches the client") {
  World world;
  world.connect();
  world.daemon("Segmentation fault");
  world.daemon("");
  world.daemon("0");
  world.daemon("007 {}");
  CHECK(world.written().empty());
  CHECK_FALSE(world.relay.take_notice().empty());
  CHECK(world.relay.take_notice().empty());
}
