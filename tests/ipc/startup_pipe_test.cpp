#include "ipc/startup_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/child_process.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"

using namespace governor::ipc;
using std::chrono::milliseconds;

namespace {

template <class Report>
StartupReport reported(Report report) {
  auto ends = make_pipe();
  REQUIRE(ends);
  report(ends->second.release());
  return read_startup_report(ends->first.get(), Deadline::after(milliseconds(20000))).value();
}

}  // namespace

TEST_CASE("each report arrives as what it was") {
  CHECK(reported([](int fd) { report_ready(fd); }).outcome == StartupOutcome::ready);
  CHECK(reported([](int fd) { report_already_running(fd); }).outcome == StartupOutcome::already_running);
  const auto failed = reported([](int fd) { report_failed(fd, "disk\nfull"); });
  CHECK(failed.outcome == StartupOutcome::failed);
  CHECK(failed.reason == "disk full");
  const auto not_executed = reported([](int fd) { report_exec_failed(fd, ENOENT); });
  CHECK(not_executed.outcome == StartupOutcome::failed);
  CHECK(not_executed.reason.find("No such file") != std::string::npos);
}

TEST_CASE("an end without a report is a failure that says where to look") {
  const auto report = reported([](int fd) { ::close(fd); });
  CHECK(report.outcome == StartupOutcome::failed);
  CHECK(report.reason.find("governor.log") != std::string::npos);
}

TEST_CASE("a long reason is cut and still one line") {
  const auto report = reported([](int fd) { report_failed(fd, std::string(100000, 'x')); });
  CHECK(report.outcome == StartupOutcome::failed);
  CHECK(report.reason.size() > 1000);
  CHECK(report.reason.size() < 4096);
}

TEST_CASE("nobody waiting for a report is no problem") {
  report_ready(-1);
  report_failed(-1, "x");
}

TEST_CASE("waiting for a report ends with its deadline") {
  auto ends = make_pipe();
  REQUIRE(ends);
  const auto report = read_startup_report(ends->first.get(), Deadline::after(milliseconds(20)));
  REQUIRE_FALSE(report);
  CHECK(report.error().code == Errc::deadline_exceeded);
}
