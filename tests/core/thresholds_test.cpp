#include "core/thresholds.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"

using governor::core::Thresholds;

namespace {

using Member = double Thresholds::*;

const std::vector<std::pair<std::string, Member>> kMembers{
    {"risk_approve_threshold", &Thresholds::risk_approve},
    {"risk_revise_threshold", &Thresholds::risk_revise},
    {"require_human_risk_threshold", &Thresholds::require_human_risk},
    {"require_human_coherence_threshold", &Thresholds::require_human_coherence},
    {"coherence_critical_threshold", &Thresholds::coherence_critical},
    {"health_risk_healthy_max", &Thresholds::health_risk_healthy_max},
    {"health_risk_degraded_max", &Thresholds::health_risk_degraded_max},
    {"void_threshold_initial", &Thresholds::void_initial},
    {"void_threshold_min", &Thresholds::void_min},
    {"void_threshold_max", &Thresholds::void_max},
    {"controller_confidence_threshold", &Thresholds::controller_confidence},
    {"target_void_frequency", &Thresholds::target_void_frequency},
    {"target_coherence", &Thresholds::target_coherence},
    {"lambda1_min", &Thresholds::lambda1_min},
    {"lambda1_max", &Thresholds::lambda1_max},
};

}  // namespace

TEST_CASE("the default and the strict thresholds are valid") {
  CHECK_FALSE(validate(Thresholds{}));
  CHECK_FALSE(validate(Thresholds::strict()));
}

TEST_CASE("the strict profile has the figures of the model") {
  const Thresholds strict = Thresholds::strict();
  const Thresholds normal;
  CHECK(strict.risk_approve == 0.15);
  CHECK(strict.risk_revise == 0.30);
  CHECK(strict.require_human_risk == 0.40);
  CHECK(strict.require_human_coherence == 0.65);
  CHECK(strict.coherence_critical == 0.60);
  CHECK(strict.health_risk_healthy_max == 0.15);
  CHECK(strict.health_risk_degraded_max == 0.30);
  CHECK(strict.void_initial == normal.void_initial);
  CHECK(strict.lambda1_max == normal.lambda1_max);
}

TEST_CASE("each threshold outside 0 to 1 or not finite is refused by name") {
  for (const auto& [name, member] : kMembers) {
    for (const double wrong : {-0.001, 1.001, std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(), std::nan("")}) {
      Thresholds thresholds;
      thresholds.*member = wrong;
      const auto error = validate(thresholds);
      INFO(name << " = " << wrong);
      REQUIRE(error);
      CHECK(error->field == name);
      CHECK(error->expected == "a number from 0 to 1");
    }
  }
}

TEST_CASE("thresholds that must be ordered are refused when they are not") {
  Thresholds thresholds;
  SECTION("approve below revise, equality refused") {
    thresholds.risk_approve = thresholds.risk_revise;
    const auto error = validate(thresholds);
    REQUIRE(error);
    CHECK(error->field == "risk_approve_threshold");
  }
  SECTION("healthy below degraded, equality refused") {
    thresholds.health_risk_healthy_max = thresholds.health_risk_degraded_max;
    const auto error = validate(thresholds);
    REQUIRE(error);
    CHECK(error->field == "health_risk_healthy_max");
  }
  SECTION("void min above max") {
    thresholds.void_min = 0.31;
    const auto error = validate(thresholds);
    REQUIRE(error);
    CHECK(error->field == "void_threshold_min");
  }
  SECTION("void min equal to max is accepted") {
    thresholds.void_min = thresholds.void_max;
    CHECK_FALSE(validate(thresholds));
  }
  SECTION("lambda min above max") {
    thresholds.lambda1_min = 0.21;
    const auto error = validate(thresholds);
    REQUIRE(error);
    CHECK(error->field == "lambda1_min");
  }
  SECTION("lambda min equal to max is accepted") {
    thresholds.lambda1_min = thresholds.lambda1_max;
    CHECK_FALSE(validate(thresholds));
  }
  SECTION("an interval of no updates") {
    thresholds.lambda1_update_interval = 0;
    const auto error = validate(thresholds);
    REQUIRE(error);
    CHECK(error->field == "lambda1_update_interval");
  }
}
