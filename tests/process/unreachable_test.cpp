#include <sys/stat.h>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

using std::chrono::seconds;

/// A sandbox in which no proxy can start a daemon, and a client in it that waits for three answers.
struct Unreachable {
  Sandbox sandbox;
  std::unique_ptr<ProxyConversation> client;
  std::string expected;  ///< what the error must mention

  void ask() {
    client = std::make_unique<ProxyConversation>(sandbox);
    client->ask("ping");
    client->send(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    client->ask("tools/list");
    client->ask("ping");
  }

  void check_told() {
    for (std::int64_t id = 1; id <= 3; ++id) {
      const Answer answer = client->next_answer(patience(seconds(60)));
      CHECK(answer.id == id);
      CHECK(answer.error().at("code").to_number<int>() == -31001);
      CHECK(answer.error().at("data").at("code").as_string() == "daemon_unreachable");
      const std::string text = boost::json::serialize(answer.message);
      INFO(text);
      CHECK(text.find(expected) != std::string::npos);
    }
  }
};

TEST_CASE("a proxy that cannot start a daemon says so within the protocol and recovers") {
  // Side by side, since each is only told after ten seconds.
  Unreachable no_daemon;
  no_daemon.sandbox.set("GOVERNOR_DAEMON", kProxy);  // a program, but not one that knows what is asked of it
  no_daemon.expected = "governord did not start";
  Unreachable missing;
  missing.sandbox.set("GOVERNOR_DAEMON", missing.sandbox.directory() + "/nothing");
  missing.expected = "GOVERNOR_DAEMON";
  Unreachable open_directory;
  REQUIRE(::mkdir(open_directory.sandbox.runtime_dir().c_str(), 0700) == 0);
  REQUIRE(::chmod(open_directory.sandbox.runtime_dir().c_str(), 0777) == 0);
  open_directory.expected = "chmod 700 " + open_directory.sandbox.runtime_dir();

  for (auto* one : {&no_daemon, &missing, &open_directory}) one->ask();
  for (auto* one : {&no_daemon, &missing, &open_directory}) one->check_told();

  CHECK(open_directory.sandbox.processes_of(kDaemon).empty());
  REQUIRE(::chmod(open_directory.sandbox.runtime_dir().c_str(), 0700) == 0);
  for (auto* one : {&no_daemon, &missing}) {
    Child daemon = one->sandbox.start_daemon();
    CHECK(one->client->request("ping").result().empty());
    one->client.reset();
    CHECK(one->sandbox.end_daemon());
  }
  CHECK(open_directory.client->request("ping").result().empty());
}

TEST_CASE("a daemon refuses directories that are open to others and says what to do") {
  Sandbox sandbox;
  const bool runtime = GENERATE(true, false);
  const std::string directory = runtime ? sandbox.runtime_dir() : sandbox.state_dir();
  REQUIRE(::mkdir(directory.c_str(), 0700) == 0);
  REQUIRE(::chmod(directory.c_str(), 0755) == 0);
  const auto refused = run(sandbox.command(kDaemon), patience());
  REQUIRE(refused);
  CHECK(refused->code == 1);
  INFO(refused->errors);
  CHECK(refused->errors.find("open to other users") != std::string::npos);
  CHECK(refused->errors.find("chmod 700 " + directory) != std::string::npos);
}

TEST_CASE("a daemon refuses a runtime directory that is a symbolic link") {
  Sandbox sandbox;
  const std::string target = sandbox.directory() + "/elsewhere";
  REQUIRE(::mkdir(target.c_str(), 0700) == 0);
  REQUIRE(::symlink(target.c_str(), sandbox.runtime_dir().c_str()) == 0);
  const auto refused = run(sandbox.command(kDaemon), patience());
  REQUIRE(refused);
  CHECK(refused->code == 1);
  CHECK(refused->errors.find("symbolic link") != std::string::npos);
}

}  // namespace
}  // namespace governor::test
