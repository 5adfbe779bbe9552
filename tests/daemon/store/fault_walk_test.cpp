// Every named point of a commit and of what recovery and backups do with files, one after the other.
#include <filesystem>
#include <functional>
#include <set>

#include "daemon/store/backup.hpp"
#include "daemon/store/durable_files.hpp"
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

constexpr int kKilled = 137;
const std::atomic<bool> kWalkGoesOn{false};

class WalkFixture : public StoreFixture {
 public:
  WalkFixture() { commit(every_change(++stored_)); }

 protected:
  void check_stored() {
    const auto seed = store().load_seed();
    REQUIRE(seed);
    REQUIRE(seed->keys.history == stored_);
    REQUIRE(seed->keys.audit == stored_);
    REQUIRE(seed->agents == static_cast<std::uint64_t>(stored_));
    ChainCheck check;
    while (!check.done()) REQUIRE_FALSE(store().check_chains(check, 1000));
    REQUIRE(check.problem_count == 0);
  }
  /// The next commit succeeds, and everything is there after a start.
  void check_goes_on() {
    check_stored();
    commit(every_change(++stored_));
    reopen();
    REQUIRE(notices().empty());
    check_stored();
  }

  std::int64_t stored_ = 0;
};

/// A state directory whose database is damaged, with a backup beside it.
struct DamagedState {
  DamagedState() {
    auto opened = open_store(directory.path());
    REQUIRE(opened);
    for (std::int64_t n = 1; n <= 3; ++n) REQUIRE_FALSE(opened->store->commit(every_change(n)));
    REQUIRE(take_backup(database_path(directory.path()), backup_directory(directory.path()), "daily",
                        kWalkGoesOn));
    for (std::int64_t n = 4; n <= 6; ++n) REQUIRE_FALSE(opened->store->commit(every_change(n)));
    opened->store.reset();
    SQLite::Database database(database_path(directory.path()), SQLite::OPEN_READWRITE);
    database.exec("DROP TABLE task");
  }
  TemporaryDirectory directory;
};

using Try = std::function<void(const std::string& state)>;

/// Lets each of the points of durable files fail at each of its arrivals, in a copy of `state` each time.
/// Returns which of them are reached at all.
std::set<FaultPoint> walk_files(const std::string& state, const Try& attempt, const Try& check) {
  std::set<FaultPoint> reached;
  for (const FaultPoint point : fault_points_of("durable")) {
    for (const auto mode : {Fault::Mode::once, Fault::Mode::every}) {
      for (std::uint64_t arrival = 1;; ++arrival) {
        INFO(ipc::name_of(point) << ", arrival " << arrival);
        REQUIRE(arrival < 100);
        const TemporaryDirectory copy;
        std::filesystem::copy(state, copy.path(), std::filesystem::copy_options::recursive);
        bool is_over = false;
        {
          const ArmedFault fault(Fault{point, mode, arrival});
          attempt(copy.path());
          is_over = fault.arrivals() < arrival;
        }
        check(copy.path());
        if (is_over) break;
        reached.insert(point);
      }
    }
  }
  return reached;
}

}  // namespace

TEST_CASE_METHOD(WalkFixture,
                 "a commit that fails at any of its points loses nothing, and the next one succeeds") {
  for (const FaultPoint point : fault_points_of("commit")) {
    for (const auto mode : {Fault::Mode::once, Fault::Mode::every}) {
      INFO(ipc::name_of(point));
      {
        const ArmedFault fault(point, mode);
        REQUIRE(store().commit(every_change(stored_ + 1)));
        REQUIRE(fault.arrivals() > 0);
      }
      if (point == FaultPoint::commit_ended) ++stored_;
      check_goes_on();
    }
  }
}

TEST_CASE_METHOD(WalkFixture, "a daemon that ends at any point of a commit leaves it whole or not at all") {
  for (const FaultPoint point : fault_points_of("commit")) {
    INFO(ipc::name_of(point));
    close();
    ForkedChild child([&] {
      auto opened = open_store(directory());
      const ArmedFault fault(point, Fault::Mode::end);
      return opened && !opened->store->commit(every_change(stored_ + 1)) ? 0 : 1;
    });
    REQUIRE(child.wait() == kKilled);
    reopen();
    if (point == FaultPoint::commit_ended) ++stored_;
    check_goes_on();
  }
}

TEST_CASE_METHOD(WalkFixture, "a record of progress that cannot be written makes no commit fail") {
  for (const FaultPoint point : fault_points_of("progress")) {
    for (const auto mode : {Fault::Mode::once, Fault::Mode::every}) {
      INFO(ipc::name_of(point));
      reopen();  // the first note after a start is synced
      const ArmedFault fault(point, mode);
      reopen();
      commit(every_change(++stored_));
      CHECK(fault.arrivals() > 0);
      check_goes_on();
    }
  }
}

TEST_CASE("whatever recovery and backups ask of the system may fail at any point, and nothing is lost") {
  const DamagedState damaged;
  std::set<FaultPoint> reached;
  const auto note = [&](const std::set<FaultPoint>& more) { reached.insert(more.begin(), more.end()); };
  note(walk_files(
      damaged.directory.path(), [](const std::string& state) { static_cast<void>(open_store(state)); },
      [](const std::string& state) {
        auto opened = open_store(state);
        REQUIRE(opened);
        REQUIRE(opened->store->load_seed()->keys.history == 6);
        REQUIRE_FALSE(opened->store->list_alerts({}, 0, 10)->alerts.empty());
      }));
  note(walk_files(
      damaged.directory.path(),
      [](const std::string& state) {
        try {
          copy_durably(list_backups(backup_directory(state)).front(), state + "/copy");
          rename_durably(state + "/copy", state + "/renamed");
        } catch (const std::exception&) {
          return;
        }
      },
      [](const std::string& state) {
        SQLite::Database backup(list_backups(backup_directory(state)).front(), SQLite::OPEN_READWRITE);
        REQUIRE(backup.execAndGet("SELECT count(*) FROM history").getInt() == 3);
      }));
  note(walk_files(
      damaged.directory.path(),
      [](const std::string& state) {
        static_cast<void>(take_backup(list_backups(backup_directory(state)).back(), backup_directory(state),
                                      "again", kWalkGoesOn));
      },
      [](const std::string& state) {
        for (const std::string& path : list_backups(backup_directory(state))) {
          SQLite::Database backup(path, SQLite::OPEN_READWRITE);
          REQUIRE(backup.execAndGet("SELECT count(*) FROM history").getInt() == 3);
        }
        for (const auto& entry : std::filesystem::directory_iterator(backup_directory(state)))
          REQUIRE(entry.path().string().find(".partial") == std::string::npos);
      }));
  const auto all = fault_points_of("durable");
  CHECK(reached == std::set<FaultPoint>(all.begin(), all.end()));
}
