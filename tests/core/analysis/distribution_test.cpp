#include "core/analysis/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/support/catch.hpp"

using namespace governor::core;

TEST_CASE("a distribution is the one computed by hand") {
  const auto d = distribution_of({0.9, 0.5, 0.7, 0.6, 0.8});
  REQUIRE(d);
  CHECK(d->count == 5);
  CHECK(d->mean == Approx(0.7));
  CHECK(d->median == Approx(0.7));
  CHECK(d->deviation == Approx(std::sqrt(0.02)));  // (4 + 1 + 0 + 1 + 4) / 100 / 5
  CHECK(d->lowest == 0.5);
  CHECK(d->highest == 0.9);
  CHECK(d->p10 == Approx(0.54));
  CHECK(d->p25 == Approx(0.6));
  CHECK(d->p75 == Approx(0.8));
  CHECK(d->p90 == Approx(0.86));
}

TEST_CASE("of an even number the median lies between the middle two") {
  CHECK(distribution_of({0.1, 0.2, 0.4, 0.9})->median == Approx(0.3));
}

TEST_CASE("one value is all of its distribution, and of none there is none") {
  const auto one = distribution_of({0.3});
  REQUIRE(one);
  for (const double figure : {one->mean, one->median, one->lowest, one->highest, one->p10, one->p90}) {
    CHECK(figure == 0.3);
  }
  CHECK(one->deviation == 0.0);
  CHECK_FALSE(distribution_of({}));
}

TEST_CASE("the figures are in order, and do not depend on that of the values") {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values(1 + random() % 50);
    for (double& value : values) value = unit(random);
    if (round % 5 == 0) std::fill(values.begin(), values.end(), values.front());
    const auto d = distribution_of(values);
    const double rising[] = {d->lowest, d->p10, d->p25, d->median, d->p75, d->p90, d->highest};
    CHECK(std::is_sorted(std::begin(rising), std::end(rising)));
    CHECK(d->mean >= d->lowest);
    CHECK(d->mean <= d->highest);
    CHECK(d->deviation <= (d->highest - d->lowest) / 2 + 1e-12);
    std::shuffle(values.begin(), values.end(), random);
    CHECK(distribution_of(values)->median == d->median);
  }
}
