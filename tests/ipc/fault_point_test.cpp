#include "ipc/fault_point.hpp"

#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "ipc/connect.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fault_walk.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;
using governor::TemporaryDirectory;
using governor::tests::fault_points_of;
using std::chrono::seconds;
using Mode = Fault::Mode;

namespace {

constexpr auto kProbe = FaultPoint::order_store_job;

/// Connects to a daemon that has to be started first.
Result<UniqueFd> start_and_connect(const TemporaryDirectory& base) {
  StartOptions options;
  options.environment.entries = {"HOME=/nonexistent", "PATH=/usr/bin:/bin"};
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = ::getenv(name)) options.environment.set(name, value);
  }
  options.environment.effective_uid = ::geteuid();
  options.environment.set("GOVERNOR_RUNTIME_DIR", base / "run");
  options.environment.set("GOVERNOR_STATE_DIR", base / "state");
  options.environment.set("GOVERNOR_DAEMON", GOVERNOR_FAKE_DAEMON);
  options.environment.set("GOVERNOR_FAKE", "serve");
  options.environment.set("GOVERNOR_FAKE_LOG", base / "starts");
  return connect_or_start(resolve_paths(options.environment).value(), options, Deadline::after(seconds(20)));
}

}  // namespace

TEST_CASE("a fault is named by its point, its mode and its arrival") {
  CHECK(parse_fault("commit_end:once") == Fault{FaultPoint::commit_end, Mode::once, 1});
  CHECK(parse_fault("commit_end:every:7") == Fault{FaultPoint::commit_end, Mode::every, 7});
  CHECK(parse_fault("spawn_exec:pause") == Fault{FaultPoint::spawn_exec, Mode::pause, 1});
  CHECK(parse_fault("spawn_exec:end:2") == Fault{FaultPoint::spawn_exec, Mode::end, 2});
  CHECK(parse_fault("spawn_exec:hold:2") == Fault{FaultPoint::spawn_exec, Mode::hold, 2});
  for (const char* wrong :
       {"", "commit_end", "commit_end:", "commit_end:never", "nothing:once", "commit_end:once:0",
        "commit_end:once:x", "commit_end:once:1:2", "commit_end:once:-1"}) {
    INFO(wrong);
    CHECK_FALSE(parse_fault(wrong));
  }
}

TEST_CASE("every point belongs to a part of the list that a test walks") {
  std::set<std::string_view> parts;
  for (const std::string_view name : kFaultPointNames) parts.insert(name.substr(0, name.find('_')));
  CHECK(parts == std::set<std::string_view>{"commit", "deploy", "durable", "exchange", "order", "progress",
                                            "shared", "spawn"});
}

TEST_CASE("a point fails once, from an arrival on, or not at all") {
  if (!kHasFaultPoints) return;
  CHECK_FALSE(fault_at(kProbe));
  {
    const ArmedFault fault(Fault{kProbe, Mode::once, 2});
    CHECK_FALSE(fault_at(kProbe));
    CHECK_FALSE(fault_at(FaultPoint::commit_end));
    CHECK(fault_at(kProbe));
    CHECK(errno == EIO);
    CHECK_FALSE(fault_at(kProbe));
    CHECK(fault.arrivals() == 3);
  }
  {
    const ArmedFault fault(Fault{kProbe, Mode::every, 2});
    CHECK_FALSE(fault_at(kProbe));
    CHECK(fault_at(kProbe));
    CHECK(fault_at(kProbe));
  }
  CHECK_FALSE(fault_at(kProbe));
}

TEST_CASE("who pauses at a point goes on when it is released, or when nobody means it any more") {
  if (!kHasFaultPoints) return;
  for (const bool is_released : {true, false}) {
    std::optional<ArmedFault> fault;
    fault.emplace(kProbe, Mode::pause);
    std::atomic<bool> passed{false};
    std::thread other([&] {
      wait_at(kProbe);
      passed = true;
    });
    const bool reached = fault->wait_until_reached(Deadline::after(seconds(20)));
    const bool was_held = !passed;
    if (is_released) fault->release();
    if (!is_released) fault.reset();
    other.join();
    CHECK(reached);
    CHECK(was_held);
    CHECK(passed);
  }
}

TEST_CASE("who is held at an arrival is the only one") {
  if (!kHasFaultPoints) return;
  ArmedFault fault(Fault{kProbe, Mode::hold, 2});
  CHECK_FALSE(fault_at(kProbe));
  std::atomic<bool> passed{false};
  std::thread held([&] {
    wait_at(kProbe);
    passed = true;
  });
  CHECK(fault.wait_until_reached(Deadline::after(seconds(20))));
  wait_at(kProbe);  // the third one, which does not wait
  CHECK_FALSE(passed);
  fault.release();
  held.join();
}

TEST_CASE("whatever fails in the start of a daemon is told, and the next start succeeds") {
  for (const FaultPoint point : fault_points_of("spawn")) {
    INFO(name_of(point));
    const TemporaryDirectory base;
    {
      const ArmedFault fault(point);
      CHECK(start_and_connect(base).error().code == Errc::start_failed);
    }
    CHECK(start_and_connect(base));
  }
}
