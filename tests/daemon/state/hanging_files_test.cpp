// A file system that does not answer: the others go on, and what was given up has no effect that nobody sees.
#include "tests/daemon/files/faulty_calls.hpp"
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
