#include "tests/support/failing_storage.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

const std::string kAgent = "on-a-bad-disk";
constexpr int kEnough = 5000;  // updates until even a disk with some room left is full

}  // namespace

FailingStorage::FailingStorage(const Sandbox& sandbox)
    : sandbox_(sandbox), client_(sandbox), reader_(sandbox) {
  client_.initialize();
  reader_.initialize();
}

bool FailingStorage::update() {
  const double mark = ++marks_ / 1e6;
  const Answer answer = client_.call("process_agent_update", {{"agent_id", kAgent}, {"complexity", mark}});
  if (answer.tool_error().empty()) {
    acknowledged_.push_back({kAgent, answer.content().at("update").to_number<std::int64_t>(), mark});
    return true;
  }
  CHECK(answer.tool_error() == "storage_unavailable");
  return false;
}

void FailingStorage::check_history() {
  CHECK(discrepancy(acknowledged_, history_of(reader_, kAgent)) == "");
  const Answer metrics = reader_.call("get_governance_metrics", {{"agent_id", kAgent}});
  CHECK(metrics.content().at("update").to_number<std::size_t>() == acknowledged_.size());
}

void FailingStorage::work() {
  for (int i = 0; i < 20; ++i) REQUIRE(update());
  CHECK(health(sandbox_).at("status").as_string() == "ok");
  check_history();
}

void FailingStorage::fail() {
  int tries = 0;
  while (update()) REQUIRE(++tries < kEnough);
  CHECK(health(sandbox_).at("status").as_string() == "failing");
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(update());
    check_history();
  }
  CHECK(health(sandbox_).at("status").as_string() == "failing");
}

void FailingStorage::recover() {
  REQUIRE(until(patience(std::chrono::seconds(10)), [this] { return update(); }));
  CHECK(health(sandbox_).at("status").as_string() == "ok");
  for (int i = 0; i < 20; ++i) REQUIRE(update());
  check_history();
}

}  // namespace governor::test
