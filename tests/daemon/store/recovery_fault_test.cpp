// Opening, recovering and backing up, with a failure or the end of the process at each system call in turn.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

#include "daemon/store/backup.hpp"
#include "daemon/store/best_backup.hpp"
#include "tests/daemon/store/store_fixture.hpp"
#include "tests/support/failing_calls.h"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
namespace files = std::filesystem;

namespace {

const std::atomic<bool> kFaultyBackupGoesOn{false};
constexpr int kUpdates = 120;
/// No scenario has more calls; a test that does not come to an end is wrong.
constexpr long kMostCalls = 5000;

/// State directories as they were before each try.
class FaultFixture {
 public:
  FaultFixture() {
    auto opened = open_store(template_.path());
    REQUIRE(opened);
    commit(*opened->store, 1, 80);
    REQUIRE(take_backup(database_path(template_.path()), backup_directory(template_.path()), "daily",
                        kFaultyBackupGoesOn));
    commit(*opened->store, 81, kUpdates);
  }

  static void commit(SqliteStore& store, int first, int last) {
    core::Changes changes;
    for (int key = first; key <= last; ++key) {
      if (key == 1) changes.emplace_back(core::AgentSaved{distinct_profile(1, "x")});
      changes.emplace_back(row(key, 1, distinct_record(static_cast<std::uint64_t>(key)), key - 1));
      changes.emplace_back(audit_entry(key));
    }
    REQUIRE_FALSE(store.commit(changes));
  }

  /// Puts the state directory of the next try together.
  void begin() {
    trial_.emplace();
    files::copy(template_.path(), trial_->path(), files::copy_options::recursive);
  }
  [[nodiscard]] std::string state() const { return trial_->path(); }
  [[nodiscard]] std::string original() const { return template_.path(); }

 private:
  std::shared_ptr<const KnownSchemas> schemas_ = known_schemas(kMigrations);
  TemporaryDirectory template_;
  std::optional<TemporaryDirectory> trial_;
};

using Step = std::function<void()>;

/// The calls of `step` at which something else can happen than at those before: where a place makes many, as
/// where pages are copied, the first ones and the last stand for all.
class FaultPlan {
 public:
  FaultPlan(const Step& begin, const Step& step) {
    begin();
    failing_calls_watch();
    step();
    const failing_calls_point* points = nullptr;
    const long calls = failing_calls_watched(&points);
    failing_calls_set(failing_calls_off, 0);
    points_.assign(points, points + calls);
    REQUIRE(calls > 20);  // else nothing would be tried
    REQUIRE(calls < kMostCalls);
  }

  /// The `first` calls of each place, and its last.
  [[nodiscard]] std::vector<long> failing(std::size_t first) const {
    return choose(first, [](const failing_calls_point&) { return true; });
  }
  /// Where the process ends before a call that changes nothing, the disk is as before the next that does.
  [[nodiscard]] std::vector<long> ending(std::size_t first) const {
    return choose(first, [](const failing_calls_point& point) { return point.changes != 0; });
  }

 private:
  template <class Counts>
  [[nodiscard]] std::vector<long> choose(std::size_t first, Counts counts) const {
    std::map<unsigned long, std::vector<long>> places;
    for (std::size_t call = 0; call < points_.size(); ++call) {
      if (counts(points_[call])) places[points_[call].site].push_back(static_cast<long>(call));
    }
    std::vector<long> chosen;
    for (auto& [site, calls] : places) {
      if (calls.size() > first + 1) calls.erase(calls.begin() + static_cast<long>(first), calls.end() - 1);
      chosen.insert(chosen.end(), calls.begin(), calls.end());
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  std::vector<failing_calls_point> points_;
};

/// Lets `step` run with a call failing, or with it and all that follow; then `check` sees what is left.
void with_failures(failing_calls_mode mode, const std::vector<long>& calls, const Step& begin,
                   const Step& step, const Step& check) {
  for (const long call : calls) {
    begin();
    failing_calls_set(mode, call);
    step();
    const std::string name = failing_calls_name();
    failing_calls_set(failing_calls_off, 0);
    INFO("call " << call << ", " << name
                 << (mode == failing_calls_fail ? " fails" : " and all after it fail"));
    check();
  }
}

/// The same with the process ending before a call.
void with_ends(const std::vector<long>& calls, const Step& begin, const Step& step, const Step& check) {
  for (const long call : calls) {
    begin();
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      failing_calls_set(failing_calls_end, call);
      step();
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    INFO("killed at call " << call);
    check();
  }
}

/// After each of these faults `check` sees what is left, and first of all what is left without any.
void with_each_fault(const Step& begin, const Step& step, const Step& check) {
  const FaultPlan plan(begin, step);
  check();
  with_failures(failing_calls_fail, plan.failing(1), begin, step, check);
  with_failures(failing_calls_fail_from, plan.failing(1), begin, step, check);
  with_ends(plan.ending(1), begin, step, check);
}

std::int64_t rows_in(SqliteStore& store) {
  const auto page = store.load_history("x", 0, 1000);
  REQUIRE(page);
  return *page ? static_cast<std::int64_t>((*page)->rows.size()) : 0;
}

std::vector<std::string> kept_aside(const std::string& directory) {
  std::vector<std::string> found;
  for (const auto& entry : files::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.find(".damaged-") != std::string::npos && !name.ends_with("-wal")) found.push_back(entry.path());
  }
  return found;
}

void open_and_close(const std::string& directory) {
  const auto opened = open_store(directory);
  static_cast<void>(opened);
}

}  // namespace

TEST_CASE(
    "whatever fails while a sound database is opened, the next start finds it whole and has nothing to "
    "tell") {
  FaultFixture f;
  with_each_fault([&] { f.begin(); }, [&] { open_and_close(f.state()); },
                  [&] {
                    const auto opened = open_store(f.state());
                    REQUIRE(opened);
                    REQUIRE(opened->notices.empty());
                    REQUIRE(opened->store->list_alerts({}, 0, 10)->alerts.empty());
                    REQUIRE(rows_in(*opened->store) == kUpdates);
                    REQUIRE(kept_aside(f.state()).empty());
                  });
}

TEST_CASE(
    "whatever fails while a damaged database is recovered, nothing is lost that could be saved, and it is "
    "told") {
  FaultFixture f;
  {
    SQLite::Database database(database_path(f.original()), SQLite::OPEN_READWRITE);
    database.exec("DROP TABLE task; DELETE FROM history WHERE key BETWEEN 20 AND 30");
  }
  const std::string damaged = read_file(database_path(f.original()));
  with_each_fault([&] { f.begin(); }, [&] { open_and_close(f.state()); },
                  [&] {
                    const auto opened = open_store(f.state());
                    REQUIRE(opened);
                    REQUIRE_FALSE(opened->store->list_alerts({}, 0, 10)->alerts.empty());
                    const auto aside = kept_aside(f.state());
                    REQUIRE(aside.size() == 1);
                    REQUIRE(read_file(aside[0]) == damaged);
                    // A call that fails once may have hidden rows; they are in what was set aside, and told.
                    const core::Alert alert = opened->store->list_alerts({}, 0, 10)->alerts[0];
                    const bool is_told = alert.message.find("missing") != std::string::npos;
                    REQUIRE((rows_in(*opened->store) == kUpdates || is_told));
                    for (const auto& entry : files::directory_iterator(f.state()))
                      REQUIRE(entry.path().filename().string().find(".restoring-") == std::string::npos);
                  });
}

TEST_CASE(
    "whatever fails while an emptied database is replaced, the backup is there in the end, and it is told") {
  FaultFixture f;
  files::resize_file(database_path(f.original()), 0);
  with_each_fault([&] { f.begin(); }, [&] { open_and_close(f.state()); },
                  [&] {
                    const auto opened = open_store(f.state());
                    REQUIRE(opened);
                    REQUIRE(opened->store->list_alerts({}, 0, 10)->alerts.size() == 1);
                    REQUIRE(rows_in(*opened->store) == 80);
                    REQUIRE(opened->store->load_seed()->keys.history == kUpdates);
                  });
}

TEST_CASE("whatever fails while a backup is taken, those that are listed are good, and the older ones stay") {
  FaultFixture f;
  const auto before = list_backups(backup_directory(f.original())).size();
  std::string outcome;
  with_each_fault([&] { f.begin(); },
                  [&] {
                    const auto taken = take_backup(database_path(f.state()), backup_directory(f.state()),
                                                   "again", kFaultyBackupGoesOn);
                    outcome = taken ? taken.value() : "";
                  },
                  [&] {
                    const auto listed = list_backups(backup_directory(f.state()));
                    REQUIRE(listed.size() >= before);
                    for (const std::string& path : listed) {
                      SQLite::Database backup(path, SQLite::OPEN_READWRITE);
                      REQUIRE(backup.execAndGet("PRAGMA quick_check").getString() == "ok");
                      REQUIRE(backup.execAndGet("SELECT count(*) FROM history").getInt() >= 80);
                    }
                    REQUIRE(find_best_backup(backup_directory(f.state()), kMigrations));
                  });
}
