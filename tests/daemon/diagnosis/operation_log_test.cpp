#include "daemon/diagnosis/operation_log.hpp"

#include <thread>

#include "tests/support/catch.hpp"

using governor::daemon::OperationLog;

namespace {

std::int64_t noon() {
  return 1'764'072'000'000'000;
}

}  // namespace

TEST_CASE("each tool keeps its slowest calls, and they are shown slowest first") {
  OperationLog log(noon);
  CHECK(log.slowest().empty());
  for (std::int64_t took = 1; took <= 20; ++took) log.add(0, "quick", "ada", took);
  log.add(1, "slow", "", 1000);
  log.add(1, "slow", "grace", 10);
  const auto slowest = log.slowest();
  REQUIRE(slowest.size() == OperationLog::kPerTool + 2);
  CHECK(slowest[0].tool == "slow");
  CHECK(slowest[0].duration_us == 1000);
  CHECK(slowest[0].agent_id.empty());
  CHECK(slowest[0].ended_us == noon());
  CHECK(slowest[1].duration_us == 20);
  CHECK(slowest[1].agent_id == "ada");
  CHECK(slowest.back().agent_id == "grace");
  CHECK(slowest[slowest.size() - 2].duration_us == 16);
}

TEST_CASE("a tool beyond the last place is left out") {
  OperationLog log(noon);
  log.add(100'000, "far", "ada", 5);
  CHECK(log.slowest().empty());
}

TEST_CASE("any thread may add") {
  OperationLog log(noon);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log, t] {
      for (std::int64_t took = 0; took < 1000; ++took) log.add(0, "tool", "ada", took * 4 + t);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto slowest = log.slowest();
  REQUIRE(slowest.size() == OperationLog::kPerTool);
  for (std::size_t i = 0; i < slowest.size(); ++i) {
    CHECK(slowest[i].duration_us == 3999 - static_cast<std::int64_t>(i));
  }
}
