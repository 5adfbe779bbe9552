#include "gateway/rules/refusal_log.hpp"

#include "tests/support/catch.hpp"

using governor::gateway::RefusalLog;

TEST_CASE("refusals are logged so far that one sees what happens, and the others are counted") {
  RefusalLog log;
  RefusalLog::TimePoint now{std::chrono::hours(1)};
  for (std::size_t i = 0; i < RefusalLog::kMostInSpan; ++i)
    CHECK(log.line("wrong_host", "GET", "/x", now) == "refused (wrong_host): GET /x");
  for (int i = 0; i < 7; ++i) CHECK(log.line("wrong_host", "GET", "/x", now).empty());
  now += RefusalLog::kSpan;
  CHECK(log.line("no_token", "POST", "/mcp", now) ==
        "refused (no_token): POST /mcp; 7 refusals before this one were not written");
  CHECK(log.line("no_token", "POST", "/mcp", now) == "refused (no_token): POST /mcp");
}

TEST_CASE("what others send does not get into the log as it is") {
  RefusalLog log;
  const RefusalLog::TimePoint now{std::chrono::hours(1)};
  const std::string line = log.line("x", "G\nET", "/\x1b[2J" + std::string(500, 'a'), now);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.size() < 200);
}
