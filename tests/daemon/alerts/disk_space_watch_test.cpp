#include "daemon/alerts/disk_space_watch.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;
using Turn = DiskSpaceWatch::Turn;

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kLarge = 1'000'000 * kMiB;

}  // namespace

TEST_CASE("little room is said once, and enough only when there is clearly more") {
  DiskSpaceWatch watch(256 * kMiB);
  CHECK_FALSE(watch.observe({300 * kMiB, kLarge}));
  CHECK_FALSE(watch.observe({256 * kMiB, kLarge}));
  CHECK(watch.observe({255 * kMiB, kLarge}) == Turn::low);
  CHECK_FALSE(watch.observe({10 * kMiB, kLarge}));
  CHECK_FALSE(watch.observe({300 * kMiB, kLarge}));  // above the limit, but not by a quarter
  CHECK_FALSE(watch.observe({255 * kMiB, kLarge}));
  CHECK(watch.observe({320 * kMiB, kLarge}) == Turn::enough);
  CHECK_FALSE(watch.observe({400 * kMiB, kLarge}));
  CHECK(watch.observe({0, kLarge}) == Turn::low);
}

TEST_CASE("a small file system is low when a tenth of it is left") {
  DiskSpaceWatch watch(256 * kMiB);
  CHECK_FALSE(watch.observe({100 * kMiB, 500 * kMiB}));
  CHECK(watch.observe({49 * kMiB, 500 * kMiB}) == Turn::low);
  CHECK(watch.observe({63 * kMiB, 500 * kMiB}) == Turn::enough);
}

TEST_CASE("a limit of 0 is never reached") {
  DiskSpaceWatch watch(0);
  CHECK_FALSE(watch.observe({0, kLarge}));
}

TEST_CASE("the system tells of its disks, and nothing of those that are not there") {
  const auto space = disk_space_at("/");
  REQUIRE(space);
  CHECK(space->total_bytes > 0);
  CHECK(space->free_bytes <= space->total_bytes);
  CHECK_FALSE(disk_space_at("/does/not/exist"));
}
