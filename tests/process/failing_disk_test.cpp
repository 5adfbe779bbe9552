#include <sys/resource.h>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/failing_storage.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

/// No file of the process may grow beyond this any more: writing fails, as it does with a broken disk.
void limit_file_size(pid_t pid, rlim_t bytes) {
  const struct rlimit limit { bytes, RLIM_INFINITY };
  REQUIRE(::prlimit(pid, RLIMIT_FSIZE, &limit, nullptr) == 0);
}

TEST_CASE("while writing fails updates are refused, reads work, and service resumes by itself") {
  Sandbox sandbox({.io_threads = GENERATE(1, 4)});
  Child daemon = sandbox.start_daemon();
  FailingStorage story(sandbox);
  story.work();
  limit_file_size(daemon.pid(), 1);
  story.fail();
  limit_file_size(daemon.pid(), RLIM_INFINITY);
  story.recover();
  CHECK_FALSE(daemon.wait(ipc::Deadline::after({})));
  REQUIRE(sandbox.end_daemon());
  CHECK(discrepancy(story.acknowledged(), stored_updates(sandbox)) == "");
}

TEST_CASE("a failing write under the load of many clients refuses and never shows what was not stored") {
  Sandbox sandbox({.io_threads = 4});
  Child daemon = sandbox.start_daemon();
  Load load(proxies(sandbox, 4), {.window = 8});
  load.start();
  for (int i = 0; i < 5; ++i) {
    REQUIRE(load.wait_for_progress(50, patience()));
    limit_file_size(daemon.pid(), 1);
    REQUIRE(until(patience(), [&] { return health(sandbox).at("status").as_string() == "failing"; }));
    limit_file_size(daemon.pid(), RLIM_INFINITY);
  }
  REQUIRE(load.wait_for_progress(50, patience()));
  load.stop();
  for (const auto& error : load.errors()) {
    CHECK((error.find("storage_unavailable") != std::string::npos || error.starts_with("and ")));
  }
  CHECK_FALSE(load.errors().empty());
  load.end_clients();
  REQUIRE(sandbox.end_daemon());
  CHECK(discrepancy(load.updates(), stored_updates(sandbox)) == "");
}

}  // namespace
}  // namespace governor::test
