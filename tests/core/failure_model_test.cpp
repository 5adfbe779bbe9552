#include "core/failure_model.hpp"

#include <cmath>

#include "core/failure_coefficients.hpp"
#include "core/signals.hpp"
#include "tests/core/behaviour_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::testing::Watched;

namespace {

double signal(const Watched& agent, Signal which) {
  return value_of(signals_of(agent.behaviour), which);
}

}  // namespace

TEST_CASE("signals count what was done") {
  Watched agent;
  agent.note(TurnBegan{});
  agent.note(ProseSaid{99});
  agent.command(1, false);
  agent.note(ProseSaid{9999});
  agent.command(1);
  agent.edit("/project/a.py");
  agent.edit("/project/a.py");
  agent.edit("/project/b.py");
  agent.tests(false);
  CHECK(signal(agent, Signal::said) == Approx(std::log1p(10098)));
  CHECK(signal(agent, Signal::uneven) == Approx((std::log(10'000) - std::log(100)) / 2));
  CHECK(signal(agent, Signal::read) == Approx(std::log1p(600)));
  CHECK(signal(agent, Signal::scattered) == Approx(std::log(4.0 / 3.0)));
  CHECK(signal(agent, Signal::failed) == Approx(std::log1p(2)));
  CHECK(signal(agent, Signal::steps) == Approx(std::log1p(6)));
  CHECK(signal(agent, Signal::files) == Approx(std::log1p(2)));
  CHECK(signal(agent, Signal::lines) == Approx(std::log1p(9 + 600.0 / 40)));
  CHECK(signal(agent, Signal::repeated) == Approx(std::log1p(1)));
  CHECK(signal(agent, Signal::tests_failed) == Approx(std::log1p(1)));
}

TEST_CASE("an agent of which nothing was seen is as likely to fail as is usual") {
  const FailureEstimate estimate = estimate_failure(Signals{}, {});
  CHECK(estimate.log_odds == kFailureIntercept);
  CHECK(estimate.probability == Approx(1 / (1 + std::exp(-kFailureIntercept))));
}

TEST_CASE("who is not heard is not taken for one who says little") {
  Signals silent{};
  silent[static_cast<std::size_t>(Signal::steps)] = 3;
  const FailureEstimate estimate = estimate_failure(silent, {});
  CHECK(estimate.contributions[static_cast<std::size_t>(Signal::said)] == 0);
  CHECK(estimate.contributions[static_cast<std::size_t>(Signal::uneven)] == 0);
  CHECK(estimate.contributions[static_cast<std::size_t>(Signal::read)] == 0);
  silent[static_cast<std::size_t>(Signal::said)] = 1;
  CHECK(estimate_failure(silent, {}).contributions[static_cast<std::size_t>(Signal::said)] < 0);
}

TEST_CASE("no shipped coefficient rewards trouble, and each is scaled") {
  for (const SignalCoefficient& coefficient : kFailureCoefficients) {
    CHECK(coefficient.weight >= 0);
    CHECK(coefficient.deviation > 0);
  }
}

TEST_CASE("contributions add up to the log-odds, and no signal outweighs all others for being extreme") {
  Signals signals{};
  signals.fill(1000);
  const FailureEstimate estimate = estimate_failure(signals, {});
  double sum = kFailureIntercept;
  for (std::size_t i = 0; i < kSignals; ++i) {
    sum += estimate.contributions[i];
    CHECK(estimate.contributions[i] == Approx(3 * kFailureCoefficients[i].weight));
  }
  CHECK(estimate.log_odds == Approx(sum));
}

TEST_CASE("what was learned moves and stretches the log-odds") {
  const FailureEstimate plain = estimate_failure(Signals{}, {});
  const FailureEstimate learned = estimate_failure(Signals{}, {0.5, 0.8});
  CHECK(learned.log_odds == plain.log_odds);
  CHECK(learned.probability == Approx(1 / (1 + std::exp(-(0.5 + plain.log_odds)))));
  Signals troubled{};
  troubled[static_cast<std::size_t>(Signal::said)] = 12;
  const double above = estimate_failure(troubled, {}).log_odds - kFailureIntercept;
  CHECK(estimate_failure(troubled, {0.5, 0.8}).probability ==
        Approx(1 / (1 + std::exp(-(kFailureIntercept + 0.5 + 0.8 * above)))));
}
