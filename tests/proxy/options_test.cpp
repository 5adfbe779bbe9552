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
  CHECK(options.wait_at_end == std::chrono::seconds(60));
}

TEST_CASE("how long the last answers are waited for is a number of seconds") {
  CHECK(parsed({"--wait-at-end", "0"}).wait_at_end == std::chrono::seconds(0));
  CHECK(parsed({"--wait-at-end=300", "--tools=core"}).wait_at_end == std::chrono::seconds(300));
  for (const char* value : {"", "-1", "1.5", "3601", "99999999999999999999", "soon"}) {
    CHECK(parsed({"--wait-at-end", value}).action == Options::Action::usage_error);
  }
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
  for (const auto& arguments : std::vector<std::vector<const char*>>{{"--frobnicate"},
                                                                     {"x"},
                                                                     {"--tools"},
                                                                     {"--tools="},
                                                                     {"--tools", "a\nb"},
                                                                     {"--tools", "\"x\""},
                                                                     {"--wait-at-end"}}) {
    const Options options = parsed(arguments);
    CHECK(options.action == Options::Action::usage_error);
    CHECK_FALSE(options.error.empty());
  }
  CHECK(parsed({"--frobnicate"}).error.find("--frobnicate") != std::string::npos);
  for (const char* option : {"--tools", "--wait-at-end", "--health", "--version", "--help"}) {
    CHECK(usage_text().find(option) != std::string_view::npos);
  }
}
