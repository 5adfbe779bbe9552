#include "daemon/files/file_slot.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#ifdef __linux__
#include <sys/xattr.h>
#endif

#include "daemon/support/sha256.hpp"
#include "tests/daemon/files/slot_change.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;
using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::core::ErrorCode;
using governor::daemon::test::read_file;
using governor::daemon::test::remove;
using governor::daemon::test::replace;
using governor::daemon::test::write_file;

namespace {

constexpr std::uint64_t kLimit = 1 << 20;

struct Place {
  [[nodiscard]] std::string file(std::string_view name) const { return root + "/" + std::string(name); }
  /// Names in a directory, in order.
  [[nodiscard]] std::vector<std::string> names(const std::string& below) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(root + "/" + below))
      found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
  }

  TemporaryDirectory directory;
  std::string root = fs::canonical(directory.path()).string();
};

struct stat status_of(const std::string& path) {
  struct stat info {};
  ::lstat(path.c_str(), &info);
  return info;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a file is read with its hash and what it is") {
  Place place;
  write_file(place.file("a"), "hello\n");
  const auto slot = FileSlot::open(place.file("a"));
  REQUIRE(slot);
  const auto content = slot->read(kLimit);
  REQUIRE(content);
  CHECK(content->exists);
  CHECK(content->bytes == "hello\n");
  CHECK(content->sha256 == sha256_hex("hello\n"));
  CHECK(content->identity.inode == status_of(place.file("a")).st_ino);
}

TEST_CASE("who has the last word keeps a file from changing, and nothing lies beside it") {
  Place place;
  write_file(place.file("a"), "old");
  const governor::daemon::LastWord no = [] {
    return governor::core::Error(ErrorCode::storage_unavailable, "its time is over");
  };
  auto slot = FileSlot::open(place.file("a"));
  const auto old = slot->read(kLimit);
  const auto refused =
      slot->replace({"new", governor::daemon::new_temporary_name(), {}, nullptr, no}, *old).failure;
  REQUIRE(refused);
  CHECK(refused->code == ErrorCode::storage_unavailable);
  CHECK(slot->remove(*old, governor::daemon::new_temporary_name(), no).failure);
  auto none = FileSlot::open(place.file("b"));
  CHECK(none->replace({"new", governor::daemon::new_temporary_name(), {}, nullptr, no}, *none->read(kLimit))
            .failure);
  CHECK(read_file(place.file("a")) == "old");
  CHECK(place.names(".") == Names{"a"});
}

TEST_CASE("a write replaces the whole content and leaves nothing beside it") {
  Place place;
  write_file(place.file("a"), std::string(5000, 'x'));
  auto slot = FileSlot::open(place.file("a"));
  const auto old = slot->read(kLimit);
  REQUIRE_FALSE(replace(*slot, "short", *old));
  CHECK(read_file(place.file("a")) == "short");
  CHECK(place.names(".") == Names{"a"});
}

TEST_CASE("an empty file and one with NUL bytes are files like others") {
  Place place;
  const std::string bytes("a\0b\xff", 4);
  auto slot = FileSlot::open(place.file("a"));
  REQUIRE_FALSE(replace(*slot, "", *slot->read(kLimit)));
  CHECK(slot->read(kLimit)->exists);
  REQUIRE_FALSE(replace(*slot, bytes, *slot->read(kLimit)));
  CHECK(read_file(place.file("a")) == bytes);
}

TEST_CASE("mode and owner stay") {
  Place place;
  write_file(place.file("tool"), "old");
  REQUIRE(::chmod(place.file("tool").c_str(), 0751) == 0);
  const bool may_give_away = ::geteuid() == 0;
  if (may_give_away) {
    REQUIRE(::chown(place.file("tool").c_str(), 1234, 4321) == 0);
    REQUIRE(::chmod(place.file("tool").c_str(), 04751) == 0);  // what chown takes away
  }
  const struct stat before = status_of(place.file("tool"));
  auto slot = FileSlot::open(place.file("tool"));
  REQUIRE_FALSE(replace(*slot, "new", *slot->read(kLimit)));
  const struct stat after = status_of(place.file("tool"));
  CHECK(read_file(place.file("tool")) == "new");
  CHECK(after.st_mode == before.st_mode);
  CHECK(after.st_uid == before.st_uid);
  CHECK(after.st_gid == before.st_gid);
}

#ifdef __linux__
TEST_CASE("extended attributes stay") {
  Place place;
  write_file(place.file("a"), "old");
  if (::setxattr(place.file("a").c_str(), "user.note", "mine", 4, 0) != 0)
    return;  // not on every file system
  auto slot = FileSlot::open(place.file("a"));
  REQUIRE_FALSE(replace(*slot, "new", *slot->read(kLimit)));
  std::string value(16, '\0');
  const ssize_t size = ::getxattr(place.file("a").c_str(), "user.note", value.data(), value.size());
  CHECK(size == 4);
  CHECK(value.substr(0, 4) == "mine");
}
#endif

TEST_CASE("a new file gets the rights of its directory, the directories made for it as well") {
  Place place;
  REQUIRE(fs::create_directory(place.file("open")));
  REQUIRE(::chmod(place.file("open").c_str(), 0775) == 0);
  auto slot = FileSlot::open(place.file("open/new/deeper/x"));
  REQUIRE(slot);
  CHECK_FALSE(slot->read(kLimit)->exists);
  REQUIRE_FALSE(replace(*slot, "x", *slot->read(kLimit)));
  CHECK(read_file(place.file("open/new/deeper/x")) == "x");
  CHECK((status_of(place.file("open/new")).st_mode & 0777) == 0775);
  CHECK((status_of(place.file("open/new/deeper")).st_mode & 0777) == 0775);
  CHECK((status_of(place.file("open/new/deeper/x")).st_mode & 0777) == 0664);
}

TEST_CASE("a file that changed since it was read is not overwritten") {
  Place place;
  write_file(place.file("a"), "one");
  auto slot = FileSlot::open(place.file("a"));
  auto old = slot->read(kLimit);
  std::string now;
  SECTION("in place") {
    write_file(place.file("a"), now = "two");
  }
  SECTION("by a rename") {
    write_file(place.file("b"), now = "one");
    fs::rename(place.file("b"), place.file("a"));
  }
  SECTION("and much longer") {
    write_file(place.file("a"), now = std::string(100000, 'z'));
  }
  const auto error = replace(*slot, "mine", *old);
  REQUIRE(error);
  CHECK(error->code == ErrorCode::conflict);
  CHECK(read_file(place.file("a")) == now);
  CHECK(place.names(".") == Names{"a"});
}

TEST_CASE("a file that came into being meanwhile is not overwritten, one that is gone not made again") {
  Place place;
  auto slot = FileSlot::open(place.file("a"));
  const auto nothing = slot->read(kLimit);
  write_file(place.file("a"), "theirs");
  CHECK(replace(*slot, "mine", *nothing)->code == ErrorCode::conflict);
  CHECK(read_file(place.file("a")) == "theirs");
  const auto theirs = slot->read(kLimit);
  fs::remove(place.file("a"));
  CHECK(replace(*slot, "mine", *theirs)->code == ErrorCode::conflict);
  CHECK(place.names(".").empty());
}

TEST_CASE("nothing is read or written through a symbolic link at any place of the path") {
  Place place;
  fs::create_directories(place.file("outside/deep"));
  write_file(place.file("outside/deep/a"), "secret");
  fs::create_directories(place.file("project"));
  SECTION("the file") {
    fs::create_symlink("../outside/deep/a", place.file("project/a"));
    auto slot = FileSlot::open(place.file("project/a"));
    REQUIRE(slot);
    CHECK_FALSE(slot->read(kLimit));
    CHECK(replace(*slot, "mine", FileContent{}));
    CHECK(fs::is_symlink(place.file("project/a")));
  }
  SECTION("its directory") {
    fs::create_symlink("../outside/deep", place.file("project/deep"));
    CHECK_FALSE(FileSlot::open(place.file("project/deep/a")));
    CHECK_FALSE(FileSlot::open(place.file("project/deep/new")));
  }
  SECTION("a directory further up") {
    fs::create_symlink("outside", place.file("other"));
    CHECK_FALSE(FileSlot::open(place.file("other/deep/a")));
    CHECK_FALSE(FileSlot::open(place.file("other/deep/deeper/new")));
  }
  CHECK(read_file(place.file("outside/deep/a")) == "secret");
  CHECK(place.names("outside/deep") == Names{"a"});
}

TEST_CASE("a link that takes the place of something between reading and writing leads nowhere") {
  Place place;
  fs::create_directories(place.file("outside"));
  fs::create_directories(place.file("project/src"));
  write_file(place.file("outside/a"), "secret");
  write_file(place.file("project/src/a"), "old");
  auto slot = FileSlot::open(place.file("project/src/a"));
  const auto old = slot->read(kLimit);
  SECTION("of the file") {
    fs::remove(place.file("project/src/a"));
    fs::create_symlink("../../outside/a", place.file("project/src/a"));
  }
  SECTION("of its directory") {
    fs::rename(place.file("project/src"), place.file("project/moved"));
    fs::create_directory_symlink("../outside", place.file("project/src"));
  }
  SECTION("of a directory further up") {
    fs::rename(place.file("project"), place.file("moved"));
    fs::create_directories(place.file("outside/src"));
    fs::create_directory_symlink("outside", place.file("project"));
  }
  const auto error = replace(*slot, "mine", *old);
  REQUIRE(error);
  CHECK(error->code == ErrorCode::conflict);
  CHECK(read_file(place.file("outside/a")) == "secret");
  for (const auto& entry : fs::recursive_directory_iterator(place.root)) {
    CAPTURE(entry.path());
    if (entry.is_regular_file() && !entry.is_symlink()) CHECK(read_file(entry.path()) != "mine");
    CHECK(entry.path().filename().string().find(".governor-") == std::string::npos);
  }
}

TEST_CASE("a directory that was moved or removed meanwhile gets no file") {
  Place place;
  fs::create_directories(place.file("src"));
  write_file(place.file("src/a"), "old");
  auto slot = FileSlot::open(place.file("src/a"));
  const auto old = slot->read(kLimit);
  SECTION("moved away") {
    fs::rename(place.file("src"), place.file("moved"));
  }
  SECTION("moved away, and another one in its place") {
    fs::rename(place.file("src"), place.file("moved"));
    fs::create_directories(place.file("src"));
    write_file(place.file("src/a"), "old");
  }
  SECTION("removed") {
    fs::remove_all(place.file("src"));
  }
  REQUIRE(replace(*slot, "mine", *old));
  if (fs::exists(place.file("moved"))) CHECK(read_file(place.file("moved/a")) == "old");
  if (fs::exists(place.file("src"))) CHECK(read_file(place.file("src/a")) == "old");
}

TEST_CASE("a file nobody may write to is left alone") {
  Place place;
  write_file(place.file("a"), "old");
  REQUIRE(::chmod(place.file("a").c_str(), 0444) == 0);
  auto slot = FileSlot::open(place.file("a"));
  const auto error = replace(*slot, "new", *slot->read(kLimit));
  REQUIRE(error);
  CHECK(error->code == ErrorCode::conflict);
  CHECK(read_file(place.file("a")) == "old");
}

TEST_CASE("what is no regular file, or too large, is refused") {
  Place place;
  fs::create_directory(place.file("directory"));
  REQUIRE(::mkfifo(place.file("pipe").c_str(), 0600) == 0);
  write_file(place.file("large"), std::string(2000, 'x'));
  CHECK_FALSE(FileSlot::open(place.file("directory"))->read(kLimit));
  CHECK_FALSE(FileSlot::open(place.file("pipe"))->read(kLimit));
  const auto large = FileSlot::open(place.file("large"))->read(1999);
  REQUIRE_FALSE(large);
  CHECK(large.error().code == ErrorCode::limit_exceeded);
  CHECK(FileSlot::open(place.file("large"))->read(2000));
}

TEST_CASE("another name of the file keeps what it had") {
  Place place;
  write_file(place.file("a"), "old");
  fs::create_hard_link(place.file("a"), place.file("elsewhere"));
  auto slot = FileSlot::open(place.file("a"));
  REQUIRE_FALSE(replace(*slot, "new", *slot->read(kLimit)));
  CHECK(read_file(place.file("a")) == "new");
  CHECK(read_file(place.file("elsewhere")) == "old");
}

TEST_CASE("a file is removed only as it was read") {
  Place place;
  write_file(place.file("a"), "old");
  auto slot = FileSlot::open(place.file("a"));
  const auto old = slot->read(kLimit);
  write_file(place.file("a"), "newer");
  REQUIRE(remove(*slot, *old));
  CHECK(read_file(place.file("a")) == "newer");
  REQUIRE_FALSE(remove(*slot, *slot->read(kLimit)));
  CHECK_FALSE(fs::exists(place.file("a")));
}
