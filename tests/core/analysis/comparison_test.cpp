#include "core/analysis/comparison.hpp"

#include <cmath>
#include <random>

#include "tests/core/analysis/rows.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

TEST_CASE("differences name who is lowest and who is highest, the widest first") {
  UpdateRecord a, b, c;
  a.risk = 0.2, b.risk = 0.5, c.risk = 0.3;
  a.S = 1.0, b.S = 0.1, c.S = 0.2;
  a.E = 0.50, b.E = 0.54, c.E = 0.52;  // too close
  const UpdateRecord rows[] = {a, b, c};
  const Comparison comparison = compare(rows);
  REQUIRE(comparison.differences.size() == 2);
  CHECK(comparison.differences[0].figure == "S");
  CHECK(comparison.differences[0].lowest == 1);
  CHECK(comparison.differences[0].highest == 0);
  CHECK(comparison.differences[0].spread() == Approx(0.9));
  CHECK(comparison.differences[1].figure == "risk_score");
  CHECK(comparison.differences[1].lowest == 0);
  CHECK(comparison.differences[1].highest == 1);
}

TEST_CASE("similarity falls with the root mean square distance") {
  UpdateRecord a, b;
  CHECK(*compare(std::vector{a, b}).similarity == 1.0);
  for (const ComparedFigure& compared : kComparedFigures) b.*compared.figure = 0.1;
  CHECK(*compare(std::vector{a, b}).similarity == Approx(std::exp(-1.0)));
  // Three pairs: twice 0.1 apart, once the same.
  CHECK(*compare(std::vector{a, b, a}).similarity == Approx((2 * std::exp(-1.0) + 1.0) / 3));
}

TEST_CASE("what is not known is left out") {
  UpdateRecord a, b, nothing;
  a.risk = kUnknown;
  b.risk = 0.9;
  CHECK(*compare(std::vector{a, b}).similarity == 1.0);
  CHECK(compare(std::vector{a, b}).differences.empty());
  for (const ComparedFigure& compared : kComparedFigures) nothing.*compared.figure = kUnknown;
  CHECK_FALSE(compare(std::vector{a, nothing}).similarity);
  CHECK_FALSE(compare(std::vector{a}).similarity);
}

TEST_CASE("the order of the agents changes nothing but the indexes") {
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  for (int round = 0; round < 100; ++round) {
    std::vector<UpdateRecord> rows(2 + random() % 6);
    for (UpdateRecord& row : rows) {
      for (const ComparedFigure& compared : kComparedFigures) row.*compared.figure = unit(random);
    }
    const Comparison one = compare(rows);
    std::reverse(rows.begin(), rows.end());
    const Comparison other = compare(rows);
    CHECK(*one.similarity == Approx(*other.similarity));
    REQUIRE(one.differences.size() == other.differences.size());
    for (std::size_t i = 0; i < one.differences.size(); ++i) {
      CHECK(one.differences[i].figure == other.differences[i].figure);
      CHECK(one.differences[i].lowest == rows.size() - 1 - other.differences[i].lowest);
    }
    CHECK(*one.similarity > 0.0);
    CHECK(*one.similarity <= 1.0);
  }
}
