// A file is written while every system call in turn fails, is where somebody else writes, or is the last one
// before the process is killed: nobody's change is lost without a word.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/files/file_writer.hpp"
#include "daemon/files/interrupted_write.hpp"
#include "daemon/support/sha256.hpp"
#include "tests/daemon/files/faulty_calls.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;
using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::core::OpenWrite;
using governor::daemon::test::FaultyCalls;
using governor::daemon::test::read_file;
using governor::daemon::test::write_file;

namespace {

const std::string kOld = "old\n";
const std::string kNew = "new\n";
const std::string kTheirs = "somebody else's\n";

/// Of two calls that are chosen each in turn, one goes on in steps: each run waits for the disk.
constexpr int kStride = 5;

enum class Change { overwrite, create, remove };
enum class Theirs { in_place, replacing };

std::optional<std::string> content_of(const std::string& path) {
  if (!fs::exists(path)) return std::nullopt;
  return read_file(path);
}

/// A project with one file, and backups elsewhere.
class Place {
 public:
  explicit Place(Change change) : change_(change) {
    fs::create_directory(root_ + "/project");
    if (change != Change::create) write_file(path(), kOld);
  }

  [[nodiscard]] std::string path() const { return root_ + "/project/a"; }
  [[nodiscard]] FileServices& files() { return services_; }
  [[nodiscard]] std::optional<std::string> before() const {
    return change_ == Change::create ? std::nullopt : std::optional(kOld);
  }
  [[nodiscard]] std::optional<std::string> after() const {
    return change_ == Change::remove ? std::nullopt : std::optional(kNew);
  }
  [[nodiscard]] WriteOrder order() const {
    WriteOrder order;
    order.path = path();
    order.content = after();
    order.expected_sha256 = change_ == Change::create ? "" : sha256_hex(kOld);
    return order;
  }

  /// As an editor does.
  void write_theirs(Theirs how) const {
    const bool in_place = how == Theirs::in_place;
    const std::string target = in_place ? path() : root_ + "/theirs";
    const int flags = O_WRONLY | O_TRUNC | (in_place && change_ != Change::create ? 0 : O_CREAT);
    const int fd = ::open(target.c_str(), flags, 0644);
    if (fd < 0) return;  // the file is gone already, and an editor would say so
    const bool written = ::write(fd, kTheirs.data(), kTheirs.size()) == static_cast<ssize_t>(kTheirs.size());
    ::close(fd);
    if (written && !in_place) ::rename(target.c_str(), path().c_str());
  }

  /// Whether what somebody else wrote can be found again.
  [[nodiscard]] bool has_theirs() const {
    if (services_.backups().has(sha256_hex(kTheirs))) return true;
    for (const auto& entry : fs::directory_iterator(root_ + "/project")) {
      if (entry.is_regular_file() && read_file(entry.path()) == kTheirs) return true;
    }
    return false;
  }
  [[nodiscard]] bool has_temporaries() const {
    for (const auto& entry : fs::directory_iterator(root_ + "/project")) {
      if (entry.path().filename() != "a") return true;
    }
    return false;
  }

 private:
  Change change_;
  TemporaryDirectory directory_;
  std::string root_ = fs::canonical(directory_.path()).string();
  mutable FileServices services_{root_ + "/backups", FileSettings{}};
};

/// Whether `run(n)` has had an n-th call to do something at.
template <class Run>
int for_each_call(Run run) {
  int n = 1;
  while (run(n)) ++n;
  return n - 1;
}

}  // namespace

TEST_CASE("every call that fails leaves the old content or the new one, and what is said of it is true") {
  for (const Change change : {Change::overwrite, Change::create, Change::remove}) {
    for (const int cause : {EIO, ENOSPC, EACCES}) {
      for (const bool for_good : {false, true}) {
        const int calls = for_each_call([&](int n) {
          Place place(change);
          WriteReport report;
          int count = 0;
          {
            FaultyCalls faults([&](int number, std::string_view) {
              return number == n || (for_good && number > n) ? cause : 0;
            });
            report = carry_out(place.order(), place.files());
            count = faults.count();
          }
          CAPTURE(static_cast<int>(change), cause, for_good, n);
          const auto now = content_of(place.path());
          CHECK((now == place.before() || now == place.after()));
          if (!report.failure) CHECK(now == place.after());
          if (report.failure && !for_good) CHECK(now == place.before());
          CHECK_FALSE(report.displaced);
          // What the same order finds and does afterwards.
          CHECK_FALSE(carry_out(place.order(), place.files()).failure);
          CHECK(content_of(place.path()) == place.after());
          return count >= n;
        });
        CHECK(calls > 20);
      }
    }
  }
}

TEST_CASE("whoever writes between any two calls finds it again, also if everything fails from some call on") {
  for (const Change change : {Change::overwrite, Change::create, Change::remove}) {
    for (const Theirs how : {Theirs::in_place, Theirs::replacing}) {
      int runs = 0;
      for_each_call([&](int theirs_at) {
        bool reached = false;
        for_each_call([&](int step) {
          const int fails_after = 1 + theirs_at % kStride + (step - 1) * kStride;
          Place place(change);
          WriteReport report;
          int count = 0;
          {
            FaultyCalls faults([&](int number, std::string_view) {
              if (number == theirs_at) place.write_theirs(how);
              return number >= theirs_at + fails_after ? EIO : 0;
            });
            report = carry_out(place.order(), place.files());
            count = faults.count();
          }
          reached = reached || count >= theirs_at;
          ++runs;
          CAPTURE(static_cast<int>(change), static_cast<int>(how), theirs_at, fails_after);
          // In place, where there is nothing any more, nothing was written.
          const bool wrote = count >= theirs_at && !(how == Theirs::in_place && change == Change::remove);
          if (wrote) CHECK(place.has_theirs());
          if (report.displaced) CHECK(report.displaced->sha256 == sha256_hex(kTheirs));
          if (!report.failure && !report.displaced && report.left_at.empty() && count < theirs_at)
            CHECK(content_of(place.path()) == place.after());
          return count >= theirs_at + fails_after;
        });
        return reached;
      });
      CHECK(runs > 40);
    }
  }
}

TEST_CASE(
    "killed at any call, with somebody writing at any call before: all is found by whoever comes next") {
  for (const Change change : {Change::overwrite, Change::create, Change::remove}) {
    for (const bool somebody_writes : {false, true}) {
      for_each_call([&](int killed_at) {
        bool was_killed = false;
        for (int theirs_at = somebody_writes ? 1 + killed_at % kStride : 0;
             theirs_at <= (somebody_writes ? killed_at : 0); theirs_at += kStride) {
          Place place(change);
          FileWriter writer(place.order());
          REQUIRE(writer.prepare(place.files()));
          const pid_t child = ::fork();
          REQUIRE(child >= 0);
          if (child == 0) {
            FaultyCalls faults([&](int number, std::string_view) {
              if (number == theirs_at) place.write_theirs(Theirs::replacing);
              if (number == killed_at) ::kill(::getpid(), SIGKILL);
              return 0;
            });
            writer.write(place.files());
            ::_exit(0);
          }
          int status = 0;
          REQUIRE(::waitpid(child, &status, 0) == child);
          was_killed = WIFSIGNALED(status);
          CAPTURE(static_cast<int>(change), somebody_writes, killed_at, theirs_at);
          OpenWrite open;
          open.write.path = place.path();
          open.write.before = writer.report().before;
          open.write.after = writer.report().after;
          open.temporary = writer.temporary().stem;
          const InterruptedWrite found = look_at_interrupted(open, place.files());
          const auto now = content_of(place.path());
          CHECK(found.now.sha256 == (now ? sha256_hex(*now) : ""));
          CHECK_FALSE(place.has_temporaries());
          CHECK(found.left_at.empty());
          if (theirs_at == 0) {
            CHECK((now == place.before() || now == place.after()));
            CHECK_FALSE(found.displaced);
          } else if (was_killed) {
            CHECK(place.has_theirs());
            if (now != kTheirs) CHECK(found.displaced);
          }
        }
        return was_killed;
      });
    }
  }
}
