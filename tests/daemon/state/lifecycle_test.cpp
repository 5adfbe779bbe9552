// When the daemon ends by itself, and that nobody is left at the door.
#include <boost/asio/io_context.hpp>
#include <memory>
#include <random>
#include <string>

#include "daemon/lifecycle/listener.hpp"
#include "ipc/client.hpp"
#include "ipc/socket_address.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon::test;
using std::chrono::milliseconds;

TEST_CASE("a daemon without sessions ends after its idle time, one with a session does not") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads, 4096, milliseconds(100)});
  {
    TestClient client(daemon.socket());
    client.hello("a");
    client.update(1, "x");
    CHECK_FALSE(daemon.ends_within(milliseconds(400)));
  }
  CHECK_FALSE(daemon.ends_within(milliseconds(400)));  // the session may come back
  TestClient client(daemon.socket());
  CHECK(client.hello("a").at("resumed").as_bool());
  client.goodbye();
  client.health();
  client = TestClient(daemon.socket());
  CHECK(client.health().at("status").as_string() == "ok");
  client = TestClient(daemon.socket());
  client.health();
  { const TestClient gone = std::move(client); }
  CHECK(daemon.ends_within(std::chrono::seconds(10)));
}

TEST_CASE(
    "a client that connects while the daemon goes idle is served or finds the door closed, never dropped") {
  std::mt19937_64 random(17);
  const std::string ask = R"({"jsonrpc":"2.0","id":1,"method":"governor/health"})";
  int served = 0;
  for (int round = 0; round < 12; ++round) {
    DaemonFixture daemon({round % 2 == 0 ? 1 : 4, 4096, milliseconds(50)});
    for (;;) {
      // Around the time at which it looks whether it is idle.
      const auto paused = ipc::pause_until(ipc::Deadline::at(
          std::chrono::steady_clock::now() + std::chrono::microseconds(40000 + random() % 70000)));
      REQUIRE(paused.has_value());
      auto client = ipc::Client::connect(daemon.socket(), ipc::Deadline::after(std::chrono::seconds(10)));
      if (!client) {
        CHECK(client.error().code == ipc::Errc::no_daemon);
        break;
      }
      if (!client->send_line(ask)) break;  // reset in the queue: the client knows that nothing was done
      const auto answer = client->receive_line(ipc::Deadline::after(std::chrono::seconds(10)));
      REQUIRE(answer.has_value());
      ++served;
    }
    CHECK(daemon.ends_within(std::chrono::seconds(10)));
  }
  CHECK(served > 0);
}

TEST_CASE("a listener may be replaced while it waits for a client") {
  TemporaryDirectory directory;
  boost::asio::io_context io;
  const auto strand = boost::asio::make_strand(io);
  daemon::TaskScope tasks;
  auto fd = ipc::make_stream_socket();
  const auto address = ipc::socket_address(directory.file("s"));
  REQUIRE(fd.has_value());
  REQUIRE(::bind(fd->get(), address->get(), address->length) == 0);
  REQUIRE(::listen(fd->get(), 8) == 0);
  auto listener = std::make_shared<daemon::Listener>(
      strand, *std::move(fd), [](auto, auto) {}, [](const auto&) {});
  listener->start(tasks);
  io.poll();
  CHECK(tasks.running() == 1);
  listener->close();
  listener.reset();
  io.restart();
  io.run();
  CHECK(tasks.running() == 0);
}
