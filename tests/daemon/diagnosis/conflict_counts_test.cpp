#include "daemon/diagnosis/conflict_counts.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::core::ErrorCode;

namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kCountNoon = 29'401'200 * kMinute;

}  // namespace

TEST_CASE("refusals are counted for an hour, by agent and reason, the most frequent first") {
  ConflictCounts counts;
  CHECK(counts.last_hour(kCountNoon).empty());
  counts.note(ErrorCode::not_owner, "ada", {"cursor", 1}, kCountNoon);
  counts.note(ErrorCode::not_owner, "ada", {"claude", 2}, kCountNoon + 10 * kMinute);
  counts.note(ErrorCode::not_owner, "ada", {"claude", 2}, kCountNoon + 10 * kMinute);
  counts.note(ErrorCode::conflict, "ada", {}, kCountNoon + 10 * kMinute);
  counts.note(ErrorCode::not_owner, "grace", {}, kCountNoon + 10 * kMinute);
  const auto at_ten = counts.last_hour(kCountNoon + 10 * kMinute);
  REQUIRE(at_ten.size() == 3);
  CHECK(at_ten[0].agent_id == "ada");
  CHECK(at_ten[0].count == 3);
  CHECK(at_ten[0].holder.client == "claude");
  CHECK(at_ten[0].holder.pid == 2);
  CHECK(at_ten[0].last_us == kCountNoon + 10 * kMinute);
  CHECK(at_ten[1].count == 1);
  CHECK(counts.last_hour(kCountNoon + 59 * kMinute)[0].count == 3);
  CHECK(counts.last_hour(kCountNoon + 60 * kMinute)[0].count == 2);
  CHECK(counts.last_hour(kCountNoon + 70 * kMinute).empty());
  counts.note(ErrorCode::not_owner, "ada", {}, kCountNoon + 120 * kMinute);  // the same place, another minute
  CHECK(counts.last_hour(kCountNoon + 120 * kMinute)[0].count == 1);
}

TEST_CASE("a clock that was set back does no harm") {
  ConflictCounts counts;
  counts.note(ErrorCode::not_owner, "ada", {}, kCountNoon);
  CHECK(counts.last_hour(kCountNoon - 600 * kMinute).empty());
}

TEST_CASE("when there are too many agents the one refused longest ago is forgotten") {
  ConflictCounts counts;
  counts.note(ErrorCode::not_owner, "first", {}, kCountNoon);
  for (std::size_t i = 0; i < ConflictCounts::kMaxEntries; ++i) {
    counts.note(ErrorCode::not_owner, "agent" + std::to_string(i), {},
                kCountNoon + 1 + static_cast<std::int64_t>(i));
  }
  const auto found = counts.last_hour(kCountNoon + 1);
  CHECK(found.size() == ConflictCounts::kMaxEntries);
  for (const Conflict& conflict : found) CHECK(conflict.agent_id != "first");
}
