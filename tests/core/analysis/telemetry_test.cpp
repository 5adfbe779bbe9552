#include "core/analysis/telemetry.hpp"

#include "tests/core/analysis/rows.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

constexpr std::uint32_t kInterval = 5;

/// Updates of one agent from its first one on, skipping as the model does.
Telemetry after(const std::vector<double>& confidences, double needed = 0.8) {
  TelemetryCollector collector;
  std::uint64_t number = 0;
  for (const double confidence : confidences) {
    UpdateRecord row;
    row.updates = ++number;
    row.confidence = confidence;
    row.lambda1_skipped = number % kInterval == 0 && confidence < needed;
    row.action = number % 2 == 0 ? Action::approve : Action::revise;
    collector.add(row, kInterval);
  }
  return std::move(collector).finish();
}

}  // namespace

TEST_CASE("the skip rate is the share of the updates at which something could be skipped") {
  const Telemetry t = after({0.9, 0.9, 0.9, 0.9, 0.5, 0.9, 0.9, 0.9, 0.9, 0.9, 0.1});
  CHECK(t.updates == 11);
  CHECK(t.due == 2);
  CHECK(t.skips == 1);
  CHECK(t.skip_rate() == 0.5);
  CHECK(t.decisions.approve == 5);
  CHECK(t.decisions.revise == 6);
  CHECK(t.decisions.reject == 0);
  CHECK(t.confidence->count == 11);
}

TEST_CASE("what was imported says nothing about adaptations") {
  TelemetryCollector collector;
  UpdateRecord row;
  row.updates = kInterval;
  row.verdict = Verdict::unknown;
  row.action = Action::revise;
  collector.add(row, kInterval);
  const Telemetry t = std::move(collector).finish();
  CHECK(t.updates == 1);
  CHECK(t.decisions.revise == 1);
  CHECK_FALSE(t.skip_rate());
}

TEST_CASE("a skip counts as due also if the interval was another one then") {
  TelemetryCollector collector;
  UpdateRecord row;
  row.updates = 3;
  row.lambda1_skipped = true;
  collector.add(row, kInterval);
  CHECK(std::move(collector).finish().skip_rate() == 1.0);
}

TEST_CASE("no update, no rate; no confidence, no distribution") {
  const Telemetry none = after({});
  CHECK_FALSE(none.skip_rate());
  CHECK_FALSE(none.confidence);
  CHECK(none.suspicious().empty());
  const Telemetry unknown = after({kUnknown, kUnknown, 0.5});
  CHECK(unknown.updates == 3);
  CHECK(unknown.confidence->count == 1);
}

TEST_CASE("little confidence that is high just where it counts is agreeableness, from ten updates on") {
  const std::vector<double> five{0.5, 0.5, 0.5, 0.5, 0.9};
  std::vector<double> ten = five;
  ten.insert(ten.end(), five.begin(), five.end());
  const Telemetry t = after(ten);
  REQUIRE(t.suspicious() == std::vector{SuspiciousPattern::agreeableness});
  CHECK(suspicion_message(SuspiciousPattern::agreeableness, t).find("0.58") != std::string::npos);
  ten.pop_back();
  CHECK(after(ten).suspicious().empty());
}

TEST_CASE("much confidence that is low just where it counts is over-conservatism") {
  const std::vector<double> five{1.0, 1.0, 1.0, 1.0, 0.5};
  std::vector<double> ten = five;
  ten.insert(ten.end(), five.begin(), five.end());
  const Telemetry t = after(ten);
  REQUIRE(t.suspicious() == std::vector{SuspiciousPattern::over_conservatism});
  CHECK(suspicion_message(SuspiciousPattern::over_conservatism, t).find("100%") != std::string::npos);
}

TEST_CASE("an honest agent is not suspected, whether it is sure or not") {
  CHECK(after(std::vector<double>(20, 0.3)).suspicious().empty());
  CHECK(after(std::vector<double>(20, 0.95)).suspicious().empty());
  CHECK(after(std::vector<double>(20, 0.75)).suspicious().empty());
}
