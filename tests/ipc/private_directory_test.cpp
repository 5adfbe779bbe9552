#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "ipc/paths.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;
using governor::TemporaryDirectory;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat info;
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

Error refusal(const std::string& path, uid_t owner = ::geteuid()) {
  const auto outcome = ensure_private_directory(path, owner);
  REQUIRE_FALSE(outcome);
  return outcome.error();
}

bool says(const Error& error, std::string_view text) {
  return error.message.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a missing directory is made private, with its parents, whatever the umask") {
  const TemporaryDirectory base;
  const mode_t before = ::umask(0);
  const auto made = ensure_private_directory(base / "a/b/c");
  ::umask(before);
  REQUIRE(made);
  for (const char* part : {"a", "a/b", "a/b/c"}) CHECK(mode_of(base / part) == 0700U);
  CHECK(ensure_private_directory(base / "a/b/c"));
}

TEST_CASE("a symlink is refused with its remedy, even to a private directory") {
  const TemporaryDirectory base;
  REQUIRE(ensure_private_directory(base / "real"));
  REQUIRE(::symlink((base / "real").c_str(), (base / "link").c_str()) == 0);
  const Error error = refusal(base / "link");
  CHECK(error.code == Errc::insecure_directory);
  CHECK(says(error, "symbolic link"));
  CHECK(says(error, "remove the link"));
  REQUIRE(::symlink((base / "nowhere").c_str(), (base / "dangling").c_str()) == 0);
  CHECK(refusal(base / "dangling").code == Errc::insecure_directory);
}

TEST_CASE("root makes nothing in the home of a user, who could not use it any more") {
  if (::geteuid() != 0) return;  // only root can give a directory away
  const TemporaryDirectory home;
  REQUIRE(::chown(home.path().c_str(), 12345, 12345) == 0);
  const Error error = refusal(home / ".local/state/governor");
  CHECK(error.code == Errc::insecure_directory);
  CHECK(says(error, "12345"));
  CHECK(::access((home / ".local").c_str(), F_OK) != 0);
}

TEST_CASE("a directory of another owner is refused and the owner told") {
  const TemporaryDirectory base;
  REQUIRE(ensure_private_directory(base / "d"));
  const Error error = refusal(base / "d", ::geteuid() + 1);
  CHECK(error.code == Errc::insecure_directory);
  CHECK(says(error, "belongs to uid " + std::to_string(::geteuid())));
  CHECK(says(error, "GOVERNOR_RUNTIME_DIR"));
}

TEST_CASE("a directory open to others is refused with the chmod that helps") {
  const TemporaryDirectory base;
  REQUIRE(ensure_private_directory(base / "d"));
  for (const mode_t mode : {0770U, 0701U, 0777U, 0740U}) {
    REQUIRE(::chmod((base / "d").c_str(), mode) == 0);
    const Error error = refusal(base / "d");
    CHECK(error.code == Errc::insecure_directory);
    CHECK(says(error, "chmod 700 " + (base / "d")));
    CHECK(mode_of(base / "d") == mode);
  }
}

TEST_CASE("what is no directory is refused") {
  const TemporaryDirectory base;
  std::ofstream(base / "file") << "x";
  CHECK(refusal(base / "file").code == Errc::insecure_directory);
  CHECK(refusal(base / "file/below").system_errno != 0);
  CHECK(refusal("relative").code == Errc::invalid_path);
}

TEST_CASE("the directory of a hashed socket is checked as well") {
  const TemporaryDirectory base;
  Paths paths;
  paths.runtime_dir = base / "runtime";
  paths.socket_dir = base / "socket";
  REQUIRE(ensure_runtime_directories(paths));
  REQUIRE(::chmod(paths.socket_dir.c_str(), 0755) == 0);
  CHECK_FALSE(ensure_runtime_directories(paths));
}
