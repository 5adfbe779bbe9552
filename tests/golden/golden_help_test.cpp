// What --help says, of every command in the tree: one file to read, and to see in a diff what people see.
#include <CLI/Version.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/ctl/command_line/written_by.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/golden/recorded_lines.hpp"
#include "tests/support/catch.hpp"

using governor::ctl::test::run_governorctl;

namespace {

using Lines = std::vector<std::string>;

Lines split(const std::string& text, char separator) {
  Lines parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

}  // namespace

TEST_CASE("the help of every command is what is recorded") {
  // How help is laid out is that library's, and not the same in all of its versions.
  const std::string layout =
      "CLI11 " + std::to_string(CLI11_VERSION_MAJOR) + '.' + std::to_string(CLI11_VERSION_MINOR);
  Lines lines{"# `governorctl COMMAND --help` of every command, as " + layout + " lays it out.",
              "# GOVERNOR_RECORD=help golden_help_test writes this file anew."};
  for (const auto& command : governor::ctl::test::all_commands()) {
    const std::string title = "governorctl" + (command.path.empty() ? "" : " " + command.path) + " --help";
    INFO(title);
    Lines words = split(command.path, ' ');
    words.emplace_back("--help");
    const auto run = run_governorctl("/nowhere", words);
    CHECK(run.code == 0);
    CHECK(run.err.empty());
    CHECK(run.out.find(command.about) != std::string::npos);
    CHECK(run.out.find("Examples:\n") != std::string::npos);
    lines.insert(lines.end(), {"", "=== " + title});
    for (std::string& line : split(run.out, '\n')) {
      line.erase(line.find_last_not_of(' ') + 1);
      lines.push_back(std::move(line));
    }
  }
  const std::string path = std::string(GOVERNOR_OUTPUTS_DIR) + "/ctl.help.txt";
  const bool record = governor::test::is_to_be_recorded("help");
  if (!record && !governor::test::is_first_line(path, lines.front())) {
    WARN("not compared: it was recorded with another version of the library than " << layout);
    return;
  }
  governor::test::check_recorded_lines(path, lines, record);
}
