#include "daemon/health/latency_histogram.hpp"

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using governor::daemon::LatencyHistogram;

TEST_CASE("an empty histogram says zero") {
  const LatencyHistogram histogram;
  CHECK(histogram.quantile_ms(0.5) == 0.0);
  CHECK(histogram.max_ms() == 0.0);
}

TEST_CASE("one duration is told with an error of at most an eighth, never too small") {
  for (std::uint64_t us = 1; us < 4'000'000'000u; us = us + 1 + us / 7) {
    LatencyHistogram histogram;
    histogram.add(us);
    const double told = histogram.quantile_ms(0.5) * 1000.0;
    INFO(us << " us told as " << told);
    REQUIRE(told >= static_cast<double>(us) * (1 - 1e-12));  // milliseconds round
    REQUIRE(told <= static_cast<double>(us) * 1.125);
    REQUIRE(histogram.max_ms() == static_cast<double>(us) / 1000.0);
  }
}

TEST_CASE("durations beyond the range do not leave the histogram") {
  LatencyHistogram histogram;
  histogram.add(0);
  histogram.add(~std::uint64_t{0});
  histogram.add(0xFFFFFFFFull);
  CHECK(histogram.quantile_ms(0.0) == 0.001);
  CHECK(histogram.quantile_ms(1.0) >= 4'294'967.0);
}

TEST_CASE("quantiles lie within an eighth of the true ones") {
  std::mt19937_64 random(3);
  LatencyHistogram histogram;
  std::vector<std::uint64_t> all;
  std::lognormal_distribution<double> durations(6.0, 1.5);
  for (int i = 0; i < 20000; ++i) {
    all.push_back(static_cast<std::uint64_t>(durations(random)) + 1);
    histogram.add(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const double q : {0.0, 0.25, 0.5, 0.9, 0.99, 1.0}) {
    const auto rank = static_cast<std::size_t>(q * static_cast<double>(all.size() - 1));
    const double expected = static_cast<double>(all[rank]);
    const double told = histogram.quantile_ms(q) * 1000.0;
    INFO("quantile " << q);
    CHECK(told >= expected * (1 - 1e-12));
    CHECK(told <= expected * 1.125);
  }
}

TEST_CASE("nothing is lost when several threads add") {
  LatencyHistogram histogram;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&histogram, t] {
      for (int i = 0; i < 5000; ++i) histogram.add(t < 2 ? 5 : 100);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(histogram.quantile_ms(0.49) == 0.005);
  CHECK(histogram.quantile_ms(0.51) > 0.09);
}
