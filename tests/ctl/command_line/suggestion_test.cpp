#include "ctl/command_line/suggestion.hpp"

#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using governor::ctl::edit_distance;
using governor::ctl::likely_meant;
using governor::ctl::test::run_governorctl;

TEST_CASE("the distance counts letters put in, left out, changed and swapped", "[ctl]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("agents", "agents") == 0);
  CHECK(edit_distance("", "agent") == 5);
  CHECK(edit_distance("agnts", "agents") == 1);
  CHECK(edit_distance("agentts", "agents") == 1);
  CHECK(edit_distance("agants", "agents") == 1);
  CHECK(edit_distance("agnets", "agents") == 1);
  CHECK(edit_distance("stauts", "status") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("meant are the nearest words and those that begin so, and nothing that is far", "[ctl]") {
  const std::vector<std::string> known = {"agent", "agents", "deploy", "deployments", "health", "ps"};
  CHECK(likely_meant("agnets", known) == std::vector<std::string>{"agents"});
  CHECK(likely_meant("agen", known) == std::vector<std::string>{"agent", "agents"});
  CHECK(likely_meant("deploym", known) == std::vector<std::string>{"deploy", "deployments"});
  CHECK(likely_meant("he", known) == std::vector<std::string>{"health"});
  CHECK(likely_meant("xyzzy", known).empty());
}

TEST_CASE("a word that no command knows is answered with what may have been meant", "[ctl]") {
  const TemporaryDirectory directory;
  const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes = {
      {{"agnets"}, "governorctl agents?"},
      {{"leases", "brek", "1"}, "governorctl leases break?"},
      {{"install", "gards"}, "governorctl install guards?"},
      {{"agents", "--statsu", "active"}, "--status?"},
      {{"agent", "ada", "--row=3"}, "--rows?"},
      {{"agents", "--jsno"}, "--json?"},
  };
  for (const auto& [arguments, meant] : mistakes) {
    const auto run = run_governorctl(directory.path(), arguments);
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK(run.err.find("did you mean: " + meant) != std::string::npos);
  }
  const auto none = run_governorctl(directory.path(), {"xyzzy"});
  CHECK(none.err == "governorctl: governorctl has no command \"xyzzy\"\nTry: governorctl --help\n");
}
