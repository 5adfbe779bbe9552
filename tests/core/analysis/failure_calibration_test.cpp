#include "core/analysis/failure_calibration.hpp"

#include "tests/support/catch.hpp"

using governor::core::FailureCalibration;

TEST_CASE("failures that are ranked above successes give the area under the curve") {
  FailureCalibration calibration;
  CHECK_FALSE(calibration.area_under_roc());
  calibration.add(0.8, true);
  CHECK_FALSE(calibration.area_under_roc());
  calibration.add(0.4, true);
  calibration.add(0.6, false);
  calibration.add(0.2, false);
  CHECK(calibration.area_under_roc() == Approx(0.75));
  FailureCalibration tied;
  tied.add(0.4, true);
  tied.add(0.4, false);
  CHECK(tied.area_under_roc() == Approx(0.5));
}

TEST_CASE("the error is that of the bins, and the score that of single judgements") {
  FailureCalibration calibration;
  CHECK_FALSE(calibration.expected_error());
  CHECK_FALSE(calibration.brier_score());
  calibration.add(0.25, true);
  calibration.add(0.25, false);
  calibration.add(1.0, true);
  CHECK(calibration.count() == 3);
  CHECK(calibration.bins()[2].count == 2);
  CHECK(calibration.bins()[2].failed == 1);
  CHECK(calibration.bins()[9].count == 1);
  CHECK(calibration.expected_error() == Approx(0.5 / 3));
  CHECK(calibration.brier_score() == Approx((0.75 * 0.75 + 0.25 * 0.25) / 3));
}
