// What is written to a file that has lost its name.
#include "daemon/files/displaced_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/files/file_slot.hpp"
#include "daemon/support/sha256.hpp"
#include "tests/daemon/files/slot_change.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::daemon::test::write_file;

namespace {

constexpr std::uint64_t kLargest = 1 << 20;

/// A file that a program has open when governor replaces it.
struct Replaced {
  Replaced() {
    write_file(path, "one\n");
    writer = ipc::UniqueFd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  }
  void replace() {
    auto slot = FileSlot::open(path);
    REQUIRE(slot);
    const auto old = slot->read(kLargest);
    REQUIRE(old);
    REQUIRE_FALSE(governor::daemon::test::replace(*slot, "governor's\n", *old));
    displaced.keep(slot->take_displaced(), path, *old);
  }
  void write_late(const std::string& text) const {
    REQUIRE(::write(writer.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  std::vector<DisplacedFiles::LateWrite> look() { return displaced.look(backups, kLargest); }

  TemporaryDirectory directory;
  std::string root = std::filesystem::canonical(directory.path()).string();
  std::string path = root + "/file";
  BackupStore backups{root + "/backups"};
  DisplacedFiles displaced;
  ipc::UniqueFd writer;
};

}  // namespace

TEST_CASE("what a program writes to a file that was replaced under it is found and kept") {
  Replaced f;
  f.replace();
  CHECK(f.look().empty());
  f.write_late("two\n");
  const auto late = f.look();
  REQUIRE(late.size() == 1);
  CHECK(late[0].path == f.path);
  CHECK(late[0].state.sha256 == sha256_hex("one\ntwo\n"));
  CHECK(late[0].state.lines == 2);
  CHECK(*f.backups.get(late[0].state.sha256) == "one\ntwo\n");
  CHECK(f.look().empty());
  f.write_late("three\n");
  CHECK(f.look().size() == 1);
}

TEST_CASE("a write just before the writer closed the file is found, and then it is let go") {
  Replaced f;
  f.replace();
  f.write_late("two\n");
  f.writer = ipc::UniqueFd();
  CHECK(f.look().size() == 1);
  CHECK(f.displaced.empty());
}

TEST_CASE("a file that nobody has open is let go at the first look") {
  Replaced f;
  f.writer = ipc::UniqueFd();
  f.replace();
  CHECK_FALSE(f.displaced.empty());
  CHECK(f.look().empty());
  CHECK(f.displaced.empty());
}

TEST_CASE("what is removed is looked at as well") {
  Replaced f;
  auto slot = FileSlot::open(f.path);
  const auto old = slot->read(kLargest);
  REQUIRE_FALSE(governor::daemon::test::remove(*slot, *old));
  f.displaced.keep(slot->take_displaced(), f.path, *old);
  f.write_late("two\n");
  CHECK(f.look().size() == 1);
}
