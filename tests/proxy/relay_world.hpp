#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "ipc/json_members.hpp"
#include "proxy/relay.hpp"
#include "tests/support/catch.hpp"

namespace governor::proxy::test {

using std::chrono::milliseconds;

inline constexpr std::string_view kHelloReply =
    R"({"jsonrpc":"2.0","id":0,"result":{"protocol":1,"build":"0.1.0+5.a","pid":9,"resumed":true}})";

inline std::string answered(const std::string& below, const std::string& also = "") {
  return R"({"jsonrpc":"2.0","method":"governor/answered","params":{"below":)" + below + R"(,"also":[)" +
         also + "]}}\n";
}

/// A relay, its clock, and what it wrote.
struct RelayWorld {
  explicit RelayWorld(std::string build = "0.1.0+5.a")
      : hello(make_hello(std::move(build))), relay(hello, now) {}

  static ipc::Hello make_hello(std::string build) {
    ipc::Hello made;
    made.build = std::move(build);
    made.session = std::string(32, 'f');
    made.pid = 1;
    return made;
  }

  std::string hello_line() const { return ipc::encode_hello(hello) + "\n"; }
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
  ipc::Hello hello;
  Relay relay;
};

}  // namespace governor::proxy::test
