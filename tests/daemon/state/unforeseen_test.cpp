// Exceptions that nobody foresaw: they end one call, and the daemon goes on with what is stored.
#include <future>
#include <memory>
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

/// As a proxy does it: a line that is not answered is sent again over another connection.
class PersistentClient {
 public:
  PersistentClient(const DaemonFixture& daemon, std::string name) : daemon_(daemon), name_(std::move(name)) {
    connect();
  }

  /// The code of the error, or "ok".
  std::string update(std::uint64_t line, const std::string& agent) {
    const std::string prefix = std::to_string(line) + " ";
    for (int attempt = 0; attempt < 3; ++attempt) {
      client_->send_update(line, agent);
      while (const auto text = client_->next_line()) {
        if (text->starts_with(prefix))
          return code_of(boost::json::parse(text->substr(prefix.size())).as_object());
      }
      connect();
    }
    return "no answer";
  }

 private:
  void connect() {
    client_ = std::make_unique<TestClient>(daemon_.socket());
    client_->hello(name_);
  }
  static std::string code_of(const boost::json::object& answer) {
    const auto& result = answer.at("result").as_object();
    if (!result.contains("isError") || !result.at("isError").as_bool()) return "ok";
    return std::string(result.at("_meta").at("io.github.governor/error").at("code").as_string());
  }

  const DaemonFixture& daemon_;
  std::string name_;
  std::unique_ptr<TestClient> client_;
};

}  // namespace

TEST_CASE("an exception on a strand ends one call, and what is stored goes on") {
  DaemonFixture daemon(DaemonFixture::Settings{GENERATE(1, 4)});
  PersistentClient alice(daemon, "a");
  PersistentClient bob(daemon, "b");
  CHECK(alice.update(1, "mine") == "ok");
  CHECK(bob.update(1, "his") == "ok");
  std::uint64_t line = 1;
  std::int64_t stored = 1;
  std::set<std::string> codes;
  for (int reading = 0; reading < kReadings; ++reading) {
    INFO("reading " << reading);
    DaemonFixture::clock_fails_after = reading;
    const std::string code = alice.update(++line, "mine");
    codes.insert(code);
    if (code == "ok") ++stored;
    bob.update(line, "his");  // perhaps it is its reading that fails
    DaemonFixture::clock_fails_after = -1;
    CHECK(alice.update(++line, "mine") == "ok");
    CHECK(bob.update(line, "his") == "ok");
    ++stored;
    CHECK(daemon.stored(
              "SELECT count(*) FROM history WHERE agent = (SELECT key FROM agent WHERE id = 'mine')") ==
          stored);
  }
  CHECK(codes == std::set<std::string>{"internal_error", "ok"});
  CHECK(health_becomes(daemon.socket(), "ok"));
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
