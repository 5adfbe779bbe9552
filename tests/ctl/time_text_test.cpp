#include "ctl/time_text.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <sstream>

#include "tests/support/catch.hpp"

using namespace governor::ctl;

namespace {

/// In a place an hour ahead of UTC.
struct ElsewhereFixture {
  ElsewhereFixture() {
    ::setenv("TZ", "CET-1", 1);
    ::tzset();
  }
  ElsewhereFixture(const ElsewhereFixture&) = delete;
  ElsewhereFixture& operator=(const ElsewhereFixture&) = delete;
  ~ElsewhereFixture() {
    ::unsetenv("TZ");
    ::tzset();
  }

  static std::string iso(std::chrono::seconds from_now) {
    const std::time_t then =
        std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + from_now);
    std::tm utc{};
    ::gmtime_r(&then, &utc);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000001Z", &utc)};
  }

  std::ostringstream out;
  std::ostringstream err;
  Context context{out, err, {}};
};

}  // namespace

TEST_CASE_METHOD(ElsewhereFixture, "times are local, and as they came with --utc", "[ctl]") {
  CHECK(local_text(context, "2026-01-31T12:00:05.123456Z") == "2026-01-31 13:00:05");
  CHECK(local_text(context, "-") == "-");
  CHECK(local_text(context, "soon") == "soon");
  context.utc = true;
  CHECK(local_text(context, "2026-01-31T12:00:05.123456Z") == "2026-01-31T12:00:05.123456Z");
  CHECK(relative_text(context, "2026-01-31T12:00:05Z") == "2026-01-31T12:00:05Z");
}

TEST_CASE_METHOD(ElsewhereFixture, "what is near is told as ago and ahead, what is far by its date",
                 "[ctl]") {
  using namespace std::chrono_literals;
  CHECK(relative_text(context, iso(-330s)) == "5 min ago");
  CHECK(relative_text(context, iso(-7300s)) == "2 h ago");
  CHECK(relative_text(context, iso(9min + 30s)) == "in 9 min");
  CHECK(relative_text(context, "2020-01-31T12:00:05Z") == "2020-01-31 13:00:05");
  CHECK(relative_text(context, "-") == "-");
}

TEST_CASE_METHOD(ElsewhereFixture, "a time may be typed as it is shown", "[ctl]") {
  CHECK(typed_moment("2026-01-31 13:00:05") == "2026-01-31T12:00:05Z");
  CHECK(typed_moment("2026-01-31 13:00") == "2026-01-31T12:00:00Z");
  CHECK(typed_moment("2026-01-31T12:00:05Z") == "2026-01-31T12:00:05Z");
  CHECK(typed_moment("2026-01-31T12:00:05+02:00") == "2026-01-31T12:00:05+02:00");
  CHECK(typed_moment("yesterday") == "yesterday");
}

TEST_CASE_METHOD(ElsewhereFixture, "a time may be typed as how long ago it is", "[ctl]") {
  using namespace std::chrono_literals;
  const auto near = [](const std::string& typed, std::chrono::seconds ago) {
    const auto moment = parse_utc(typed_moment(typed));
    const auto expected = parse_utc(iso(-ago));
    return moment && *moment <= *expected + 60 && *moment >= *expected - 60;
  };
  CHECK(near("1h", 1h));
  CHECK(near("15m", 15min));
  CHECK(near("3 min ago", 3min));
  CHECK(near("2d ago", 48h));
  CHECK(near("now", 0s));
  CHECK(typed_moment("15") == "15");
  CHECK(typed_moment("long ago") == "long ago");
}
