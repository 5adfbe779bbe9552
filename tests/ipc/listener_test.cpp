#include "ipc/listener.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>

#include "ipc/connect.hpp"
#include "ipc/peer_credentials.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;
using governor::TemporaryDirectory;
using governor::tests::ForkedChild;
using std::chrono::milliseconds;

namespace {

FileLock lock_in(const TemporaryDirectory& base) {
  return std::move(*FileLock::try_acquire(base / "daemon.lock").value());
}

ino_t inode_of(const std::string& path) {
  struct stat info;
  return ::lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

}  // namespace

TEST_CASE("the holder of the lock replaces a socket that a dead daemon left") {
  const TemporaryDirectory base;
  const FileLock lock = lock_in(base);
  { REQUIRE(bind_listener(lock, base / "s", 8)); }
  const ino_t left = inode_of(base / "s");
  REQUIRE(left != 0);
  CHECK(connect_to(base / "s", Deadline::after(milliseconds(100))).error().code == Errc::no_daemon);
  const auto listener = bind_listener(lock, base / "s", 8);
  REQUIRE(listener);
  CHECK(connect_to(base / "s", Deadline::after(milliseconds(20000))));
}

TEST_CASE("a listening socket is private, close-on-exec and does not block") {
  const TemporaryDirectory base;
  const FileLock lock = lock_in(base);
  const auto listener = bind_listener(lock, base / "s", 8);
  REQUIRE(listener);
  struct stat info;
  REQUIRE(::lstat((base / "s").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  CHECK((::fcntl(listener->get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(listener->get(), F_GETFL) & O_NONBLOCK) != 0);
}

TEST_CASE("who lost the lock file removes nothing") {
  const TemporaryDirectory base;
  const FileLock lock = lock_in(base);
  const auto listener = bind_listener(lock, base / "s", 8);
  REQUIRE(listener);
  const ino_t before = inode_of(base / "s");
  REQUIRE(::rename((base / "daemon.lock").c_str(), (base / "moved").c_str()) == 0);
  const auto second = bind_listener(lock, base / "s", 8);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::lock_lost);
  CHECK(inode_of(base / "s") == before);
}

TEST_CASE("what is no socket is not removed") {
  const TemporaryDirectory base;
  const FileLock lock = lock_in(base);
  std::ofstream(base / "s") << "precious";
  const auto listener = bind_listener(lock, base / "s", 8);
  REQUIRE_FALSE(listener);
  CHECK(listener.error().message.find("not a socket") != std::string::npos);
  CHECK(inode_of(base / "s") != 0);
}

TEST_CASE("a path that does not fit is refused") {
  const TemporaryDirectory base;
  const auto listener = bind_listener(lock_in(base), base / std::string(120, 'x'), 8);
  REQUIRE_FALSE(listener);
  CHECK(listener.error().code == Errc::invalid_path);
}

TEST_CASE("the kernel tells who is connected") {
  int pair[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  const auto peer = peer_credentials(pair[0]);
  REQUIRE(peer);
  CHECK(peer->uid == ::geteuid());
  CHECK(peer->pid == ::getpid());
  ::close(pair[0]);
  ::close(pair[1]);
  CHECK_FALSE(peer_credentials(-1));
}

#ifndef __APPLE__
namespace {

/// In a child, as systemd would start it: descriptor 3 and the two variables. 0 if it is taken for activated.
int activation_status(int fd, bool for_this_process) {
  return ForkedChild([&] {
           if (::dup2(fd, 3) < 0) return 9;
           ::setenv("LISTEN_PID", std::to_string(::getpid() + (for_this_process ? 0 : 1)).c_str(), 1);
           ::setenv("LISTEN_FDS", "1", 1);
           const auto activated = activated_listener();
           if (!activated) return 1;
           return ::getenv("LISTEN_FDS") || (::fcntl(3, F_GETFD) & FD_CLOEXEC) == 0 ? 2 : 0;
         })
      .wait();
}

}  // namespace

TEST_CASE("a socket is taken over from systemd only with a matching pid") {
  const TemporaryDirectory base;
  const auto listener = bind_listener(lock_in(base), base / "s", 8);
  REQUIRE(listener);
  CHECK(activation_status(listener->get(), true) == 0);
  CHECK(activation_status(listener->get(), false) == 1);
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  CHECK(activation_status(pipe_ends[0], true) == 1);
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
  CHECK_FALSE(activated_listener());
}
#endif
