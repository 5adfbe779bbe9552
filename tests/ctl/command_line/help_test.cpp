#include <boost/json.hpp>

#include "tests/ctl/command_line/written_by.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using namespace governor::ctl::test;
namespace json = boost::json;

TEST_CASE("help of a command is what its --help says", "[ctl]") {
  const TemporaryDirectory directory;
  for (const auto& command : all_commands()) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < command.path.size();) {
      const std::size_t end = std::min(command.path.find(' ', at), command.path.size());
      words.push_back(command.path.substr(at, end - at));
      at = end + 1;
    }
    CAPTURE(command.path);
    std::vector<std::string> asked{"help"};
    asked.insert(asked.end(), words.begin(), words.end());
    words.emplace_back("--help");
    const auto said = run_governorctl(directory.path(), asked);
    CHECK(said.code == 0);
    CHECK_FALSE(said.out.empty());
    CHECK(said.out == run_governorctl(directory.path(), words).out);
  }
}

TEST_CASE("help of a word that is no command says what was probably meant", "[ctl]") {
  const TemporaryDirectory directory;
  const auto run = run_governorctl(directory.path(), {"help", "tasks", "craete"});
  CHECK(run.code == 2);
  CHECK(run.err ==
        "governorctl: governorctl tasks has no command \"craete\"; did you mean: governorctl tasks create?\n"
        "Try: governorctl help\n");
}

TEST_CASE("help as JSON has what completions are made of, and examples", "[ctl]") {
  const TemporaryDirectory directory;
  const auto told = json::parse(run_governorctl(directory.path(), {"help", "tasks", "create", "--json"}).out);
  CHECK(told.at("command").as_string() == "governorctl tasks create");
  CHECK(told.at("arguments").at(0).at("names").at(0).as_string() == "ID");
  CHECK(told.at("arguments").at(0).at("required").as_bool());
  CHECK_FALSE(told.at("examples").as_array().empty());
  const auto all = json::parse(run_governorctl(directory.path(), {"help", "--json"}).out);
  CHECK(all.at("commands").as_array().size() > 50);
}
