#include "ctl/process_list.hpp"

#include <unistd.h>

#include <algorithm>

#include "tests/support/catch.hpp"

using namespace governor::ctl;

TEST_CASE("a role follows from the name of the executable alone", "[ctl]") {
  CHECK(role_of("/usr/bin/governord") == "daemon");
  CHECK(role_of("/home/ada/.local/bin/governor-proxy") == "proxy");
  CHECK(role_of("governorctl") == "ctl");
  CHECK(role_of("/usr/bin/governor-proxy (deleted)") == "proxy");
  CHECK(role_of("/usr/bin/governord2").empty());
  CHECK(role_of("/opt/governord/python3").empty());
  CHECK(role_of("").empty());
}

TEST_CASE("the process list holds only roles of ours and not the caller", "[ctl]") {
  const auto processes = our_processes();
  CHECK(std::none_of(processes.begin(), processes.end(), [](const OurProcess& p) {
    return p.pid == ::getpid() || p.role.empty() || p.age_seconds < 0;
  }));
}

TEST_CASE("the path of the running executable is absolute", "[ctl]") {
  CHECK(own_executable().starts_with('/'));
}
