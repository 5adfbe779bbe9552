#include "gateway/lifecycle/kept_browsers.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::gateway::KeptBrowsers;

namespace {

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("browsers are known after a gateway that was killed, and the file does not let anybody in") {
  const governor::TemporaryDirectory directory;
  const std::string path = std::string(directory.path()) + "/browsers";
  std::string cookie;
  std::string csrf;
  {
    KeptBrowsers browsers(path);
    cookie = browsers.open();
    csrf = browsers.find(cookie)->csrf;
  }
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  CHECK(file_text(path).find(cookie) == std::string::npos);
  KeptBrowsers next(path);
  REQUIRE(next.find(cookie) != nullptr);
  CHECK(next.find(cookie)->csrf == csrf);
  CHECK(next.find(cookie + "x") == nullptr);
}

TEST_CASE("who has logged out is not known to the next gateway") {
  const governor::TemporaryDirectory directory;
  const std::string path = std::string(directory.path()) + "/browsers";
  KeptBrowsers browsers(path);
  const std::string one = browsers.open();
  const std::string other = browsers.open();
  CHECK(browsers.close(one));
  CHECK_FALSE(browsers.close(one));
  {
    KeptBrowsers next(path);
    CHECK(next.find(one) == nullptr);
    CHECK(next.find(other) != nullptr);
  }
  CHECK(browsers.close_all() == 1);
  CHECK(file_text(path).empty());
}

TEST_CASE("a file that others can read lets nobody in, and one that cannot be written is no reason to fail") {
  const governor::TemporaryDirectory directory;
  const std::string path = std::string(directory.path()) + "/browsers";
  const std::string cookie = KeptBrowsers(path).open();
  ::chmod(path.c_str(), 0640);
  KeptBrowsers open_to_others(path);
  CHECK(open_to_others.find(cookie) == nullptr);
  KeptBrowsers nowhere(std::string(directory.path()) + "/none/browsers");
  const std::string other = nowhere.open();
  CHECK(nowhere.find(other) != nullptr);
}
