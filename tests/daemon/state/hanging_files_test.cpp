// A file system that does not answer: the others go on, and what was given up has no effect that nobody sees.
#include <algorithm>

#include "tests/daemon/files/faulty_calls.hpp"
#include "tests/daemon/state/deployment_fixture.hpp"
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

DaemonFixture::Settings impatient() {
  DaemonFixture::Settings settings;
  settings.file_work_limit = std::chrono::milliseconds(5000);
  return settings;
}

std::string lease_request(const std::string& path) {
  return json::serialize(json::object{{"paths", {path}}});
}

/// Until `held` calls hang; each look is a round trip.
void wait_for_hanging(TestClient& client, const HangingPaths& paths, int held) {
  for (int i = 0; i < 100'000 && paths.held() < held; ++i) client.health();
  REQUIRE(paths.held() >= held);
}

/// Of a client with all tools.
void wait_until_none_is_under_way(TestClient& client, std::string_view tool) {
  for (std::uint64_t line = 1; line < 100'000; ++line) {
    const auto report = client.call(line, "diagnose_concurrency", "{}");
    client.confirm(line);
    const auto& waiting = report.at("waiting").as_array();
    if (std::none_of(waiting.begin(), waiting.end(),
                     [&](const json::value& call) { return call.at("tool").as_string() == tool; }))
      return;
  }
  FAIL("the call that hung does not come to its end");
}

}  // namespace

TEST_CASE("many calls that hang keep nobody from healthy files, and what they wanted is given to nobody") {
  FileFixture files(impatient());
  std::filesystem::create_directory(files.file("stuck"));
  std::filesystem::create_directory(files.file("well"));
  HangingPaths hanging("/stuck/");
  TestClient many(files.daemon.socket());
  many.hello("e");
  constexpr std::uint64_t kCalls = 6;
  for (std::uint64_t i = 1; i <= kCalls; ++i)
    many.send_tool(i, "request_write", lease_request(files.file("stuck/") + std::to_string(i)));
  Writer ada(files, "ada");
  wait_for_hanging(ada.client, hanging, 4);
  const std::string path = files.file("well/a.txt");
  const auto lease = ada.lease(path);
  ada.commit(path, "one\n", "", lease);
  CHECK(read_file(path) == "one\n");
  for (std::uint64_t i = 1; i <= kCalls; ++i) {
    const auto error = many.error(i);
    CHECK((text_of(error.at("code")) == "deadline_exceeded" || text_of(error.at("code")) == "overloaded"));
  }
  hanging.release();
  // What was given up ends some time after; a lease of that path is granted to whoever asks now.
  Writer bob(files, "b0b");
  for (std::uint64_t i = 1; i <= kCalls; ++i)
    CHECK_NOTHROW(bob.lease(files.file("stuck/") + std::to_string(i)));
  const auto leases = ada.call("list_leases", json::object{}).at("leases").as_array();
  CHECK(leases.size() == kCalls + 1);
}

TEST_CASE("a write that was given up does not happen when the file system answers again") {
  FileFixture files(impatient());
  std::filesystem::create_directory(files.file("stuck"));
  const std::string path = files.file("stuck/a.txt");
  write_file(path, "old\n");
  Writer ada(files, "ada");
  const auto lease = ada.lease(path);
  {
    HangingPaths hanging(".governor-");
    const auto error =
        ada.refused("commit_file", Writer::arguments_of(path, "new\n", sha256_hex("old\n"), lease));
    CHECK(text_of(error.at("code")) == "deadline_exceeded");
  }
  // The lease is free of it again, and the file is what it was.
  ada.call("release_write", {{"lease", lease}});
  const auto again = ada.lease(path);
  CHECK(read_file(path) == "old\n");
  ada.commit(path, "newer\n", sha256_hex("old\n"), again);
  CHECK(read_file(path) == "newer\n");
  CHECK(files.daemon.stored("SELECT count(*) FROM open_write") == 0);
}

TEST_CASE("a line that comes again while its first call looks at files takes effect once") {
  DeployingDaemon test;
  const std::string prompt = test.daemon.directory() + "/slow-prompt";
  write_file(prompt, "paint");
  const std::string order = json::serialize(json::object{{"agent_type", "painter"},
                                                         {"prompt_file", prompt},
                                                         {"cwd", test.daemon.directory()},
                                                         {"runner", "generic"},
                                                         {"allow_duplicate", true}});
  HangingPaths hanging("slow-prompt", 1);
  TestClient first(test.daemon.socket());
  first.hello("e");
  first.send_tool(1, "deploy_headless_agent", order);
  TestClient watcher(test.daemon.socket());
  watcher.send(
      R"({"jsonrpc":"2.0","id":0,"method":"governor/hello","params":{"protocol":1,"build":"t","session":")" +
      std::string(32, 'd') + R"(","pid":1,"cwd":"/","client":"doctor","tools":"full"}})");
  REQUIRE(watcher.next_object().contains("result"));
  wait_for_hanging(watcher, hanging, 1);

  TestClient second(test.daemon.socket());
  CHECK(second.hello("e").at("resumed").as_bool());
  const auto made = second.call(1, "deploy_headless_agent", order);
  second.confirm(2);
  hanging.release();
  wait_until_none_is_under_way(watcher, "deploy_headless_agent");
  CHECK(test.daemon.stored("SELECT count(*) FROM deployment") == 1);
  CHECK_FALSE(made.at("deployment").as_object().at("deployment_id").as_string().empty());
}
