#include "ctl/command_line/examples.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "ctl/command_line/commands.hpp"
#include "tests/ctl/command_line/written_by.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ctl;

namespace {

/// The words of a line up to where the shell takes over.
std::vector<std::string> words_of(const std::string& line) {
  const std::string command = line.substr(0, line.find_first_of("|<>"));
  const auto output = test::output_of({"sh", "-c", "printf '%s\\n' " + command.substr(command.find(' '))});
  std::vector<std::string> words;
  for (std::size_t at = 0; at < output.out.size();) {
    const std::size_t end = output.out.find('\n', at);
    words.push_back(output.out.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace

TEST_CASE("each command has an example, and each example is a command line", "[ctl]") {
  for (const DescribedCommand& command : test::all_commands()) {
    const auto lines = examples_of(command.path);
    INFO(command.path);
    CHECK_FALSE(lines.empty());
    for (const std::string& line : lines) {
      INFO(line);
      CLI::App app;
      Context context{std::cout, std::cerr, {}};
      std::string runtime_dir;
      Action action;
      declare_commands(app, context, runtime_dir, action);
      auto words = words_of(line);
      if (std::find(words.begin(), words.end(), "--help") != words.end()) continue;
      std::reverse(words.begin(), words.end());
      CHECK_NOTHROW(app.parse(words));
      CHECK(action);
    }
  }
}

TEST_CASE("the help of a command shows its examples", "[ctl]") {
  const governor::TemporaryDirectory directory;
  const auto run = test::run_governorctl(directory.path(), {"leases", "break", "--help"});
  CHECK(run.out.find("Examples:\n  governorctl leases break 7 --reason 'its holder hangs'\n") !=
        std::string::npos);
}
