#include "gateway/rules/browser_sessions.hpp"

#include "gateway/rules/secrets.hpp"
#include "tests/support/catch.hpp"

using governor::gateway::BrowserSessions;
using governor::gateway::secret_hash;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

const BrowserSessions::TimePoint kStart{hours(24 * 365 * 56)};

}  // namespace

TEST_CASE("a browser is known by its cookie until it was away for long") {
  BrowserSessions sessions;
  auto now = kStart;
  const std::string cookie = sessions.open(now);
  REQUIRE(sessions.find(cookie, now) != nullptr);
  CHECK(sessions.find(cookie, now)->csrf != cookie);
  CHECK(sessions.find("other", now) == nullptr);
  CHECK(sessions.find("", now) == nullptr);
  CHECK(sessions.find(secret_hash(cookie), now) == nullptr);  // what the file holds opens nothing
  now += BrowserSessions::kLongestIdle;
  CHECK(sessions.find(cookie, now) != nullptr);
  now += BrowserSessions::kLongestIdle + seconds(1);
  CHECK(sessions.find(cookie, now) == nullptr);
}

TEST_CASE("of too many browsers the one that was away for longest is forgotten") {
  BrowserSessions sessions;
  const std::string first = sessions.open(kStart);
  const std::string second = sessions.open(kStart + seconds(1));
  REQUIRE(sessions.find(first, kStart + seconds(2)) != nullptr);
  for (std::size_t i = 2; i <= BrowserSessions::kMost; ++i) sessions.open(kStart + seconds(3));
  CHECK(sessions.find(second, kStart + seconds(4)) == nullptr);
  CHECK(sessions.find(first, kStart + seconds(4)) != nullptr);
}

TEST_CASE("the next gateway knows the browsers of this one, and for no longer") {
  BrowserSessions sessions;
  const std::string first = sessions.open(kStart);
  const std::string second = sessions.open(kStart + hours(3));
  const std::string text = sessions.text();
  CHECK(text.find(first) == std::string::npos);
  BrowserSessions next = BrowserSessions::read(text, kStart + hours(4));
  REQUIRE(next.find(first, kStart + hours(4)) != nullptr);
  CHECK(next.find(first, kStart + hours(4))->csrf == sessions.find(first, kStart)->csrf);
  BrowserSessions late = BrowserSessions::read(text, kStart + BrowserSessions::kLongestIdle + hours(1));
  CHECK(late.find(first, kStart + BrowserSessions::kLongestIdle + hours(1)) == nullptr);
  CHECK(late.find(second, kStart + BrowserSessions::kLongestIdle + hours(1)) != nullptr);
  // A clock that was set back does not make them younger than now.
  BrowserSessions early = BrowserSessions::read(text, kStart - hours(24 * 300));
  CHECK(early.find(second, kStart) == nullptr);
}

TEST_CASE("of a file that is damaged the lines that are whole count") {
  BrowserSessions sessions;
  const std::string first = sessions.open(kStart);
  const std::string second = sessions.open(kStart);
  std::string text = sessions.text();
  text.resize(text.size() - 3);  // of the second its time
  BrowserSessions cut = BrowserSessions::read("x\n\n1 2 3\n" + text + "x", kStart);
  CHECK(cut.find(first, kStart) != nullptr);
  CHECK(cut.find(second, kStart) == nullptr);
  CHECK(BrowserSessions::read("", kStart).text().empty());
}

TEST_CASE("who logs out is not known any more, and nobody else is concerned") {
  BrowserSessions sessions;
  const std::string one = sessions.open(kStart);
  const std::string other = sessions.open(kStart);
  sessions.note_saved();
  CHECK_FALSE(sessions.close("nobody's"));
  CHECK_FALSE(sessions.close(""));
  CHECK_FALSE(sessions.wants_to_be_saved());
  CHECK(sessions.close(one));
  CHECK(sessions.wants_to_be_saved());
  CHECK(sessions.find(one, kStart) == nullptr);
  CHECK(sessions.find(other, kStart) != nullptr);
  CHECK_FALSE(sessions.close(one));
  sessions.open(kStart);
  CHECK(sessions.close_all() == 2);
  CHECK(sessions.find(other, kStart) == nullptr);
  CHECK(sessions.text().empty());
  CHECK(sessions.close_all() == 0);
}

TEST_CASE("it is saved when somebody logs in or goes, and else now and then") {
  BrowserSessions sessions;
  CHECK_FALSE(sessions.wants_to_be_saved());
  const std::string cookie = sessions.open(kStart);
  CHECK(sessions.wants_to_be_saved());
  sessions.note_saved();
  sessions.find(cookie, kStart + seconds(10));
  CHECK_FALSE(sessions.wants_to_be_saved());
  sessions.find(cookie, kStart + BrowserSessions::kSaveEvery);
  CHECK(sessions.wants_to_be_saved());
  sessions.note_saved();
  sessions.find("", kStart + BrowserSessions::kSaveEvery + BrowserSessions::kLongestIdle + seconds(1));
  CHECK(sessions.wants_to_be_saved());
  CHECK(sessions.text().empty());
}
