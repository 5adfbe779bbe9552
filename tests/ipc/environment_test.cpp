#include "ipc/environment.hpp"

#include <algorithm>
#include <cstdlib>

#include "tests/support/catch.hpp"

using namespace governor::ipc;

TEST_CASE("a variable that is empty counts as not set") {
  Environment environment;
  environment.entries = {"A=", "AB=2", "B=x=y"};
  CHECK_FALSE(environment.lookup("A"));
  CHECK_FALSE(environment.lookup("C"));
  CHECK(environment.lookup("AB") == std::string_view("2"));
  CHECK(environment.lookup("B") == std::string_view("x=y"));
}

TEST_CASE("what is set comes before what is inherited") {
  const char* const inherited[] = {"A=old", "B=kept", nullptr};
  Environment environment;
  environment.inherited = inherited;
  CHECK(environment.lookup("A") == std::string_view("old"));
  environment.set("A", "new");
  environment.set("A", "newer");
  CHECK(environment.lookup("A") == std::string_view("newer"));
  CHECK(environment.lookup("B") == std::string_view("kept"));
  CHECK(environment.entries.size() == 1);
}

TEST_CASE("a daemon inherits where things are, no secrets, and nobody's identity") {
  const char* const inherited[] = {"HOME=/h",
                                   "PATH=/bin",
                                   "SECRET_TOKEN=x",
                                   "AWS_ACCESS_KEY_ID=x",
                                   "HOMEBREW=x",
                                   "LANG=C",
                                   "XDG_STATE_HOME=/s",
                                   "GOVERNOR_STATE_DIR=/old",
                                   "GOVERNOR_DEPLOYMENT=an-agent-1",
                                   "GOVERNOR_TOKEN_FILE=/t",
                                   "LD_PRELOAD=x",
                                   "SSH_AUTH_SOCK=/sock",
                                   "TZ=UTC",
                                   nullptr};
  Environment environment;
  environment.inherited = inherited;
  environment.set("GOVERNOR_STATE_DIR", "/new");
  auto kept = minimal_environment(environment);
  std::sort(kept.begin(), kept.end());
  CHECK(kept == std::vector<std::string>{"GOVERNOR_STATE_DIR=/new", "HOME=/h", "LANG=C", "PATH=/bin",
                                         "TZ=UTC", "XDG_STATE_HOME=/s"});
}

TEST_CASE("the process's own environment is seen") {
  REQUIRE(::setenv("GOVERNOR_ENVIRONMENT_TEST", "seen", 1) == 0);
  CHECK(process_environment().lookup("GOVERNOR_ENVIRONMENT_TEST") == std::string_view("seen"));
  ::unsetenv("GOVERNOR_ENVIRONMENT_TEST");
}
