#include "ctl/command_line/man_page.hpp"

#include <algorithm>
#include <iostream>

#include "tests/ctl/command_line/written_by.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using namespace governor::ctl;

TEST_CASE("the manual page is taken without a warning and has every command and option", "[ctl]") {
  const TemporaryDirectory directory;
  const auto commands = test::all_commands();
  const std::string page = test::written_file(directory.path(), "governorctl.1", man_page(commands));
  std::string text;
  if (test::has_program("groff")) {
    const auto shown = test::output_of({"groff", "-man", "-ww", "-Tascii", "-P-cbou", "-rLL=400n", page});
    CHECK(shown.err.empty());
    CHECK(shown.exit_code == 0);
    text = shown.out;
  } else {
    std::cout << "groff is not installed: how the page looks is not checked\n";
  }
  if (test::has_program("mandoc")) {
    const auto checked = test::output_of({"mandoc", "-T", "lint", "-W", "error", page});
    INFO(checked.out);
    CHECK(checked.exit_code == 0);
  }
  for (const DescribedCommand& command : commands) {
    INFO(command.path);
    if (text.empty()) break;
    CHECK(text.find("governorctl" + (command.path.empty() ? "" : " " + command.path)) != std::string::npos);
    for (const DescribedOption& option : command.options) {
      INFO(option.names.front());
      CHECK(text.find(option.names.front()) != std::string::npos);
      CHECK(text.find(option.about) != std::string::npos);
    }
  }
}

TEST_CASE("what roff would take for a request or an escape is shown as it is", "[ctl]") {
  DescribedCommand odd;
  odd.about = "'begins so\n.and so, with a \\ in it";
  const std::string page = man_page({odd});
  CHECK(page.find("\\&\\(aqbegins so\n\\&.and so, with a \\(rs in it") != std::string::npos);
}
