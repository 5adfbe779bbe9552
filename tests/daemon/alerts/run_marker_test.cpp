#include "daemon/alerts/run_marker.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::TemporaryDirectory;

namespace {

constexpr std::int64_t kMarkerNoon = 1'764'072'000'000'000;

struct MarkerPlace {
  TemporaryDirectory directory;
  std::string log = directory.file("governor.log");

  std::optional<UncleanRun> find(const std::string& boot_id = "boot-1") const {
    return RunMarker::find_unclean_run(directory.path(), log, boot_id);
  }
};

}  // namespace

TEST_CASE("a run that ended in order leaves nothing, one that did not says when it was") {
  const MarkerPlace place;
  CHECK_FALSE(place.find());
  {
    RunMarker run(place.directory.path(), 4711, kMarkerNoon, "boot-1");
    CHECK(place.find());
    run.ended_in_order();
  }
  CHECK_FALSE(place.find());
  { const RunMarker crashed(place.directory.path(), 4712, kMarkerNoon, "boot-1"); }
  const auto found = place.find();
  REQUIRE(found);
  CHECK(found->pid == 4712);
  CHECK(found->started_us == kMarkerNoon);
  CHECK(found->last_log_us == 0);
  CHECK_FALSE(found->machine_restarted);
  CHECK(
      found->describe() ==
      "The previous daemon did not shut down cleanly; pid 4712, started "
      "2025-11-25T12:00:00.000000Z. Whether everything that was acknowledged is there could not be checked.");
  UncleanRun checked = *found;
  checked.confirmed = UncleanRun::Confirmed::all_there;
  CHECK(checked.describe().find("Nothing that was acknowledged is lost") != std::string::npos);
  checked.confirmed = UncleanRun::Confirmed::some_lost;
  CHECK(checked.describe().find("acknowledged is lost") == std::string::npos);
  CHECK(place.find("boot-2")->machine_restarted);
}

TEST_CASE("a run that ended itself because it hung says in what, and for how many runs that went") {
  const MarkerPlace place;
  {
    const RunMarker run(place.directory.path(), 4711, kMarkerNoon, "boot-1");
    run.note_stuck("the \"store\" slept", 3);
  }
  const auto found = place.find();
  REQUIRE(found);
  CHECK(found->pid == 4711);
  CHECK(found->stuck_in_a_row == 3);
  CHECK(found->describe().find("It ended itself because it hung: the \"store\" slept.") != std::string::npos);
  { const RunMarker killed(place.directory.path(), 4712, kMarkerNoon, "boot-1"); }
  CHECK(place.find()->stuck_in_a_row == 0);
}

TEST_CASE("the end of a crashed run is bounded by its log, unless the log is older") {
  const MarkerPlace place;
  std::ofstream(place.log) << "a line\n";
  struct stat status {};
  REQUIRE(::stat(place.log.c_str(), &status) == 0);
  const std::int64_t written = static_cast<std::int64_t>(status.st_mtime) * 1'000'000;
  { const RunMarker crashed(place.directory.path(), 4711, written - 5'000'000, "boot-1"); }
  CHECK(place.find()->last_log_us == written);
  CHECK(place.find()->describe().find(", last wrote its log ") != std::string::npos);
  { const RunMarker crashed(place.directory.path(), 4711, written + 5'000'000, "boot-1"); }
  CHECK(place.find()->last_log_us == 0);
}

TEST_CASE("a marker that cannot be understood is a crash of which nothing is known") {
  const MarkerPlace place;
  for (const char* content : {"", "{", "[]", R"({"pid":"x"})"}) {
    INFO(content);
    std::ofstream(place.directory.file("running.json"), std::ios::trunc) << content;
    const auto found = place.find();
    REQUIRE(found);
    CHECK(found->pid == 0);
    CHECK(found->started_us == 0);
    CHECK_FALSE(found->describe().empty());
  }
}

TEST_CASE("a run that does not come about leaves the marker as it was") {
  const MarkerPlace place;
  RunMarker(place.directory.path(), 4711, kMarkerNoon, "boot-1").withdraw();
  CHECK_FALSE(place.find());
  { const RunMarker crashed(place.directory.path(), 4712, kMarkerNoon, "boot-1"); }
  RunMarker(place.directory.path(), 4713, kMarkerNoon, "boot-1").withdraw();
  CHECK(place.find()->pid == 4712);  // of whom nobody has been told
}

TEST_CASE("where the marker cannot be written the daemon runs all the same") {
  CHECK_NOTHROW(RunMarker("/does/not/exist", 1, kMarkerNoon, "boot-1"));
}
