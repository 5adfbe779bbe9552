// Waiting for a lease without being given up: clients that want to know it are told how long they have
// waited.
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

constexpr const char* kLeasedFile = R"({"paths":["/nowhere/a.cpp"]})";

std::string asking(const std::string& era, const std::string& token, int wait_seconds) {
  std::string meta = R"("progressToken":)" + token;
  if (era == "stateless") {
    meta += R"(,"io.modelcontextprotocol/protocolVersion":"2026-07-28")"
            R"(,"io.modelcontextprotocol/clientCapabilities":{})";
  }
  return R"(5 {"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"request_write","_meta":{)" +
         meta + R"(},"arguments":{"paths":["/nowhere/a.cpp"],"wait_seconds":)" +
         std::to_string(wait_seconds) + "}}}";
}

void begin(TestClient& client, const std::string& era) {
  client.hello("b");
  if (era != "legacy") return;
  client.send(
      R"(1 {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}})");
  client.answer(1);
}

}  // namespace

TEST_CASE("a client that gives a progress token is told of its wait at once and every few seconds") {
  const std::string era = GENERATE("legacy", "stateless");
  const std::string token = GENERATE("\"t-1\"", "7");
  DaemonFixture daemon;
  TestClient holder(daemon.socket());
  holder.hello("a");
  const auto granted = holder.call(1, "request_write", kLeasedFile);
  TestClient waiting(daemon.socket());
  begin(waiting, era);
  waiting.send(asking(era, token, 300));
  double before = -1.0;
  const int told = token == "7" ? 1 : 2;
  for (int n = 0; n < told; ++n) {
    const auto notice = waiting.next_notice();
    CHECK(notice.at("method").as_string() == "notifications/progress");
    CHECK(json::serialize(notice.at("params").at("progressToken")) == token);
    CHECK(notice.at("params").at("total").to_number<double>() == 300.0);
    const double progress = notice.at("params").at("progress").to_number<double>();
    CHECK(progress > before);
    before = progress;
  }
  holder.call(2, "release_write", json::serialize(json::object{{"lease", granted.at("lease")}}));
  CHECK(waiting.result(5).at("status").as_string() == "granted");
  CHECK(waiting.kept_notices() == 0);
}

TEST_CASE("a wait of whom nobody tells anything ends before a client gives it up, and says so") {
  DaemonFixture daemon;
  TestClient holder(daemon.socket());
  holder.hello("a");
  holder.call(1, "request_write", kLeasedFile);
  TestClient waiting(daemon.socket());
  waiting.hello("b");
  waiting.send_tool(1, "request_write", R"({"paths":["/nowhere/a.cpp"],"wait_seconds":300})");
  for (int i = 0; i < 50'000; ++i) {
    if (holder.call(static_cast<std::uint64_t>(i) + 2, "list_leases", "{}").at("waiting").as_array().size() ==
        1)
      break;
    if (i % 64 == 0) holder.confirm(static_cast<std::uint64_t>(i) + 2);
  }
  DaemonFixture::advance_clock(std::chrono::seconds(51));
  const auto over = waiting.result(1);
  CHECK(over.at("status").as_string() == "held");
  CHECK(std::string(over.at("guidance").as_string()).find("50 s") != std::string::npos);
}
