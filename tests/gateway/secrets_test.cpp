#include "gateway/rules/secrets.hpp"

#include <sys/stat.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::gateway;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

unsigned mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0U;
}

}  // namespace

TEST_CASE("secrets fit URLs and differ") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string secret = new_secret();
    CHECK(secret.size() == 43);
    CHECK(secret.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    seen.insert(secret);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("a secret is equal to itself alone, and nothing is equal to none") {
  CHECK(is_same_secret("abc", "abc"));
  CHECK_FALSE(is_same_secret("abd", "abc"));
  CHECK_FALSE(is_same_secret("ab", "abc"));
  CHECK_FALSE(is_same_secret("abcd", "abc"));
  CHECK_FALSE(is_same_secret("", ""));
}

TEST_CASE("a secret is kept for its owner alone, and one that others could have read is replaced") {
  const governor::TemporaryDirectory directory;
  const std::string path = std::string(directory.path()) + "/token";
  const std::string first = keep_secret(path).value();
  CHECK(mode_of(path) == 0600);
  CHECK(content_of(path) == first + "\n");
  CHECK(keep_secret(path).value() == first);
  ::chmod(path.c_str(), 0644);
  const std::string second = keep_secret(path).value();
  CHECK(second != first);
  CHECK(mode_of(path) == 0600);
  std::ofstream(path) << "short\n";
  CHECK(keep_secret(path).value() != second);
}

TEST_CASE("the secret for logging in opens once, and then another one stands in the file") {
  const governor::TemporaryDirectory directory;
  const std::string path = std::string(directory.path()) + "/login";
  auto login = OneTimeSecret::make(path);
  REQUIRE(login.has_value());
  std::string first = content_of(path);
  first.pop_back();
  CHECK(mode_of(path) == 0600);
  CHECK_FALSE(login->use("x"));
  CHECK(content_of(path) == first + "\n");
  CHECK(login->use(first));
  CHECK_FALSE(login->use(first));
  std::string second = content_of(path);
  second.pop_back();
  CHECK(second != first);
  CHECK(login->use(second));
}
