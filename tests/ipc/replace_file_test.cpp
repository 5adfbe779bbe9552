#include "ipc/replace_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ipc {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

std::size_t files_in(const TemporaryDirectory& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory.path()), {}));
}

}  // namespace

TEST_CASE("a file is replaced as a whole, with its mode, and nothing is left beside it") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("f");
  REQUIRE(replace_file(path, "a much longer text").has_value());
  CHECK(mode_of(path) == 0600);
  REQUIRE(replace_file(path, "new\n", 0644, Durability::content).has_value());
  CHECK(content_of(path) == "new\n");
  CHECK(mode_of(path) == 0644);
  CHECK(files_in(directory) == 1);
}

TEST_CASE("a link is replaced, and what it leads to stays as it is") {
  const TemporaryDirectory directory;
  REQUIRE(replace_file(directory.file("other"), "theirs").has_value());
  REQUIRE(::symlink(directory.file("other").c_str(), directory.file("f").c_str()) == 0);
  REQUIRE(replace_file(directory.file("f"), "ours").has_value());
  CHECK(std::filesystem::symlink_status(directory.file("f")).type() == std::filesystem::file_type::regular);
  CHECK(content_of(directory.file("other")) == "theirs");
}

TEST_CASE("what cannot be replaced is said, and nothing is left beside it") {
  const TemporaryDirectory directory;
  const auto nowhere = replace_file(directory.file("none/f"), "x");
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().code == Errc::not_found);
  std::filesystem::create_directory(directory.file("taken"));
  const auto taken = replace_file(directory.file("taken"), "x");
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().message.find("cannot write " + directory.file("taken")) == 0);
  CHECK(files_in(directory) == 1);
}

}  // namespace governor::ipc
