#include <stdlib.h>
#include <time.h>

#include <string>

#include "ctl/import/legacy_time.hpp"
#include "tests/support/catch.hpp"

namespace governor::ctl::legacy::test {
namespace {

constexpr std::int64_t kNoon = 1'763'985'600'000'000;  // 2025-11-24T12:00:00Z

std::optional<std::int64_t> read_time(std::string_view text, std::string_view zone = "utc") {
  TimeReader reader(*Zone::parse(zone));
  return reader.read(text);
}

TEST_CASE("times are read as Python writes them", "[import]") {
  CHECK(read_time("2025-11-24T12:00:00") == kNoon);
  CHECK(read_time("2025-11-24 12:00:00") == kNoon);
  CHECK(read_time("2025-11-24T12:00:00.000001") == kNoon + 1);
  CHECK(read_time("2025-11-24T12:00:00.615058") == kNoon + 615'058);
  CHECK(read_time("2025-11-24T12:00:00.5") == kNoon + 500'000);
  CHECK(read_time("2024-02-29T00:00:00") == 1'709'164'800'000'000);
}

TEST_CASE("a zone that is written counts, the option only for times without one", "[import]") {
  CHECK(read_time("2025-11-24T12:00:00Z", "+05:00") == kNoon);
  CHECK(read_time("2025-11-24T14:00:00+02:00", "utc") == kNoon);
  CHECK(read_time("2025-11-24T06:30:00-0530", "utc") == kNoon);
  CHECK(read_time("2025-11-24T12:00:30+00:00:30", "utc") == kNoon);
  CHECK(read_time("2025-11-24T14:00:00", "+02:00") == kNoon);
  CHECK(read_time("2025-11-24T06:30:00", "-05:30") == kNoon);
  TimeReader reader(Zone{});
  (void)reader.read("2025-11-24T12:00:00Z");
  CHECK(reader.without_zone() == 0);
  (void)reader.read("2025-11-24T12:00:00");
  CHECK(reader.without_zone() == 1);
}

TEST_CASE("what is no time is refused", "[import]") {
  for (const char* text :
       {"", "2025-11-24", "2025-13-01T00:00:00", "2025-02-29T00:00:00", "2025-11-24T24:00:00",
        "2025-11-24T12:60:00", "2025-11-24T12:00:00+25:00", "2025-11-24T12:00:00 ", "25-11-24T12:00:00",
        "yesterday", "0000-01-01T00:00:00", "2025-11-24T12:00:00ZZ"}) {
    CAPTURE(text);
    CHECK_FALSE(read_time(text));
  }
}

TEST_CASE("a time that governor has no room for is none", "[import]") {
  TimeReader east(Zone{false, 2 * 3600});
  CHECK_FALSE(east.read("1969-12-31T23:59:59"));
  CHECK_FALSE(east.read("1970-01-01T02:00:00"));
  CHECK(east.read("1970-01-01T02:00:00.000001") == 1);
  TimeReader west(Zone{false, -2 * 3600});
  CHECK(west.read("9999-12-31T21:59:59.999999") == 253'402'300'799'999'999);
  CHECK_FALSE(west.read("9999-12-31T22:00:00"));
}

TEST_CASE("zones have three forms", "[import]") {
  CHECK(Zone::parse("utc")->offset_seconds == 0);
  CHECK(Zone::parse("-01:30")->offset_seconds == -5400);
  CHECK(Zone::parse("local")->of_this_machine);
  for (const char* text : {"", "CET", "2", "+2", "+99:00", "+02:00x"}) {
    CAPTURE(text);
    CHECK_FALSE(Zone::parse(text));
  }
}

TEST_CASE("local means this machine's zone, with its summer time", "[import]") {
  const char* before = ::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TZ", "XXX-1YYY,M3.5.0,M10.5.0/3", 1);  // an hour east of UTC, two in summer
  ::tzset();
  CHECK(read_time("2025-11-24T13:00:00", "local") == kNoon);
  CHECK(read_time("2025-07-01T14:00:00.25", "local") == read_time("2025-07-01T12:00:00.25Z"));
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", kept.c_str(), 1);
  ::tzset();
}

}  // namespace
}  // namespace governor::ctl::legacy::test
