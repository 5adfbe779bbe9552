#include "daemon/files/protected_patterns.hpp"

#include <filesystem>

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::TemporaryDirectory;

namespace {

bool is_protected(const std::string& pattern, const std::string& home, const std::string& path) {
  const auto protections = read_protections({pattern}, home);
  REQUIRE(protections);
  REQUIRE(protections->size() == 1);
  CHECK(protections->front().configured);
  return protections->front().path.pattern.matches(path);
}

}  // namespace

TEST_CASE("names without a directory are protected wherever they are") {
  CHECK(is_protected(".env", "/home/x", "/p/.env"));
  CHECK(is_protected(".env", "/home/x", "/p/q/.env"));
  CHECK(is_protected("*.pem", "/home/x", "/p/key.pem"));
  CHECK(is_protected("secrets/", "/home/x", "/p/secrets/deep/a"));
  CHECK_FALSE(is_protected(".env", "/home/x", "/p/.env.example"));
}

TEST_CASE("absolute paths and those below the home directory are meant as they stand, links resolved") {
  const TemporaryDirectory directory;
  const std::string root = std::filesystem::canonical(directory.path()).string();
  std::filesystem::create_directories(root + "/real/.ssh");
  std::filesystem::create_directory_symlink("real", root + "/home");
  CHECK(is_protected(root + "/home/.ssh", "/", root + "/real/.ssh/id"));
  CHECK(is_protected("~/.ssh/**", root + "/home", root + "/real/.ssh/id"));
  CHECK_FALSE(is_protected("~/.ssh/**", root + "/home", root + "/other/.ssh/id"));
}

TEST_CASE("a pattern that cannot be one is refused") {
  CHECK_FALSE(read_protections({"/a/*/../b"}, "/"));
  CHECK_FALSE(read_protections({""}, "/"));
}
