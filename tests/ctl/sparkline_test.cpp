#include "ctl/sparkline.hpp"

#include <limits>

#include "tests/support/catch.hpp"

using namespace governor::ctl;

TEST_CASE("a sparkline draws the lowest value low and the highest high", "[ctl]") {
  CHECK(sparkline({0.0, 0.5, 1.0}, {0.0, 1.0}, 10, Pick::highest) == "▁▅█");
  CHECK(sparkline({-7.0, 9.0}, {0.0, 1.0}, 10, Pick::highest) == "▁█");
}

TEST_CASE("what is not known is a blank, and all-equal values are a flat line", "[ctl]") {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  CHECK(sparkline({0.0, kUnknown, 1.0}, {0.0, 1.0}, 10, Pick::highest) == "▁ █");
  CHECK(sparkline({0.5, 0.5}, scale_of({0.5, 0.5}), 10, Pick::highest) == "▁▁");
  CHECK(sparkline({}, {}, 10, Pick::highest).empty());
  CHECK(scale_of({kUnknown}).highest == 0.0);
  CHECK(scale_of({kUnknown, 2.0, -1.0}).lowest == -1.0);
  CHECK(scale_of({kUnknown, 2.0, -1.0}).highest == 2.0);
}

TEST_CASE("where values share a column the extreme one is seen", "[ctl]") {
  const std::vector<double> spike = {0, 0, 1, 0, 0, 0, 0, 0};
  CHECK(sparkline(spike, {0.0, 1.0}, 2, Pick::highest) == "█▁");
  CHECK(sparkline(spike, {0.0, 1.0}, 2, Pick::lowest) == "▁▁");
  CHECK(sparkline({1, 1, 0, 1, 1}, {0.0, 1.0}, 2, Pick::lowest) == "█▁");
  CHECK(sparkline({1, 2, 3}, {0.0, 3.0}, 0, Pick::lowest).empty());
}
