#include "daemon/support/timestamp.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;

TEST_CASE("timestamps are ISO 8601 in UTC with six digits of the second") {
  CHECK(iso_timestamp(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(iso_timestamp(1) == "1970-01-01T00:00:00.000001Z");
  CHECK(iso_timestamp(1769860800000000) == "2026-01-31T12:00:00.000000Z");
  CHECK(iso_timestamp(1709251199999999) == "2024-02-29T23:59:59.999999Z");  // a leap day
  CHECK(iso_timestamp(4102444800000000) == "2100-01-01T00:00:00.000000Z");
}

TEST_CASE("a time before the epoch is written right") {
  CHECK(iso_timestamp(-1) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("the compact date is the UTC day") {
  CHECK(compact_date(1769860800000000) == "20260131");
  CHECK(compact_date(1769903999999999) == "20260131");
  CHECK(compact_date(1769904000000000) == "20260201");
}

TEST_CASE("the system clock is in microseconds") {
  CHECK(system_now_us() > 1'600'000'000'000'000);
  CHECK(system_now_us() < 10'000'000'000'000'000);
}
