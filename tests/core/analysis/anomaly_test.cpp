#include "core/analysis/anomaly.hpp"

#include <random>

#include "tests/core/analysis/rows.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

std::vector<Anomaly> in_risk(const std::vector<double>& oldest_first) {
  return anomalies_of(rows_with(&UpdateRecord::risk, oldest_first));
}

/// The rest of the figures is steady; `coherence` only.
std::vector<Anomaly> in_coherence(const std::vector<double>& oldest_first) {
  return anomalies_of(rows_with(&UpdateRecord::coherence, oldest_first));
}

}  // namespace

TEST_CASE("a risk spike is the last three risks above the three before") {
  CHECK(in_risk({0.2, 0.2, 0.2, 0.3, 0.3, 0.4}).empty());  // 0.1333 more
  const auto medium = in_risk({0.2, 0.2, 0.2, 0.3, 0.4, 0.5});
  REQUIRE(medium.size() == 1);
  CHECK(medium[0].kind == AnomalyKind::risk_spike);
  CHECK(medium[0].severity == AnomalySeverity::medium);
  CHECK(medium[0].before == Approx(0.2));
  CHECK(medium[0].after == Approx(0.4));
  CHECK(medium[0].change() == Approx(0.2));
  const auto high = in_risk({0.2, 0.2, 0.2, 0.4, 0.5, 0.6});
  REQUIRE(high.size() == 1);
  CHECK(high[0].severity == AnomalySeverity::high);
  CHECK(in_risk({0.6, 0.6, 0.6, 0.2, 0.2, 0.2}).empty());
  CHECK(in_risk({0.9, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2}).empty());  // the seventh does not count
}

TEST_CASE("the limits lie at 0.15 and 0.25 of risk, at 0.05 and 0.10 of coherence, and must be passed") {
  const auto risk = [](double rise) { return in_risk({0.2, 0.2, 0.2, 0.2 + rise, 0.2 + rise, 0.2 + rise}); };
  CHECK(risk(0.149).empty());
  REQUIRE(risk(0.151).size() == 1);
  CHECK(risk(0.151)[0].severity == AnomalySeverity::medium);
  CHECK(risk(0.249)[0].severity == AnomalySeverity::medium);
  CHECK(risk(0.251)[0].severity == AnomalySeverity::high);
  // Eighths are exact in doubles.
  CHECK(in_risk({0.125, 0.125, 0.125, 0.375, 0.375, 0.375})[0].severity == AnomalySeverity::medium);
  const auto coherence = [](double fall) {
    return in_coherence({0.6, 0.6, 0.6 - fall, 0.6 - fall, 0.6 - fall});
  };
  CHECK(coherence(0.049).empty());
  REQUIRE(coherence(0.051).size() == 1);
  CHECK(coherence(0.051)[0].severity == AnomalySeverity::medium);
  CHECK(coherence(0.099)[0].severity == AnomalySeverity::medium);
  CHECK(coherence(0.101)[0].severity == AnomalySeverity::high);
}

TEST_CASE("a coherence drop is the last three below the two before") {
  CHECK(in_coherence({0.65, 0.65, 0.61, 0.61, 0.61}).empty());
  const auto medium = in_coherence({0.65, 0.65, 0.6, 0.58, 0.56});
  REQUIRE(medium.size() == 1);
  CHECK(medium[0].kind == AnomalyKind::coherence_drop);
  CHECK(medium[0].severity == AnomalySeverity::medium);
  CHECK(medium[0].change() == Approx(0.07));
  const auto high = in_coherence({0.7, 0.6, 0.5, 0.5, 0.5});
  REQUIRE(high.size() == 1);
  CHECK(high[0].severity == AnomalySeverity::high);
  CHECK(high[0].change() == Approx(0.15));
  CHECK(in_coherence({0.5, 0.5, 0.6, 0.6, 0.6}).empty());
}

TEST_CASE("too few known values show no anomaly") {
  CHECK(in_risk({0, 0, 1, 1, 1}).empty());
  CHECK(in_coherence({1, 0, 0, 0}).empty());
  CHECK(in_risk({kUnknown, 0, 0, kUnknown, 1, 1, 1}).empty());
  CHECK(in_risk({0, 0, 0, 1, kUnknown, 1, 1}).size() == 1);
}

TEST_CASE("both can come together, and each says in words what happened") {
  auto rows = rows_with(&UpdateRecord::risk, {0.1, 0.1, 0.1, 0.9, 0.9, 0.9});
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].coherence = i < 3 ? 0.4 : 0.65;
  const auto found = anomalies_of(rows);
  REQUIRE(found.size() == 2);
  CHECK(anomaly_message(found[0]) == "Risk rose by 0.8000, from 0.1000 to 0.9000");
  CHECK(anomaly_message(found[1]) == "Coherence fell by 0.2500, from 0.6500 to 0.4000");
}

TEST_CASE("an anomaly is always worse by more than the least, and high only above the higher limit") {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  int seen = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<UpdateRecord> rows(random() % 9);
    for (UpdateRecord& row : rows) {
      row.risk = random() % 8 == 0 ? kUnknown : unit(random);
      row.coherence = random() % 8 == 0 ? kUnknown : unit(random);
    }
    for (const Anomaly& anomaly : anomalies_of(rows)) {
      const bool spike = anomaly.kind == AnomalyKind::risk_spike;
      CHECK(anomaly.change() > (spike ? 0.15 : 0.05));
      CHECK((anomaly.severity == AnomalySeverity::high) == (anomaly.change() > (spike ? 0.25 : 0.10)));
      ++seen;
    }
  }
  CHECK(seen > 100);
}
