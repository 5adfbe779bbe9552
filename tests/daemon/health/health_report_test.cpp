#include "daemon/health/health_report.hpp"

#include <boost/json.hpp>

#include "tests/support/catch.hpp"

using namespace governor::daemon;
using std::chrono::milliseconds;

namespace {

const auto kNow = std::chrono::steady_clock::time_point(std::chrono::hours(1000));

HealthReport with_pending(milliseconds age) {
  ServerFacts facts;
  Counters counters;
  counters.oldest_pending_us = steady_us(kNow - age);
  return assess(facts, counters, kNow);
}

}  // namespace

TEST_CASE("a daemon with nothing wrong is ok and gives no reason") {
  const HealthReport report = assess(ServerFacts{}, Counters{}, kNow);
  CHECK(report.status == HealthStatus::ok);
  CHECK(report.reasons.empty());
}

TEST_CASE("a write that takes a second degrades, one that takes ten fails") {
  CHECK(with_pending(milliseconds(999)).status == HealthStatus::ok);
  CHECK(with_pending(milliseconds(1000)).status == HealthStatus::degraded);
  CHECK(with_pending(milliseconds(9999)).status == HealthStatus::degraded);
  CHECK(with_pending(milliseconds(10000)).status == HealthStatus::failing);
  CHECK(with_pending(milliseconds(10000)).reasons.size() == 1);
}

TEST_CASE("failing storage outweighs everything, and every reason is told") {
  ServerFacts facts;
  facts.notices = {"A backup took its place."};
  Counters counters;
  counters.draining = true;
  CHECK(assess(facts, counters, kNow).status == HealthStatus::degraded);
  CHECK(assess(facts, counters, kNow).reasons.size() == 2);
  counters.storage_failing = true;
  const HealthReport report = assess(facts, counters, kNow);
  CHECK(report.status == HealthStatus::failing);
  CHECK(report.reasons.size() == 3);
}

TEST_CASE("files that should be watched and are not degrade, and say where to look") {
  Counters counters;
  counters.watch_trouble = true;
  const HealthReport report = assess(ServerFacts{}, counters, kNow);
  CHECK(report.status == HealthStatus::degraded);
  REQUIRE(report.reasons.size() == 1);
  CHECK(report.reasons[0].find("governorctl alerts") != std::string::npos);
}

TEST_CASE("the fields of health are consistent with each other") {
  ServerFacts facts;
  facts.build = "1.2.3+4.x";
  facts.pid = 77;
  facts.started = kNow - std::chrono::seconds(5);
  Counters counters;
  counters.sequence = 10;
  counters.watermark = 7;
  counters.oldest_pending_us = steady_us(kNow - milliseconds(250));
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_health_fields(json, facts, counters, kNow);
  json.end_object();
  const auto fields = boost::json::parse(text).as_object();
  CHECK(fields.at("status").as_string() == "ok");
  CHECK(fields.at("reasons").as_array().empty());
  CHECK(fields.at("pid").as_int64() == 77);
  CHECK(fields.at("uptime_seconds").to_number<double>() == 5.0);
  CHECK(fields.at("sequence").as_int64() == 10);
  CHECK(fields.at("watermark").as_int64() == 7);
  CHECK(fields.at("pending").as_int64() == 3);
  CHECK(fields.at("oldest_pending_ms").to_number<double>() == 250.0);
}

TEST_CASE("a watermark read after a newer change does not make the pending count wrap") {
  Counters counters;
  counters.sequence = 3;
  counters.watermark = 5;
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_health_fields(json, ServerFacts{}, counters, kNow);
  json.end_object();
  CHECK(boost::json::parse(text).at("pending").as_int64() == 0);
}
