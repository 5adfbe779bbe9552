#include <iostream>

#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/failing_storage.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/small_disk.hpp"

namespace governor::test {
namespace {

/// Once for the process; afterwards ctest is told if these tests cannot run here.
bool can_mount() {
  static const auto failure = enter_mount_namespace();
  if (failure) std::cout << "not run: needs a mount namespace of its own: " << *failure << "\n";
  return !failure;
}

TEST_CASE("on a full disk updates are refused, reads work, and service resumes when space returns") {
  if (!can_mount()) return;
  Sandbox sandbox({.io_threads = GENERATE(1, 4)});
  SmallDisk disk(sandbox.directory() + "/small", 4);
  sandbox.use_state_dir(disk.path());
  Child daemon = sandbox.start_daemon();
  FailingStorage story(sandbox);
  story.work();
  for (int round = 0; round < 3; ++round) {
    disk.fill();
    story.fail();
    disk.make_room();
    story.recover();
  }
  CHECK_FALSE(daemon.wait(ipc::Deadline::after({})));
  REQUIRE(sandbox.end_daemon());
  CHECK(discrepancy(story.acknowledged(), stored_updates(sandbox)) == "");
}

TEST_CASE("a daemon that starts on a full disk says why it cannot and starts when space returns") {
  if (!can_mount()) return;
  Sandbox sandbox;
  SmallDisk disk(sandbox.directory() + "/small", 4);
  sandbox.use_state_dir(disk.path());
  disk.fill();
  const auto failed = run(sandbox.command(kDaemon, {"--foreground"}), patience());
  REQUIRE(failed);
  CHECK(failed->code == 1);
  INFO(failed->errors);
  CHECK(failed->errors.find("full") != std::string::npos);
  disk.make_room();
  Child daemon = sandbox.start_daemon();
  FailingStorage(sandbox).work();
  REQUIRE(sandbox.end_daemon());
}

}  // namespace
}  // namespace governor::test
