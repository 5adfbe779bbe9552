// A restore that fails or ends at any named point of it: the old state or the restored one is there, whole.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string_view>

#include "daemon/store/backup.hpp"
#include "daemon/store/recovery.hpp"
#include "daemon/store/verify_database.hpp"
#include "tests/daemon/store/every_change.hpp"
#include "tests/support/fault_walk.hpp"
#include "tests/support/forked_child.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
using governor::tests::fault_points_of;
using governor::tests::ForkedChild;
using ipc::ArmedFault;
using ipc::Fault;
using ipc::FaultPoint;

namespace {

namespace fs = std::filesystem;

constexpr int kKilledAtPoint = 137;
constexpr std::int64_t kOld = 6;
constexpr std::int64_t kRestored = 3;

/// A database, some of which only its log holds, and a backup of an earlier state.
struct RestorableState {
  RestorableState() {
    const std::atomic<bool> goes_on{false};
    TemporaryDirectory used;
    auto opened = open_store(used.path());
    REQUIRE(opened);
    for (std::int64_t n = 1; n <= kRestored; ++n) REQUIRE_FALSE(opened->store->commit(every_change(n)));
    REQUIRE(back_up_to(database_path(used.path()), directory.path() + "/backup.db", goes_on));
    for (std::int64_t n = kRestored + 1; n <= kOld; ++n)
      REQUIRE_FALSE(opened->store->commit(every_change(n)));
    // As kill -9 leaves it.
    fs::copy(used.path(), directory.path(), fs::copy_options::recursive);
    REQUIRE(fs::exists(database_path(directory.path()) + "-wal"));
  }
  TemporaryDirectory directory;
};

void restore_in(const std::string& state) {
  finish_recovery(database_path(state), progress_path(state));
  restore(database_path(state), progress_path(state), state + "/backup.db", kMigrations);
}

int restore_and_tell(const std::string& state) {
  try {
    restore_in(state);
    return 0;
  } catch (const std::exception&) {
    return 1;
  }
}

std::string names_of_unfinished(const std::string& state) {
  std::string names;
  for (const auto& entry : fs::directory_iterator(state)) {
    const std::string name = entry.path().filename().string();
    if (name.find("restor") != std::string::npos || name.find(".part") != std::string::npos)
      names += name + " ";
  }
  return names;
}

std::int64_t updates_in(const std::string& database) {
  return SQLite::Database(database, SQLite::OPEN_READONLY, 2000)
      .execAndGet("SELECT count(*) FROM history")
      .getInt64();
}

/// Opens it as the next start does. Returns how many updates there are.
std::int64_t start_on(const std::string& state) {
  auto opened = open_store(state);
  INFO((opened ? "" : opened.error().message));
  REQUIRE(opened);
  for (const std::string& notice : opened->notices) FAIL_CHECK(notice);
  CHECK(names_of_unfinished(state) == "");
  const auto rows = updates_in(database_path(state));
  // Of the old one it is known how far it had come, also after this.
  if (rows == kOld) CHECK(opened->completeness == Completeness::complete);
  CHECK(opened->store->load_seed()->keys.history == kOld);
  const auto alerts = opened->store->list_alerts({}, 0, 100)->alerts;
  const auto is_about_the_restore = [](const core::Alert& alert) {
    return alert.kind == core::AlertKind::data_loss;
  };
  CHECK(std::count_if(alerts.begin(), alerts.end(), is_about_the_restore) == (rows == kOld ? 0 : 1));
  opened->store.reset();
  CHECK(verify_database(database_path(state)).problems.empty());
  return rows;
}

enum class Reached { nothing, old_or_new, must_be_old, must_be_new };

/// `attempt` says whether the fault was reached, and what must be there then.
template <class Attempt>
void walk_restore(const char* part, Attempt attempt) {
  const RestorableState original;
  std::size_t olds = 0;
  std::size_t news = 0;
  for (const FaultPoint point : fault_points_of(part)) {
    for (std::uint64_t arrival = 1;; ++arrival) {
      INFO(ipc::name_of(point) << ", arrival " << arrival);
      REQUIRE(arrival < 100);
      const TemporaryDirectory copy;
      const std::string& state = copy.path();
      fs::copy(original.directory.path(), state, fs::copy_options::recursive);
      const Reached reached = attempt(point, arrival, state);
      if (reached == Reached::nothing) break;
      const std::int64_t rows = start_on(state);
      CHECK((rows == kOld || rows == kRestored));
      if (reached != Reached::old_or_new) CHECK((rows == kOld) == (reached == Reached::must_be_old));
      ++(rows == kOld ? olds : news);
      if (reached != Reached::old_or_new) continue;
      restore_in(state);
      CHECK(updates_in(database_path(state)) == kRestored);
    }
  }
  if (!ipc::kHasFaultPoints) return;
  CHECK(olds > 0);
  if (std::string_view(part) == "durable") CHECK(news > 0);
}

}  // namespace

TEST_CASE(
    "a restore that is killed at any of its points leaves the old state or the new one, and is repeated") {
  for (const char* part : {"durable", "commit"}) {
    walk_restore(part, [](FaultPoint point, std::uint64_t arrival, const std::string& state) {
      ForkedChild child([&] {
        const ArmedFault fault(Fault{point, Fault::Mode::end, arrival});
        return restore_and_tell(state);
      });
      const int code = child.wait();
      CHECK((code == 0 || code == kKilledAtPoint));
      return code == kKilledAtPoint ? Reached::old_or_new : Reached::nothing;
    });
  }
}

TEST_CASE("a restore in which anything fails leaves the old state, or says that the next start finishes it") {
  walk_restore("durable", [&](FaultPoint point, std::uint64_t arrival, const std::string& state) {
    std::string failure;
    const ArmedFault fault(Fault{point, Fault::Mode::once, arrival});
    try {
      restore_in(state);
    } catch (const std::exception& thrown) {
      failure = thrown.what();
    }
    if (fault.arrivals() < arrival) return Reached::nothing;
    const bool is_promised = failure.find("the next start puts it in its place") != std::string::npos;
    return failure.empty() || is_promised ? Reached::must_be_new : Reached::must_be_old;
  });
}

TEST_CASE("a backup that is killed at any of its points leaves none under its name, and is repeated") {
  const std::atomic<bool> goes_on{false};
  const RestorableState original;
  const std::string& state = original.directory.path();
  const std::string file = state + "/again.db";
  for (const FaultPoint point : fault_points_of("durable")) {
    for (std::uint64_t arrival = 1;; ++arrival) {
      INFO(ipc::name_of(point) << ", arrival " << arrival);
      REQUIRE(arrival < 100);
      ForkedChild child([&] {
        const ArmedFault fault(Fault{point, Fault::Mode::end, arrival});
        return back_up_to(database_path(state), file, goes_on) ? 0 : 1;
      });
      const int code = child.wait();
      CHECK((code == 0 || code == kKilledAtPoint));
      if (fs::exists(file)) {
        CHECK(verify_database(file).progress.history.entries == kOld);
        CHECK(verify_database(file).problems.empty());
        fs::remove(file);
      }
      REQUIRE(back_up_to(database_path(state), file, goes_on));
      fs::remove(file);
      for (const auto& entry : fs::directory_iterator(state))
        CHECK(entry.path().filename().string().find("again.db") == std::string::npos);
      if (code == 0) break;
    }
  }
}

TEST_CASE("what a killed daemon left of a daily backup goes with the next one, and no file of anybody else") {
  const std::atomic<bool> goes_on{false};
  const RestorableState original;
  const std::string& state = original.directory.path();
  const std::string backups = backup_directory(state);
  fs::create_directories(backups);
  for (const char* name : {"/governor-20260101T000000.000000Z-daily.db.partial",
                           "/governor-20260101T000000.000000Z-daily.db.partial-wal", "/mine.partial"})
    write_file(backups + name, "half");
  REQUIRE(take_backup(database_path(state), backups, "daily", goes_on));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(backups)) ++files;
  CHECK(files == 2);
  CHECK(fs::exists(backups + "/mine.partial"));
}
