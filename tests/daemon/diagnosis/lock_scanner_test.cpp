#include "daemon/diagnosis/lock_scanner.hpp"

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using std::chrono::milliseconds;

TEST_CASE("a scan gives its report to whoever waits, and its refusal too") {
  const governor::TemporaryDirectory directory;
  test::write_file(directory.file("x.lock"), "");
  LockScanner scanner;
  auto scan = scanner.start({directory.path(), false, {}}, {});
  REQUIRE(scan.ok());
  const auto report = (*scan)->wait_for(std::chrono::seconds(30));
  REQUIRE(report);
  REQUIRE(report->ok());
  CHECK(report->value().locks.size() == 1);
  CHECK((*scan)->wait_for(milliseconds(0)));  // it stays there
  auto refused = scanner.start({directory.file("none"), false, {}}, {});
  REQUIRE(refused.ok());
  const auto reason = (*refused)->wait_for(std::chrono::seconds(30));
  REQUIRE(reason);
  CHECK_FALSE(reason->ok());
}

TEST_CASE("letting go of scans makes room for others") {
  const governor::TemporaryDirectory directory;
  LockScanner scanner;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  int started = 0;
  while (started < 20 && std::chrono::steady_clock::now() < deadline) {
    if (scanner.start({directory.path(), false, {}}, {}).ok()) ++started;
  }
  CHECK(started == 20);
}
