#include "ctl/command_line/completion.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <sstream>

#include "tests/ctl/command_line/written_by.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using namespace governor::ctl;

namespace {

/// Lets the script complete the last of the words.
class BashSession {
 public:
  explicit BashSession(const std::vector<DescribedCommand>& commands)
      : script_(test::written_file(directory_.path(), "completion.bash", bash_completion(commands))) {}

  const std::string& directory() const { return directory_.path(); }

  void press_tab_after(const std::vector<std::string>& words) {
    asked_ += "COMP_WORDS=(governorctl";
    for (const std::string& word : words) asked_ += " '" + word + "'";
    asked_ += "); COMP_CWORD=" + std::to_string(words.size()) +
              "; _governorctl; printf '%s\\x1f' \"${COMPREPLY[@]}\"; echo\n";
  }

  /// What each of them gave, sorted.
  std::vector<std::vector<std::string>> replies() {
    const std::string session =
        test::written_file(directory_.path(), "session.bash",
                           "set -u\ncd '" + directory_.path() + "'\nsource '" + script_ + "'\n" + asked_);
    const auto output = test::output_of({"bash", "--norc", session});
    INFO(output.err);
    CHECK(output.err.empty());
    std::vector<std::vector<std::string>> all;
    std::istringstream lines(output.out);
    for (std::string line; std::getline(lines, line);) {
      std::vector<std::string> words;
      std::istringstream parts(line);
      for (std::string word; std::getline(parts, word, '\x1f');) {
        if (!word.empty()) words.push_back(word);
      }
      std::sort(words.begin(), words.end());
      all.push_back(std::move(words));
    }
    return all;
  }

  std::vector<std::string> reply_to(const std::vector<std::string>& words) {
    asked_.clear();
    press_tab_after(words);
    return replies().at(0);
  }

 private:
  TemporaryDirectory directory_;
  std::string script_;
  std::string asked_;
};

std::vector<std::string> words_in(const std::string& path) {
  std::istringstream parts(path);
  return {std::istream_iterator<std::string>(parts), {}};
}

}  // namespace

TEST_CASE("bash completes every command to its subcommands and its options", "[ctl]") {
  const auto commands = test::all_commands();
  BashSession bash(commands);
  for (const DescribedCommand& command : commands) {
    auto words = words_in(command.path);
    words.emplace_back("-");
    bash.press_tab_after(words);
    words.back() = "";
    bash.press_tab_after(words);
  }
  const auto replies = bash.replies();
  REQUIRE(replies.size() == 2 * commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const DescribedCommand& command = commands[i];
    INFO(command.path);
    for (const DescribedOption& option : command.options)
      CHECK(std::count(replies[2 * i].begin(), replies[2 * i].end(), option.names.front()) >= 1);
    CHECK(std::count(replies[2 * i].begin(), replies[2 * i].end(), "--json") == 1);
    for (const std::string& name : command.subcommands)
      CHECK(std::count(replies[2 * i + 1].begin(), replies[2 * i + 1].end(), name) == 1);
  }
}

TEST_CASE("bash completes what an option takes, and files only where files are meant", "[ctl]") {
  const auto commands = test::all_commands();
  BashSession bash(commands);
  test::written_file(bash.directory(), "a file.json", "{}");
  using Words = std::vector<std::string>;
  CHECK(bash.reply_to({"ag"}) == Words{"agent", "agents"});
  CHECK(bash.reply_to({"history", "ada", "--format", "c"}) == Words{"csv"});
  CHECK(bash.reply_to({"--json", "history", "ada", "--format", "=", "sp"}) == Words{"sparkline"});
  CHECK(bash.reply_to({"history", "ada", "--format", "="}).size() == 4);
  CHECK(bash.reply_to({"--runtime-dir", "leases", "le"}) == Words{"leases"});  // the first is a directory
  CHECK(bash.reply_to({"tasks", "import", "a"}) == Words{"a file.json"});
  CHECK(bash.reply_to({"agent", "a"}).empty());
  CHECK(bash.reply_to({"history", "ada", "--rows", ""}).empty());
}

TEST_CASE("zsh and fish read their scripts", "[ctl]") {
  const TemporaryDirectory directory;
  const auto commands = test::all_commands();
  const std::string zsh = test::written_file(directory.path(), "_governorctl", zsh_completion(commands));
  const std::string fish = test::written_file(directory.path(), "g.fish", fish_completion(commands));
  if (test::has_program("zsh")) {
    const auto read = test::output_of({"zsh", "-n", zsh});
    CHECK(read.exit_code == 0);
    CHECK(read.err.empty());
  } else {
    std::cout << "zsh is not installed: its script is not checked\n";
  }
  if (!test::has_program("fish")) {
    std::cout << "fish is not installed: its script is not checked\n";
    return;
  }
  const auto completed = [&](const std::string& line) {
    return test::output_of({"fish", "--no-config", "-c", "source " + fish + "; complete -C '" + line + "'"})
        .out;
  };
  CHECK(completed("governorctl leas") == "leases\tWho may write which files, and who is waiting\n");
  CHECK(completed("governorctl --json history ada --format c") == "csv\ttable, csv, json or sparkline\n");
  CHECK(completed("governorctl leases br").starts_with("break\t"));
  CHECK(completed("governorctl leases --ag").starts_with("--agent\t"));
}
