#include "ipc/service_manager.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "ipc/deadline.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;
using governor::TemporaryDirectory;
using std::chrono::milliseconds;

#ifndef __APPLE__
namespace {

Environment home_with_unit(const TemporaryDirectory& home, const std::string& folder,
                           const std::string& unit) {
  std::filesystem::create_directories(home / folder);
  std::ofstream(home / (folder + "/" + unit)) << "[Unit]\n";
  Environment environment;
  environment.set("HOME", home.path());
  return environment;
}

}  // namespace

TEST_CASE("an installed unit is found where systemd looks for it", "[systemd]") {
  if (::access("/usr/bin/systemctl", X_OK) != 0) return;
  for (const std::string folder : {".config/systemd/user", ".local/share/systemd/user"}) {
    const TemporaryDirectory home;
    const auto service = installed_service(home_with_unit(home, folder, "governor.socket"));
    REQUIRE(service);
    CHECK(service->command ==
          std::vector<std::string>{"/usr/bin/systemctl", "--user", "start", "governor.socket"});
  }
}

TEST_CASE("units are looked for where systemd does, those of packages and of other prefixes included") {
  Environment environment;
  environment.set("HOME", "/home/ada");
  CHECK(user_unit_directories(environment) ==
        std::vector<std::string>{"/home/ada/.config/systemd/user/", "/etc/systemd/user/",
                                 "/home/ada/.local/share/systemd/user/", "/usr/local/share/systemd/user/",
                                 "/usr/share/systemd/user/", "/usr/local/lib/systemd/user/",
                                 "/usr/lib/systemd/user/"});
  environment.set("XDG_CONFIG_HOME", "/c");
  environment.set("XDG_DATA_HOME", "/d");
  environment.set("XDG_DATA_DIRS", "/opt/share::/d:relative");
  CHECK(user_unit_directories(environment) ==
        std::vector<std::string>{"/c/systemd/user/", "/etc/systemd/user/", "/d/systemd/user/",
                                 "/opt/share/systemd/user/", "/usr/local/lib/systemd/user/",
                                 "/usr/lib/systemd/user/", "/usr/share/systemd/user/"});
}

TEST_CASE("a unit of a package is found", "[systemd]") {
  if (::access("/usr/bin/systemctl", X_OK) != 0) return;
  const TemporaryDirectory share;
  auto environment = home_with_unit(share, "systemd/user", "governor.socket");
  environment.set("HOME", "/nonexistent");
  environment.set("XDG_DATA_DIRS", "/usr/local/share:" + share.path());
  CHECK(installed_service(environment));
}

TEST_CASE("a service is not used when directories or the daemon are overridden") {
  for (const char* name :
       {"GOVERNOR_RUNTIME_DIR", "GOVERNOR_STATE_DIR", "GOVERNOR_CONFIG", "GOVERNOR_DAEMON"}) {
    const TemporaryDirectory home;
    auto environment = home_with_unit(home, ".config/systemd/user", "governor.socket");
    environment.set(name, "/x");
    CHECK_FALSE(installed_service(environment));
    CHECK(service_override(environment) == name);
  }
}
#endif

TEST_CASE("the end of a service command is seen, and how it ended") {
  for (const auto& [program, expected] :
       {std::pair("/bin/true", true), std::pair("/bin/false", false), std::pair("/nonexistent", false)}) {
    auto command = ServiceCommand::run({{program}});
    REQUIRE(command);
    REQUIRE(wait_readable(command->ended_fd(), Deadline::after(milliseconds(20000))));
    CHECK(command->succeeded() == expected);
  }
}

TEST_CASE("a service command that hangs is ended") {
  auto command = ServiceCommand::run({{"/bin/sleep", "1000"}});
  REQUIRE(command);
  CHECK_FALSE(wait_readable(command->ended_fd(), Deadline::after(milliseconds(50))));
}
