#include "ipc/service_notice.hpp"

#include <unistd.h>

#include <cstdlib>

#include "tests/support/catch.hpp"

namespace governor::ipc {
namespace {

ServiceNotice notice_for(const std::string& pid) {
  ::setenv("NOTIFY_SOCKET", "@nobody-listens-at-this-name-of-a-test", 1);
  ::setenv("WATCHDOG_USEC", "60000000", 1);
  ::setenv("WATCHDOG_PID", pid.c_str(), 1);
  return ServiceNotice::take_from_environment();
}

TEST_CASE("signs of life are given by the process of which they were asked") {
  CHECK(notice_for(std::to_string(::getpid())).watchdog() == std::chrono::seconds(60));
  CHECK_FALSE(notice_for("1").watchdog());
}

TEST_CASE("what a process starts does not speak to the service manager in its name") {
  notice_for("1");
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    CHECK(std::getenv(name) == nullptr);
}

TEST_CASE("a notice that nobody asked for or receives is not sent") {
  CHECK_FALSE(notice_for("1").send("READY=1"));
  CHECK_FALSE(ServiceNotice::take_from_environment().send("READY=1"));
}

}  // namespace
}  // namespace governor::ipc
