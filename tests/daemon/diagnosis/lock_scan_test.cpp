#include "daemon/diagnosis/lock_scan.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <limits>
#include <map>
#include <string>

#include "daemon/diagnosis/process_sighting.hpp"
#include "ipc/unique_fd.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"

using namespace governor::daemon;
using governor::tests::ForkedChild;
namespace fs = std::filesystem;

namespace {

/// Nobody's: no system has so many. One that has just ended could be somebody else's soon, where many start.
constexpr pid_t dead_pid() {
  return std::numeric_limits<pid_t>::max() - 1;
}

std::string json_lock(pid_t pid) {
  return R"({"pid": )" + std::to_string(pid) + R"(, "timestamp": 4000000000.5, "agent_id": "ada"})";
}

struct LockPlace {
  governor::TemporaryDirectory directory;
  std::atomic<bool> cancelled{false};
  LockScanLimits limits;
  std::vector<std::string> excluded;

  std::string write(const std::string& name, const std::string& content) const {
    const std::string path = directory.file(name);
    fs::create_directories(fs::path(path).parent_path());
    test::write_file(path, content);
    return path;
  }

  LockReport scan(bool remove = false) const {
    auto report = scan_locks({directory.path(), remove, excluded}, limits, view_of_system(), cancelled);
    REQUIRE(report.ok());
    return *report;
  }

  /// States by name below the directory.
  std::map<std::string, LockState> states(bool remove = false) const {
    std::map<std::string, LockState> found;
    for (const FoundLock& lock : scan(remove).locks) {
      found[lock.path.substr(directory.path().size() + 1)] = lock.verdict.state;
    }
    return found;
  }
};

}  // namespace

TEST_CASE("the locks of a live process are in use, those of a dead one are dead, the rest is unknown") {
  const LockPlace place;
  const ForkedChild owner([] { return ::pause(); });
  place.write("live.lock", std::to_string(owner.pid()));
  place.write("data/locks/live.lock", json_lock(owner.pid()));
  place.write("data/locks/dead.lock", json_lock(dead_pid()));
  place.write(".agent_locks/0a1b2c", std::to_string(dead_pid()));
  place.write(".lock_ada", std::to_string(dead_pid()));
  place.write(".lock_", std::to_string(dead_pid()));
  place.write(".agent_locks/nobody.lock", R"({"agent_id":"ada","filepath":"a.py","locked_at":1764072000.0})");
  place.write("empty.lock", "");
  place.write("Cargo.lock", "4711");
  place.write("notes.txt", std::to_string(dead_pid()));
  const std::map<std::string, LockState> expected = {{"live.lock", LockState::alive},
                                                     {"data/locks/live.lock", LockState::alive},
                                                     {"data/locks/dead.lock", LockState::dead},
                                                     {".agent_locks/0a1b2c", LockState::dead},
                                                     {".lock_ada", LockState::dead},
                                                     {".agent_locks/nobody.lock", LockState::unknown},
                                                     {"empty.lock", LockState::unknown}};
  CHECK(place.states() == expected);
  const auto report = place.scan();
  CHECK(report.incomplete_because.empty());
  CHECK(report.locks.front().verdict.state == LockState::dead);
  CHECK(report.locks.back().verdict.state == LockState::alive);
}

TEST_CASE("looking removes nothing, and removing removes the dead and nothing else") {
  const LockPlace place;
  const ForkedChild owner([] { return ::pause(); });
  const auto live = place.write("live.lock", json_lock(owner.pid()));
  const auto dead = place.write("dead.lock", json_lock(dead_pid()));
  const auto unknown = place.write("unknown.lock", "");
  place.scan();
  CHECK(fs::exists(dead));
  const auto report = place.scan(true);
  CHECK_FALSE(fs::exists(dead));
  CHECK(fs::exists(live));
  CHECK(fs::exists(unknown));
  for (const FoundLock& lock : report.locks) {
    INFO(lock.path);
    CHECK(lock.removed == (lock.path == dead));
    CHECK(lock.kept_because.empty());
  }
  CHECK(report.locks.size() == 3);
}

TEST_CASE("a lock held in the kernel is in use, whoever the file names") {
  const LockPlace place;
  const auto flocked = place.write("flocked.lock", json_lock(dead_pid()));
  const auto record = place.write("record.lock", json_lock(dead_pid()));
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const ForkedChild owner([&] {
    const int one = ::open(flocked.c_str(), O_RDWR);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    const int other = ::open(record.c_str(), O_RDWR);
    if (::flock(one, LOCK_EX) != 0 || ::fcntl(other, F_SETLK, &whole) != 0) return 1;
    if (::write(ready[1], "x", 1) != 1) return 1;
    return ::pause();
  });
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  SystemView without_list = view_of_system();
  without_list.kernel_locks.clear();  // as on a system that has no such list
  for (const SystemView& system : {view_of_system(), without_list}) {
    const auto report = scan_locks({place.directory.path(), true, {}}, {}, system, place.cancelled);
    REQUIRE(report.ok());
    REQUIRE(report->locks.size() == 2);
    for (const FoundLock& lock : report->locks) CHECK(lock.verdict.state == LockState::alive);
  }
  CHECK(fs::exists(flocked));
  CHECK(fs::exists(record));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("looking at a lock that this process holds does not drop it") {
  const LockPlace place;
  const auto path = place.write("ours.lock", std::to_string(::getpid()));
  const governor::ipc::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  REQUIRE(::fcntl(fd.get(), F_SETLK, &whole) == 0);
  const auto states = place.states();
  REQUIRE(states.count("ours.lock") == 1);
  CHECK(states.at("ours.lock") == LockState::alive);
#ifdef __linux__  // elsewhere only the exclusion of governor's own directories protects it
  ForkedChild other([&] {
    const int again = ::open(path.c_str(), O_RDWR);
    return ::fcntl(again, F_SETLK, &whole) == 0 ? 1 : 0;
  });
  CHECK(other.wait() == 0);
#endif
}

TEST_CASE("a pid that is in use again does not make an old lock live") {
  const LockPlace place;
  const auto path = place.write("old.lock", std::to_string(::getpid()));
  CHECK(place.states().at("old.lock") == LockState::alive);
  const timespec long_ago[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), long_ago, 0) == 0);
  CHECK(place.states().at("old.lock") == LockState::dead);
}

TEST_CASE("a directory that is a lock goes with its owner's record, and with nothing else in it") {
  const LockPlace place;
  const ForkedChild owner([] { return ::pause(); });
  const auto dead = place.write("dead.lock.d/pid", std::to_string(dead_pid()));
  place.write("live.lock.d/pid", std::to_string(owner.pid()));
  place.write("full.lock.d/pid", std::to_string(dead_pid()));
  place.write("full.lock.d/thesis.txt", "years of work");
  place.write("two.lock.d/pid", std::to_string(dead_pid()));
  place.write("two.lock.d/owner", std::to_string(dead_pid()));
  place.write("deep.lock.d/more/pid", std::to_string(dead_pid()));
  fs::create_directories(place.directory.file("empty.lock"));
  const std::map<std::string, LockState> expected = {
      {"dead.lock.d", LockState::dead},    {"live.lock.d", LockState::alive},
      {"full.lock.d", LockState::unknown}, {"two.lock.d", LockState::unknown},
      {"deep.lock.d", LockState::unknown}, {"empty.lock", LockState::unknown}};
  CHECK(place.states(true) == expected);
  CHECK_FALSE(fs::exists(fs::path(dead).parent_path()));
  CHECK(fs::exists(place.directory.file("full.lock.d/thesis.txt")));
  CHECK(fs::exists(place.directory.file("empty.lock")));
}

TEST_CASE("symbolic links are never followed") {
  const LockPlace elsewhere;
  const auto outside = elsewhere.write("dead.lock", std::to_string(dead_pid()));
  const auto inside_dir = elsewhere.write("dead.lock.d/pid", std::to_string(dead_pid()));
  const LockPlace place;
  fs::create_symlink(outside, place.directory.file("link.lock"));
  fs::create_symlink(elsewhere.directory.path(), place.directory.file("directory"));
  fs::create_symlink(elsewhere.directory.file("dead.lock.d"), place.directory.file("link.lock.d"));
  fs::create_directory(place.directory.file("inner.lock.d"));
  fs::create_symlink(outside, place.directory.file("inner.lock.d/pid"));
  for (const auto& [name, state] : place.states(true)) {
    INFO(name);
    CHECK(state == LockState::unknown);
  }
  CHECK(fs::exists(outside));
  CHECK(fs::exists(inside_dir));
  CHECK(fs::is_symlink(place.directory.file("link.lock")));
  const auto refused =
      scan_locks({place.directory.file("directory"), true, {}}, {}, view_of_system(), place.cancelled);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().field == "directory");
  CHECK(fs::exists(outside));
}

TEST_CASE("what is no regular file is passed over without waiting for it") {
  const LockPlace place;
  REQUIRE(::mkfifo(place.directory.file("pipe.lock").c_str(), 0600) == 0);
  CHECK(place.states().empty());
}

TEST_CASE("a lock that changes after it was judged stays") {
  const LockPlace place;
  const SystemView system = view_of_system();
  const governor::ipc::UniqueFd directory(::open(place.directory.path().c_str(), O_RDONLY | O_DIRECTORY));
  const auto examined = [&](const std::string& name) {
    auto lock = examine_lock_file(directory.get(), name, system);
    REQUIRE(lock.has_value());
    REQUIRE(judge_lock(lock->evidence, system.host).state == LockState::dead);
    return *lock;
  };
  const auto path = place.write("a.lock", std::to_string(dead_pid()));
  SECTION("written again") {
    const auto lock = examined("a.lock");
    place.write("a.lock", std::to_string(::getpid()) + "\nanother\n");
    CHECK(remove_lock(directory.get(), lock) == "it has changed meanwhile");
    CHECK(fs::exists(path));
  }
  SECTION("replaced by another file") {
    const auto lock = examined("a.lock");
    fs::rename(place.write("b.lock", test::read_file(path)), path);
    CHECK(remove_lock(directory.get(), lock) == "it has changed meanwhile");
    CHECK(fs::exists(path));
  }
  SECTION("locked by somebody") {
    const auto lock = examined("a.lock");
    const governor::ipc::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(::flock(fd.get(), LOCK_SH) == 0);
    CHECK(remove_lock(directory.get(), lock) == "a process has locked it meanwhile");
    CHECK(fs::exists(path));
  }
  SECTION("gone") {
    const auto lock = examined("a.lock");
    fs::remove(path);
    CHECK(remove_lock(directory.get(), lock).has_value());
  }
  SECTION("unchanged") {
    CHECK_FALSE(remove_lock(directory.get(), examined("a.lock")));
    CHECK_FALSE(fs::exists(path));
  }
}

TEST_CASE("a scan has limits and says when it met one") {
  LockPlace place;
  for (int i = 0; i < 20; ++i) place.write("d" + std::to_string(i) + "/x.lock", std::to_string(dead_pid()));
  SECTION("names") {
    place.limits.entries = 10;
    const auto report = place.scan();
    CHECK(report.entries == 10);
    CHECK(report.incomplete_because == "there are over 10 names");
  }
  SECTION("locks") {
    place.limits.locks = 5;
    const auto report = place.scan(true);
    CHECK(report.locks.size() == 5);
    CHECK(report.incomplete_because == "there are over 5 locks");
    place.limits.locks = 200;
    CHECK(place.scan().locks.size() == 15);
  }
  SECTION("depth") {
    place.limits.depth = 0;
    const auto report = place.scan();
    CHECK(report.locks.empty());
    CHECK(report.incomplete_because == "there are directories more than 0 levels down");
  }
  SECTION("time") {
    place.limits.time = std::chrono::milliseconds(0);
    CHECK(place.scan().incomplete_because == "it took over 0 ms");
  }
  SECTION("cancelled") {
    place.cancelled = true;
    CHECK(place.scan().incomplete_because == "it was cancelled");
  }
  SECTION("none met") {
    const auto report = place.scan();
    CHECK(report.incomplete_because.empty());
    CHECK(report.locks.size() == 20);
    CHECK(report.entries == 40);
  }
}

TEST_CASE("governor's own directories are not entered") {
  LockPlace place;
  place.write("state/daemon.lock", std::to_string(dead_pid()));
  place.write("state/exports/x.lock", std::to_string(dead_pid()));
  place.excluded = {place.directory.file("state"), place.directory.file("does-not-exist")};
  CHECK(place.states(true).empty());
  const auto refused = scan_locks({place.directory.file("state"), true, place.excluded}, {}, view_of_system(),
                                  place.cancelled);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == governor::core::ErrorCode::invalid_argument);
}

TEST_CASE("names that are no UTF-8 are shown as such") {
  const LockPlace place;
  place.write("\xff\xfe.lock", std::to_string(dead_pid()));
  const auto report = place.scan(true);
  REQUIRE(report.locks.size() == 1);
  CHECK(report.locks[0].path == place.directory.file("\\xff\\xfe.lock"));
  CHECK(report.locks[0].removed);
}

TEST_CASE("a process is seen running with its start, and gone when it has ended") {
  const auto self = sight_process(::getpid());
  CHECK(self.presence == ProcessSighting::Presence::running);
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t now_us = static_cast<std::int64_t>(now.tv_sec) * 1'000'000;
  CHECK(self.started_us > now_us - 3'600'000'000);
  CHECK(self.started_us < now_us + 2'000'000);
  CHECK(sight_process(dead_pid()).presence == ProcessSighting::Presence::gone);
  CHECK(sight_process(0).presence == ProcessSighting::Presence::unknown);
  CHECK(sight_process(-5).presence == ProcessSighting::Presence::unknown);
  CHECK(sight_process(std::int64_t{1} << 40).presence == ProcessSighting::Presence::unknown);
}

TEST_CASE("a zombie is gone") {
  ForkedChild child([] { return 0; });
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT) == 0);
  CHECK(sight_process(child.pid()).presence == ProcessSighting::Presence::gone);
}
