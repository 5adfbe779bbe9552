#include "daemon/lifecycle/logging.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <string>

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

namespace {

/// The log of this process is what it was before when a test is over.
class LoggerRestored {
 public:
  ~LoggerRestored() { spdlog::set_default_logger(before_); }

 private:
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

std::size_t lines_with(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a message that repeats is written once and counted") {
  const LoggerRestored restored;
  const governor::TemporaryDirectory directory;
  governor::daemon::set_up_logging(false, directory.file("governor.log"), "info");
  for (int i = 0; i < 1000; ++i) spdlog::warn("the same again");
  spdlog::warn("something else");
  const std::string log = governor::daemon::test::read_file(directory.file("governor.log"));
  CHECK(lines_with(log, "the same again") == 1);
  CHECK(lines_with(log, "Skipped 999 duplicate messages") == 1);
  CHECK(lines_with(log, "something else") == 1);
}

TEST_CASE("what is below the level is not written, and the time is UTC with milliseconds") {
  const LoggerRestored restored;
  const governor::TemporaryDirectory directory;
  governor::daemon::set_up_logging(false, directory.file("governor.log"), "warn");
  spdlog::info("quiet");
  spdlog::error("loud");
  spdlog::default_logger()->flush();
  const std::string log = governor::daemon::test::read_file(directory.file("governor.log"));
  CHECK(log.find("quiet") == std::string::npos);
  REQUIRE(log.find(" error loud\n") == 24);
  CHECK(log[10] == 'T');
  CHECK(log[23] == 'Z');
}

TEST_CASE("a log file that cannot be opened is told") {
  const LoggerRestored restored;
  const governor::TemporaryDirectory directory;
  governor::daemon::test::write_file(directory.file("file"), "");
  CHECK_THROWS_AS(governor::daemon::set_up_logging(false, directory.file("file/governor.log"), "info"),
                  spdlog::spdlog_ex);
}
