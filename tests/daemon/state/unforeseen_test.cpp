// Exceptions that nobody foresaw: they end one call, and the daemon goes on with what is stored.
#include <future>
#include <set>
#include <string>

#include "daemon/store/open_store.hpp"
#include "daemon/store/store_thread.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

/// More often than anything reads the clock for one call.
constexpr int kReadings = 12;

std::string code_of(const boost::json::object& answer) {
  if (!answer.at("result").as_object().contains("isError") || !answer.at("result").at("isError").as_bool())
    return "ok";
  return std::string(answer.at("result").at("_meta").at("io.github.governor/error").at("code").as_string());
}

}  // namespace

TEST_CASE("an exception on the state strand ends one call, and what is stored goes on") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon(DaemonFixture::Settings{io_threads});
  TestClient alice(daemon.socket());
  TestClient bob(daemon.socket());
  alice.hello("a");
  bob.hello("b");
  alice.update(1, "mine");
  bob.update(1, "his");
  std::uint64_t line = 1;
  std::int64_t stored = 1;
  std::set<std::string> codes;
  for (int reading = 0; reading < kReadings; ++reading) {
    INFO("reading " << reading);
    DaemonFixture::clock_fails_after = reading;
    alice.send_update(++line, "mine");
    const auto code = code_of(boost::json::parse(alice.answer(line)).as_object());
    codes.insert(code);
    if (code == "ok") ++stored;
    // Whoever was not concerned notices nothing, but perhaps fails at a later reading.
    bob.send_update(line, "his");
    bob.answer(line);
    DaemonFixture::clock_fails_after = -1;
    CHECK(alice.update(++line, "mine") == ++stored);
  }
  CHECK(codes == std::set<std::string>{"internal_error", "ok"});
  CHECK(health_becomes(daemon.socket(), "ok"));
  CHECK(
      daemon.stored("SELECT count(*) FROM history WHERE agent = (SELECT key FROM agent WHERE id = 'mine')") ==
      stored);
}

TEST_CASE("an exception on the store's thread ends the calls that wait for it") {
  DaemonFixture daemon(DaemonFixture::Settings{GENERATE(1, 4)});
  TestClient alice(daemon.socket());
  alice.hello("a");
  alice.update(1, "mine");
  daemon.restart();
  TestClient again(daemon.socket());
  again.hello("a");
  daemon.gate().throw_from_reads(true);
  CHECK(again.refused(2, "get_system_history", R"({"agent_id":"mine"})").at("code").as_string() ==
        "internal_error");
  CHECK(again.refused(3, "process_agent_update", R"({"agent_id":"mine"})").at("code").as_string() ==
        "internal_error");
  daemon.gate().throw_from_reads(false);
  CHECK(again.update(4, "mine") == 2);
}

TEST_CASE("a job of the store's thread that throws leaves the thread to those behind it") {
  TemporaryDirectory directory;
  auto opened = open_store(directory.path());
  REQUIRE(opened);
  StoreThread thread(std::move(opened->store));
  thread.post([](Store&) { throw std::runtime_error("nobody foresaw this"); });
  std::promise<void> done;
  thread.post([&](Store&) { done.set_value(); });
  CHECK(done.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
}
