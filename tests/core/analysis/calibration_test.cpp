#include "core/analysis/calibration.hpp"

#include <random>

#include "tests/support/catch.hpp"

using namespace governor::core;

TEST_CASE("each edge belongs to the bin that it begins, and 1 to the last one") {
  const std::pair<double, std::size_t> cases[] = {{0.0, 0}, {0.49, 0}, {0.5, 1}, {0.69, 1}, {0.7, 2},
                                                  {0.8, 3}, {0.89, 3}, {0.9, 4}, {0.95, 4}, {1.0, 4}};
  for (const auto& [confidence, bin] : cases) {
    INFO(confidence);
    CHECK(calibration_bin(confidence) == bin);
  }
}

TEST_CASE("ECE and Brier score are those computed by hand") {
  Calibration c;
  c.add(0.95, true);
  c.add(0.95, true);
  c.add(0.95, false);
  c.add(0.95, true);  // accuracy 0.75, confidence 0.95: error 0.20
  c.add(0.6, true);
  c.add(0.6, false);  // 0.5 against 0.6: error 0.10
  CHECK(c.count() == 6);
  CHECK(c.bins[4].accuracy() == Approx(0.75));
  CHECK(c.bins[4].mean_confidence() == Approx(0.95));
  CHECK(c.bins[4].calibration_error() == Approx(0.20));
  CHECK(c.bins[1].calibration_error() == Approx(0.10));
  CHECK(*c.expected_error() == Approx((4 * 0.20 + 2 * 0.10) / 6));
  // 3 * 0.05^2 + 0.95^2 + 0.4^2 + 0.6^2
  CHECK(*c.brier_score() == Approx((3 * 0.0025 + 0.9025 + 0.16 + 0.36) / 6));
}

TEST_CASE("nothing is said of nothing, nor of calibration with too few outcomes") {
  Calibration c;
  CHECK_FALSE(c.expected_error());
  CHECK_FALSE(c.brier_score());
  for (std::uint64_t i = 0; i < kCalibrationMinimum; ++i) {
    CHECK_FALSE(c.calibrated());
    c.add(1.0, true);
  }
  CHECK(c.calibrated() == true);
  CHECK(*c.expected_error() == 0.0);
  CHECK(*c.brier_score() == 0.0);
  for (int i = 0; i < 10; ++i) c.add(1.0, false);
  CHECK(c.calibrated() == false);
  CHECK(*c.brier_score() == Approx(0.5));
}

TEST_CASE("both scores lie in [0, 1], and the Brier score is at least the square of the ECE") {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  for (int round = 0; round < 300; ++round) {
    Calibration c;
    const std::size_t count = 1 + random() % 60;
    for (std::size_t i = 0; i < count; ++i) c.add(unit(random), random() % 2 == 0);
    CHECK(c.count() == count);
    CHECK(*c.expected_error() >= 0.0);
    CHECK(*c.expected_error() <= 1.0);
    CHECK(*c.brier_score() <= 1.0);
    CHECK(*c.brier_score() + 1e-12 >= *c.expected_error() * *c.expected_error());  // Jensen, twice
  }
}
