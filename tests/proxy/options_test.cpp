#include "proxy/options.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace governor::proxy;

namespace {

Options parsed(std::vector<const char*> arguments) {
  return parse_options(arguments);
}

}  // namespace

TEST_CASE("without options the proxy relays with the default tools") {
  const Options options = parsed({});
  CHECK(options.action == Options::Action::relay);
  CHECK(options.tools.empty());
}

TEST_CASE("the tool profile is given in either form") {
  CHECK(parsed({"--tools", "full"}).tools == "full");
  CHECK(parsed({"--tools=core,leases"}).tools == "core,leases");
}

TEST_CASE("help, version and health are recognised") {
  CHECK(parsed({"--help"}).action == Options::Action::help);
  CHECK(parsed({"--version"}).action == Options::Action::version);
  CHECK(parsed({"--health"}).action == Options::Action::health);
}

TEST_CASE("what is not understood is a usage error that names it") {
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"--frobnicate"}, {"x"}, {"--tools"}, {"--tools="}, {"--tools", "a\nb"}, {"--tools", "\"x\""}}) {
    const Options options = parsed(arguments);
    CHECK(options.action == Options::Action::usage_error);
    CHECK_FALSE(options.error.empty());
  }
  CHECK(parsed({"--frobnicate"}).error.find("--frobnicate") != std::string::npos);
  for (const char* option : {"--tools", "--health", "--version", "--help"}) {
    CHECK(usage_text().find(option) != std::string_view::npos);
  }
}
