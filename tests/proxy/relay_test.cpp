#include "proxy/relay.hpp"

#include <algorithm>
#include <array>

#include "ipc/json_members.hpp"
#include "tests/support/catch.hpp"

using governor::proxy::Relay;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view kHelloReply =
    R"({"jsonrpc":"2.0","id":0,"result":{"protocol":1,"build":"0.1.0+5.a","pid":9,"resumed":true}})";

std::string answered(const std::string& below, const std::string& also = "") {
  return R"({"jsonrpc":"2.0","method":"governor/answered","params":{"below":)" + below + R"(,"also":[)" +
         also + "]}}\n";
}

/// A relay, its clock, and what it wrote.
struct World {
  explicit World(std::string build = "0.1.0+5.a") : hello(make_hello(std::move(build))), relay(hello, now) {}

  static governor::ipc::Hello make_hello(std::string build) {
    governor::ipc::Hello made;
    made.build = std::move(build);
    made.session = std::string(32, 'f');
    made.pid = 1;
    return made;
  }

  std::string hello_line() const { return governor::ipc::encode_hello(hello) + "\n"; }
  void client(std::string_view line) { relay.client_line(line, now); }
  void daemon(std::string_view line) {
    relay.heard(now);
    relay.daemon_line(line);
  }
  void pass(milliseconds time) {
    now += time;
    relay.tick(now);
  }
  /// Takes up to `limit` bytes of what is to be sent.
  std::string sent(std::size_t limit = 1000000) {
    std::string all;
    while (all.size() < limit) {
      std::array<std::string_view, 3> pieces;
      const std::size_t count = relay.gather_daemon_output(pieces);
      std::string gathered;
      for (std::size_t i = 0; i < count; ++i) gathered += pieces[i];
      if (gathered.empty()) break;
      gathered.resize(std::min(gathered.size(), limit - all.size()));
      all += gathered;
      relay.daemon_output_sent(gathered.size());
    }
    return all;
  }
  std::string written() {
    std::string all(relay.client_output());
    relay.client_output_sent(all.size());
    return all;
  }
  /// Connects and takes hello off the wire.
  void connect() {
    relay.connected(now);
    REQUIRE(sent() == hello_line());
    daemon(kHelloReply);
  }
  void reconnect() {
    relay.disconnected(now);
    connect();
  }

  Relay::TimePoint now{std::chrono::hours(1)};
  governor::ipc::Hello hello;
  Relay relay;
};

}  // namespace

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
