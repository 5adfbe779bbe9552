#include "daemon/support/new_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
namespace fs = std::filesystem;

namespace {

NewFile created(const std::string& directory) {
  auto file = NewFile::create(directory);
  INFO((file ? "" : file.error().message));
  REQUIRE(file);
  return std::move(*file);
}

std::size_t entries(const std::string& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

unsigned mode_of(const std::string& path) {
  struct stat info;
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a file appears with its name, whole and for its owner only") {
  TemporaryDirectory parent;
  const std::string directory = parent.file("exports");
  NewFile file = created(directory);
  CHECK(mode_of(directory) == 0700);
  CHECK_FALSE(file.write("ab"));
  CHECK_FALSE(file.write("c"));
  CHECK_FALSE(fs::exists(directory + "/x.json"));
  CHECK_FALSE(file.publish("x.json"));
  CHECK(read_file(directory + "/x.json") == "abc");
  CHECK(mode_of(directory + "/x.json") == 0600);
  CHECK(entries(directory) == 1);
  CHECK(file.bytes() == 3);
  CHECK(file.sha256() == sha256_hex("abc"));
}

TEST_CASE("a name that is taken is refused, whatever holds it, and nothing of it changes") {
  TemporaryDirectory parent;
  const std::string directory = parent.file("exports");
  fs::create_directory(directory);
  write_file(parent.file("target"), "kept");
  write_file(directory + "/file", "old");
  fs::create_symlink(parent.file("target"), directory + "/link");
  fs::create_symlink(parent.file("nowhere"), directory + "/dangling");
  fs::create_directory(directory + "/folder");
  NewFile file = created(directory);
  CHECK_FALSE(file.write("new"));
  for (const char* name : {"file", "link", "dangling", "folder"}) {
    INFO(name);
    CHECK(file.refuse_taken(name));
    const auto refusal = file.publish(name);
    REQUIRE(refusal);
    CHECK(refusal->code == core::ErrorCode::already_exists);
    CHECK(refusal->message.find(name) != std::string::npos);
  }
  CHECK(read_file(directory + "/file") == "old");
  CHECK(read_file(parent.file("target")) == "kept");
  CHECK_FALSE(fs::exists(parent.file("nowhere")));
  CHECK_FALSE(file.refuse_taken("free"));
  CHECK_FALSE(file.publish("free"));
  CHECK(read_file(directory + "/free") == "new");
}

TEST_CASE("what is not published leaves nothing behind, moved or not") {
  TemporaryDirectory parent;
  const std::string directory = parent.file("exports");
  {
    NewFile file = created(directory);
    CHECK_FALSE(file.write("abc"));
    NewFile moved = std::move(file);
    CHECK(entries(directory) == 1);
  }
  CHECK(entries(directory) == 0);
}

TEST_CASE("a directory that is a link or a file is refused") {
  TemporaryDirectory parent;
  fs::create_directory(parent.file("elsewhere"));
  fs::create_symlink(parent.file("elsewhere"), parent.file("link"));
  write_file(parent.file("plain"), "kept");
  for (const char* name : {"link", "plain"}) {
    INFO(name);
    const auto file = NewFile::create(parent.file(name));
    REQUIRE_FALSE(file);
    CHECK(file.error().code == core::ErrorCode::conflict);
  }
  CHECK(entries(parent.file("elsewhere")) == 0);
  CHECK(read_file(parent.file("plain")) == "kept");
}

TEST_CASE("the directory is the one that was opened, though its path is swapped meanwhile") {
  TemporaryDirectory parent;
  const std::string directory = parent.file("exports");
  fs::create_directory(parent.file("elsewhere"));
  NewFile file = created(directory);
  fs::rename(directory, parent.file("renamed"));
  fs::create_symlink(parent.file("elsewhere"), directory);
  CHECK_FALSE(file.write("abc"));
  CHECK_FALSE(file.publish("x"));
  CHECK(entries(parent.file("elsewhere")) == 0);
  CHECK(read_file(parent.file("renamed") + "/x") == "abc");
}

TEST_CASE("what a dead daemon left unfinished is removed, what this one has under way is not") {
  TemporaryDirectory parent;
  const std::string directory = parent.file("exports");
  fs::create_directory(directory);
  write_file(directory + "/.unfinished-1-1", "left");
  write_file(directory + "/finished.json", "kept");
  NewFile first = created(directory);
  CHECK_FALSE(fs::exists(directory + "/.unfinished-1-1"));
  NewFile second = created(directory);
  CHECK_FALSE(first.write("1"));
  CHECK_FALSE(second.write("2"));
  CHECK_FALSE(first.publish("first"));
  CHECK_FALSE(second.publish("second"));
  CHECK(read_file(directory + "/first") == "1");
  CHECK(read_file(directory + "/finished.json") == "kept");
}

TEST_CASE("a directory that cannot be made is an error that names it") {
  TemporaryDirectory parent;
  const auto file = NewFile::create(parent.file("missing/exports"));
  REQUIRE_FALSE(file);
  CHECK(file.error().code == core::ErrorCode::storage_unavailable);
  CHECK(file.error().message.find("missing/exports") != std::string::npos);
}

TEST_CASE("a name keeps what is harmless, never begins with a dot and is bounded") {
  CHECK(file_name_of("Report_1.2-b.json") == "Report_1.2-b.json");
  CHECK(file_name_of("../../etc/passwd") == "-..-etc-passwd");
  CHECK(file_name_of("/etc/passwd") == "-etc-passwd");
  CHECK(file_name_of(".hidden") == "hidden");
  CHECK(file_name_of("a b\nc") == "a-b-c");
  CHECK(file_name_of(std::string_view("a\0b", 3)) == "a-b");
  CHECK(file_name_of("\xC3\xA4\xE2\x82\xAC") == "--");
  CHECK(file_name_of("...") == "");
  CHECK(file_name_of("") == "");
  CHECK(file_name_of(std::string(1000, 'x')).size() == 128);
}
