#include "ipc/paths.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;

namespace {

Environment with(std::vector<std::string> entries) {
  Environment environment;
  environment.entries = std::move(entries);
  environment.effective_uid = 1234;
  return environment;
}

Paths resolved(std::vector<std::string> entries) {
  return resolve_paths(with(std::move(entries))).value();
}

}  // namespace

#ifndef __APPLE__
TEST_CASE("without any variable but HOME the defaults are used, by uid and not by name") {
  const Paths paths = resolved({"HOME=/home/x", "USER=someone"});
  CHECK(paths.runtime_dir == "/tmp/governor-1234");
  CHECK(paths.state_dir == "/home/x/.local/state/governor");
  CHECK(paths.config_file == "/home/x/.config/governor/config.json");
  CHECK(paths.socket == "/tmp/governor-1234/governor.sock");
  CHECK(paths.daemon_lock == "/tmp/governor-1234/daemon.lock");
  CHECK(paths.spawn_lock == "/tmp/governor-1234/spawn.lock");
  CHECK(paths.socket_dir == paths.runtime_dir);
}

TEST_CASE("the XDG variables move the defaults") {
  const Paths paths =
      resolved({"XDG_RUNTIME_DIR=/run/user/1234", "XDG_STATE_HOME=/s/", "XDG_CONFIG_HOME=/c", "HOME=/h"});
  CHECK(paths.runtime_dir == "/run/user/1234/governor");
  CHECK(paths.state_dir == "/s/governor");
  CHECK(paths.config_file == "/c/governor/config.json");
}

TEST_CASE(
    "who was not told the runtime directory of the user takes the usual one, if it is private and his") {
  const governor::TemporaryDirectory root;
  Environment environment = with({"HOME=/h"});
  environment.effective_uid = ::geteuid();
  environment.user_runtime_root = root.path();
  const std::string usual = root / std::to_string(::geteuid());
  const std::string fallback = "/tmp/governor-" + std::to_string(::geteuid());
  CHECK(resolve_paths(environment).value().runtime_dir == fallback);
  REQUIRE(::mkdir(usual.c_str(), 0755) == 0);
  CHECK(resolve_paths(environment).value().runtime_dir == fallback);
  REQUIRE(::chmod(usual.c_str(), 0700) == 0);
  CHECK(resolve_paths(environment).value().runtime_dir == usual + "/governor");
}

TEST_CASE("relative XDG variables are ignored") {
  const Paths paths = resolved({"XDG_RUNTIME_DIR=run", "XDG_STATE_HOME=./s", "XDG_CONFIG_HOME=c", "HOME=/h"});
  CHECK(paths.runtime_dir == "/tmp/governor-1234");
  CHECK(paths.state_dir == "/h/.local/state/governor");
  CHECK(paths.config_file == "/h/.config/governor/config.json");
}
#endif

TEST_CASE("the overrides win over everything and need no HOME") {
  const Paths paths = resolved({"XDG_RUNTIME_DIR=/run/x", "GOVERNOR_RUNTIME_DIR=/r//a/",
                                "GOVERNOR_STATE_DIR=/s", "GOVERNOR_CONFIG=/c/my.json"});
  CHECK(paths.runtime_dir == "/r/a");
  CHECK(paths.state_dir == "/s");
  CHECK(paths.config_file == "/c/my.json");
  CHECK(paths.socket == "/r/a/governor.sock");
}

TEST_CASE("a relative override is refused and the variable named") {
  for (const std::string name : {"GOVERNOR_RUNTIME_DIR", "GOVERNOR_STATE_DIR", "GOVERNOR_CONFIG"}) {
    const auto paths = resolve_paths(with({"HOME=/h", name + "=here"}));
    REQUIRE_FALSE(paths);
    CHECK(paths.error().code == Errc::invalid_path);
    CHECK(paths.error().message.find(name) != std::string::npos);
    CHECK(paths.error().message.find("absolute") != std::string::npos);
  }
}

TEST_CASE("without HOME the message says what to set") {
  const auto paths = resolve_paths(with({"GOVERNOR_RUNTIME_DIR=/r"}));
  REQUIRE_FALSE(paths);
  CHECK(paths.error().message.find("HOME") != std::string::npos);
  CHECK(paths.error().message.find("GOVERNOR_STATE_DIR") != std::string::npos);
}

TEST_CASE("a socket path that would not fit is replaced by a short one of its own") {
  const std::string base = "GOVERNOR_RUNTIME_DIR=/" + std::string(120, 'd');
  const auto paths_for = [](const std::string& runtime) { return resolved({"HOME=/h", runtime}); };
  const Paths paths = paths_for(base);
  CHECK(paths.socket.size() <= kMaxSocketPath);
  CHECK(paths.socket_dir.starts_with("/tmp/governor-1234-"));
  CHECK(paths.socket_dir.size() == std::string_view("/tmp/governor-1234-").size() + 16);
  CHECK(paths.daemon_lock == paths.runtime_dir + "/daemon.lock");
  CHECK(paths_for(base).socket == paths.socket);
  CHECK(paths_for(base + "/").socket == paths.socket);
  CHECK(paths_for(base + "e").socket != paths.socket);
}

TEST_CASE("the longest path that fits is used as it is") {
  const std::size_t longest = kMaxSocketPath - std::string_view("/governor.sock").size();
  for (const std::size_t length : {longest, longest + 1}) {
    const std::string runtime = "/" + std::string(length - 1, 'd');
    const Paths paths = resolved({"HOME=/h", "GOVERNOR_RUNTIME_DIR=" + runtime});
    CHECK((paths.socket_dir == runtime) == (length == longest));
    CHECK(paths.socket.size() <= kMaxSocketPath);
  }
}
