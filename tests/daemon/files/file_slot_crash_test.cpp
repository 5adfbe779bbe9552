// What other processes see while files are written, and what is there when the writer is killed.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "daemon/files/file_slot.hpp"
#include "daemon/files/leftovers.hpp"
#include "tests/daemon/files/slot_change.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;
using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::daemon::test::read_file;
using governor::daemon::test::replace;
using governor::daemon::test::write_file;

namespace {

constexpr std::uint64_t kCrashSizeLimit = 1 << 24;

bool write(const std::string& path, const std::string& content, const IsKept& is_kept = {}) {
  auto slot = FileSlot::open(path);
  if (!slot) return false;
  remove_leftovers(
      slot->directory_path(), slot->directory(), is_kept ? is_kept : [](const std::string&) { return true; });
  const auto old = slot->read(kCrashSizeLimit);
  return old && !replace(*slot, content, *old);
}

/// All of one letter, and as long as it should be.
bool is_whole(const std::string& content, std::size_t size) {
  return content.size() == size && content.find_first_not_of(content.front()) == std::string::npos;
}

}  // namespace

TEST_CASE("readers see the old content or the new one, whole, and never no file") {
  const TemporaryDirectory directory;
  const std::string path = fs::canonical(directory.path()).string() + "/file";
  constexpr std::size_t kSize = 300'000;
  write_file(path, std::string(kSize, 'a'));
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  std::thread reader([&] {
    while (!done) {
      if (!is_whole(read_file(path), kSize)) ++torn;
    }
  });
  for (int i = 0; i < 40; ++i) CHECK(write(path, std::string(kSize, static_cast<char>('a' + i % 26))));
  done = true;
  reader.join();
  CHECK(torn == 0);
}

TEST_CASE("a writer that is killed leaves a whole file, and the next one cleans up after it") {
  const TemporaryDirectory directory;
  const std::string root = fs::canonical(directory.path()).string();
  constexpr std::size_t kSize = 200'000;
  for (int round = 0; round < 10; ++round) {
    const std::string folder = root + "/" + std::to_string(round);
    fs::create_directory(folder);
    write_file(folder + "/file", std::string(kSize, '0'));
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      for (int i = 1;; ++i) {
        if (!write(folder + "/file", std::string(kSize, static_cast<char>('0' + i % 10)))) ::_exit(1);
        if (i == round + 1 && ::write(ready[1], "x", 1) != 1) ::_exit(1);
      }
    }
    ::close(ready[1]);
    char byte = 0;
    CHECK(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(is_whole(read_file(folder + "/file"), kSize));
    CHECK(write(folder + "/file", std::string(kSize, 'z')));
    for (const auto& entry : fs::directory_iterator(folder)) CHECK(entry.path().filename() == "file");
  }
}

TEST_CASE(
    "temporary files of a process that is gone are removed, those of a living one and others' are not") {
  const TemporaryDirectory directory;
  const std::string root = fs::canonical(directory.path()).string();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  const std::string gone = root + "/.governor-" + std::to_string(child) + "-1.tmp";
  const std::string living = root + "/.governor-" + std::to_string(::getppid()) + "-1.tmp";
  const std::string other = root + "/.governor-notes.tmp";
  // Where pids begin anew with each container, one that is gone may have had this process's.
  const std::string namesake = root + "/.governor-" + std::to_string(::getpid()) + "-1.tmp";
  const std::string perhaps_theirs = root + "/.governor-" + std::to_string(child) + "-2.kept";
  for (const std::string& path : {gone, living, other, namesake, perhaps_theirs}) write_file(path, "x");
  CHECK(write(root + "/file", "x", [](const std::string&) { return false; }));
  CHECK(fs::exists(perhaps_theirs));
  CHECK(write(root + "/file", "y"));
  CHECK_FALSE(fs::exists(perhaps_theirs));
  CHECK_FALSE(fs::exists(gone));
  CHECK(fs::exists(living));
  CHECK(fs::exists(other));
  CHECK_FALSE(fs::exists(namesake));
  SECTION("and later ones once their process is gone") {
    write_file(gone, "x");
    CHECK(write(root + "/file", "y"));
    CHECK_FALSE(fs::exists(gone));
  }
}

TEST_CASE("a link put in and out of the path while files are written never leads outside") {
  const TemporaryDirectory directory;
  const std::string root = fs::canonical(directory.path()).string();
  fs::create_directories(root + "/outside");
  fs::create_directories(root + "/project/src");
  write_file(root + "/outside/a", "secret");
  write_file(root + "/project/src/a", "old");
  std::atomic<bool> done{false};
  std::thread swapper([&] {
    std::error_code ignored;
    while (!done) {
      fs::rename(root + "/project/src", root + "/project/kept", ignored);
      fs::create_directory_symlink("../outside", root + "/project/src", ignored);
      fs::remove(root + "/project/src", ignored);
      fs::rename(root + "/project/kept", root + "/project/src", ignored);
    }
  });
  int written = 0;
  for (int i = 0; i < 300; ++i)
    written += write(root + "/project/src/a", "mine " + std::to_string(i)) ? 1 : 0;
  done = true;
  swapper.join();
  CHECK(read_file(root + "/outside/a") == "secret");
  for (const auto& entry : fs::directory_iterator(root + "/outside")) CHECK(entry.path().filename() == "a");
  if (written == 0) CHECK(read_file(root + "/project/src/a") == "old");
}
