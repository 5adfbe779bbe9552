#include "gateway/rules/browser_sessions.hpp"

#include "tests/support/catch.hpp"

using governor::gateway::BrowserSessions;
using std::chrono::hours;
using std::chrono::seconds;

TEST_CASE("a browser is known by its cookie until it was away for long") {
  BrowserSessions sessions;
  BrowserSessions::TimePoint now{};
  const std::string cookie = sessions.open(now).cookie;
  REQUIRE(sessions.find(cookie, now) != nullptr);
  CHECK(sessions.find(cookie, now)->csrf != cookie);
  CHECK(sessions.find("other", now) == nullptr);
  CHECK(sessions.find("", now) == nullptr);
  now += BrowserSessions::kLongestIdle;
  CHECK(sessions.find(cookie, now) != nullptr);
  now += BrowserSessions::kLongestIdle + seconds(1);
  CHECK(sessions.find(cookie, now) == nullptr);
}

TEST_CASE("of too many browsers the one that was away for longest is forgotten") {
  BrowserSessions sessions;
  BrowserSessions::TimePoint now{};
  const std::string first = sessions.open(now).cookie;
  const std::string second = sessions.open(now + seconds(1)).cookie;
  REQUIRE(sessions.find(first, now + seconds(2)) != nullptr);
  for (std::size_t i = 2; i <= BrowserSessions::kMost; ++i) sessions.open(now + seconds(3));
  CHECK(sessions.find(second, now + seconds(4)) == nullptr);
  CHECK(sessions.find(first, now + seconds(4)) != nullptr);
}
