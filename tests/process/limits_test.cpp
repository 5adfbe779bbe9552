#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "ipc/numbered_line.hpp"
#include "ipc/socket_io.hpp"
#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/load.hpp"

namespace governor::test {
namespace {

/// Asks without end and never reads, until the daemon has had enough. Whether it had by the deadline.
bool ask_without_reading(Wire& wire, ipc::Deadline deadline) {
  // The id comes back with the answer: large answers for little work.
  const std::string id(1024 * 1024, 'x');
  const std::string question = R"({"jsonrpc":"2.0","method":"ping","id":")" + id + "\"}\n";
  const int fd = wire.lines().writing_fd();
  while (!deadline.expired()) {
    for (std::string_view rest = question; !rest.empty();) {
      const auto sent = ipc::send_some(fd, rest);
      if (!sent) return true;
      rest.remove_prefix(*sent);
      if (*sent > 0) continue;
      pollfd polled{fd, POLLOUT, 0};
      if (::poll(&polled, 1, deadline.remaining_ms()) <= 0) return false;
      if ((polled.revents & (POLLHUP | POLLERR)) != 0) return true;
    }
  }
  return false;
}

TEST_CASE("a client that never reads is disconnected and others are not disturbed") {
  Sandbox sandbox({.io_threads = GENERATE(1, 4)});
  Child daemon = sandbox.start_daemon();
  Load others(proxies(sandbox, 2), {.window = 1});
  others.start();
  REQUIRE(others.wait_for_progress(1, patience()));
  Wire deaf(sandbox);
  CHECK(ask_without_reading(deaf, patience(std::chrono::seconds(20))));
  CHECK(others.wait_for_progress(20, patience()));
  others.stop();
  CHECK(others.errors() == std::vector<std::string>());
}

TEST_CASE("far more than 256 lines can be sent at once") {
  constexpr int kLines = 2000;
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const auto client = converse(sandbox, GENERATE(Way::proxy, Way::socket));
  client->initialize();
  // Who never reads while writing is held up some day: a thread of its own writes, as real clients do.
  std::thread writer([&] {
    for (int i = 0; i < kLines; ++i) client->ask_tool("process_agent_update", {{"agent_id", "pipelined"}});
  });
  std::vector<std::int64_t> updates;
  std::vector<std::int64_t> expected;
  for (int i = 1; i <= kLines; ++i) {
    updates.push_back(client->next_answer().content().at("update").to_number<std::int64_t>());
    expected.push_back(i);
  }
  writer.join();
  CHECK(updates == expected);
}

/// A valid request whose line has exactly that many bytes.
std::string request_of(std::size_t bytes) {
  std::string line = R"({"jsonrpc":"2.0","id":77,"method":"ping","params":{"filler":""}})";
  line.insert(line.size() - 3, bytes - line.size(), 'x');
  return line;
}

TEST_CASE("a line of 8 MiB is a request and one more byte is refused while the connection lives on") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const auto client = converse(sandbox, GENERATE(Way::proxy, Way::socket));
  client->initialize();
  client->send(request_of(ipc::kMaxLineBytes));
  const Answer fits = client->next_answer();
  CHECK(fits.id == 77);
  CHECK_FALSE(fits.is_error());

  client->send(request_of(ipc::kMaxLineBytes + 1));
  const Answer refused = client->next_answer();
  CHECK(refused.id == 77);
  CHECK(refused.error().at("code").to_number<int>() == -32600);
  CHECK(refused.error().at("data").at("code").as_string() == "limit_exceeded");
  CHECK(client->call("process_agent_update", {{"agent_id", "after"}}).tool_error().empty());
}

TEST_CASE(
    "a request that is no JSON is answered under its id, and what some programs end lines at never comes") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const auto client = converse(sandbox, GENERATE(Way::proxy, Way::socket));
  client->initialize();
  std::string deep = R"({"jsonrpc":"2.0","method":"ping","params":{"x":)";
  deep += std::string(100, '[') + std::string(100, ']') + R"(},"id":5})";
  for (const std::string& line :
       {std::string(R"({"jsonrpc":"2.0","method":"tools/call","params":{"confidence":NaN},"id":5})"), deep,
        std::string("{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"params\":{\"x\":\"\xFF\"},\"id\":5}")}) {
    client->send(line);
    const Answer refused = client->next_answer();
    CHECK(refused.id == 5);
    CHECK(refused.error().at("code").to_number<int>() == -32700);
  }
  client->send("\xEF\xBB\xBF{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"ping\"}");
  CHECK(client->next_answer().id == 6);

  const std::string purpose =
      "one\xE2\x80\xA8two\xE2\x80\xA9"
      "cut \\ud83d";
  client->send(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"register_agent",)"
               R"("arguments":{"agent_id":"odd","purpose":")" +
               purpose + R"("}}})");
  CHECK(client->next_answer().tool_error().empty());
  client->ask_tool("get_agent_metadata", {{"agent_id", "odd"}});
  const auto line = client->receive(patience());
  REQUIRE(line);
  CHECK(line->find("one\\u2028two\\u2029cut \xEF\xBF\xBD") != std::string::npos);
  CHECK(line->find("\xE2\x80\xA8") == std::string::npos);
  CHECK(line->find("\xE2\x80\xA9") == std::string::npos);
}

}  // namespace
}  // namespace governor::test
