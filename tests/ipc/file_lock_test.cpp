#include "ipc/file_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>

#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;
using governor::TemporaryDirectory;
using governor::tests::ForkedChild;
using std::chrono::milliseconds;

namespace {

bool can_lock(const std::string& path) {
  auto lock = FileLock::try_acquire(path);
  return lock && lock->has_value();
}

bool another_process_can_lock(const std::string& path) {
  return ForkedChild([&] { return can_lock(path) ? 0 : 1; }).wait() == 0;
}

}  // namespace

TEST_CASE("a held lock keeps every other process out until it is released") {
  const TemporaryDirectory base;
  const std::string path = base / "a.lock";
  {
    auto lock = FileLock::try_acquire(path).value();
    REQUIRE(lock);
    CHECK_FALSE(another_process_can_lock(path));
    const FileLock moved = std::move(*lock);
    CHECK_FALSE(another_process_can_lock(path));
    CHECK(moved.still_at_path());
  }
  CHECK(another_process_can_lock(path));
  CHECK(::access(path.c_str(), F_OK) == 0);
}

TEST_CASE("a second attempt of the same process is refused and does not drop the lock") {
  const TemporaryDirectory base;
  const std::string path = base / "a.lock";
  auto lock = FileLock::try_acquire(path).value();
  REQUIRE(lock);
  CHECK_FALSE(can_lock(path));
  CHECK_FALSE(another_process_can_lock(path));
  lock.reset();
  CHECK(can_lock(path));
}

TEST_CASE("a forked child does not hold its parent's lock") {
  const TemporaryDirectory base;
  const std::string path = base / "a.lock";
  auto lock = std::make_unique<FileLock>(std::move(*FileLock::try_acquire(path).value()));
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  ForkedChild child([&] {
    char byte;
    ::close(ready[1]);
    return ::read(ready[0], &byte, 1) == 0 ? 0 : 1;
  });
  lock.reset();
  CHECK(another_process_can_lock(path));
  ::close(ready[1]);
  CHECK(child.wait() == 0);
  ::close(ready[0]);
}

TEST_CASE("the death of the holder releases the lock, however it dies") {
  const TemporaryDirectory base;
  const std::string path = base / "a.lock";
  int held[2];
  REQUIRE(::pipe(held) == 0);
  ForkedChild holder([&] {
    const auto lock = FileLock::try_acquire(path);
    static_cast<void>(!::write(held[1], "x", 1));
    ::pause();
    return 0;
  });
  char byte;
  REQUIRE(::read(held[0], &byte, 1) == 1);
  CHECK_FALSE(can_lock(path));
  ::kill(holder.pid(), SIGKILL);
  CHECK(holder.wait() == 128 + SIGKILL);
  CHECK(can_lock(path));
  ::close(held[0]);
  ::close(held[1]);
}

TEST_CASE("a lock file that was replaced is noticed") {
  const TemporaryDirectory base;
  const std::string path = base / "a.lock";
  const auto lock = FileLock::try_acquire(path).value();
  REQUIRE(lock);
  CHECK(lock->still_at_path());
  REQUIRE(::rename(path.c_str(), (base / "moved").c_str()) == 0);
  CHECK_FALSE(lock->still_at_path());
  const int other = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(other >= 0);
  CHECK_FALSE(lock->still_at_path());
  ::close(other);
}

TEST_CASE("waiting for a lock ends with its deadline or an interrupt") {
  const TemporaryDirectory base;
  const std::string path = base / "a.lock";
  const auto lock = FileLock::try_acquire(path).value();
  REQUIRE(lock);
  const auto late = FileLock::acquire(path, Deadline::after(milliseconds(30)));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::deadline_exceeded);
  CHECK(late.error().message.find(path) != std::string::npos);

  int wake[2];
  REQUIRE(::pipe(wake) == 0);
  REQUIRE(::write(wake[1], "x", 1) == 1);
  const auto stopped = FileLock::acquire(path, Deadline::after(milliseconds(5000)), std::span(wake, 1));
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == Errc::interrupted);
  ::close(wake[0]);
  ::close(wake[1]);
}

TEST_CASE("a lock file that is a symlink, or in a missing directory, is an error") {
  const TemporaryDirectory base;
  REQUIRE(::symlink((base / "target").c_str(), (base / "link").c_str()) == 0);
  CHECK_FALSE(FileLock::try_acquire(base / "link"));
  CHECK(FileLock::try_acquire(base / "no/a.lock").error().code == Errc::not_found);
}
