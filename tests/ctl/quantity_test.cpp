#include "ctl/quantity.hpp"

#include <limits>

#include "tests/support/catch.hpp"

using namespace governor::ctl;

TEST_CASE("counts have commas between groups of three", "[ctl]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(grouped(-1234) == "-1,234");
  CHECK(grouped(-123) == "-123");
  CHECK(grouped(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("decimals have a fixed number of places and unknown is a dash", "[ctl]") {
  CHECK(decimal(0.12345, 3) == "0.123");
  CHECK(decimal(2, 0) == "2");
  CHECK(decimal(std::numeric_limits<double>::quiet_NaN(), 3) == "-");
  CHECK(decimal(std::numeric_limits<double>::infinity(), 3) == "-");
  CHECK(decimal(-std::numeric_limits<double>::max(), 9).size() == 320);
}

TEST_CASE("durations use the two largest units", "[ctl]") {
  CHECK(duration(-5) == "0 s");
  CHECK(duration(0.9) == "0 s");
  CHECK(duration(59) == "59 s");
  CHECK(duration(60) == "1 min");
  CHECK(duration(725) == "12 min 5 s");
  CHECK(duration(3600 * 3 + 1200) == "3 h 20 min");
  CHECK(duration(86400 * 4 + 7200) == "4 d 2 h");
  CHECK(duration(std::numeric_limits<double>::quiet_NaN()) == "0 s");
  CHECK_FALSE(duration(std::numeric_limits<double>::infinity()).empty());
}

TEST_CASE("milliseconds keep three digits or so", "[ctl]") {
  CHECK(milliseconds(0.314) == "0.31 ms");
  CHECK(milliseconds(12.4) == "12 ms");
  CHECK(milliseconds(1200) == "1.20 s");
  CHECK(milliseconds(std::numeric_limits<double>::quiet_NaN()) == "-");
}
