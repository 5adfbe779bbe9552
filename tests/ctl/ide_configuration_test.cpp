#include "ctl/ide_configuration.hpp"

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ctl;
using governor::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

std::string make_program(const std::string& path) {
  std::ofstream(path) << "#!/bin/sh\n";
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

}  // namespace

TEST_CASE("both layouts are the same JSON, whatever the path holds", "[ctl]") {
  const std::string path = "/home/a \"quoted\"\\ name/governor-proxy";
  const auto compact = boost::json::parse(ide_configuration(path, Layout::compact));
  CHECK(compact == boost::json::parse(ide_configuration(path, Layout::indented)));
  CHECK(compact.at("mcpServers").at("governor").at("command").as_string() == path);
}

TEST_CASE("the proxy is the one that GOVERNOR_PROXY names, else the one beside us, else the first in PATH",
          "[ctl]") {
  const TemporaryDirectory directory;
  governor::ipc::Environment environment;
  environment.set("PATH", "/nonexistent:" + directory.path());
  REQUIRE_FALSE(find_proxy(environment, "/nonexistent/governorctl").has_value());
  const std::string program = make_program(directory.path() + "/governor-proxy");
  CHECK(find_proxy(environment, "/nonexistent/governorctl").value() == program);
  const TemporaryDirectory installation;
  const std::string beside = make_program(installation.path() + "/governor-proxy");
  CHECK(find_proxy(environment, installation.path() + "/governorctl").value() == beside);
  const std::string other = make_program(directory.path() + "/other");
  environment.set("GOVERNOR_PROXY", other);
  CHECK(find_proxy(environment, "/nonexistent/governorctl").value() == other);
  environment.set("GOVERNOR_PROXY", directory.path() + "/none");
  CHECK_FALSE(find_proxy(environment, "/nonexistent/governorctl").has_value());
}
