#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "daemon/supervisor/git_command.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::daemon::test {

/// A git repository of the test's own with nobody's configuration: `main`, and working trees beside it.
class GitProject {
 public:
  GitProject() {
    top_ = std::filesystem::canonical(directory_.path()).string();
    std::filesystem::create_directory(main());
    git({"init", "-q", "-b", "main"});
    // A commit would leave it running behind.
    git({"config", "maintenance.auto", "false"});
    git({"config", "gc.auto", "0"});
    write(main(), "parser.py", "one\ntwo\nthree\n");
    write(main(), "other.py", "one\n");
    commit(main(), "first");
  }

  /// The directory in which all its working trees are.
  [[nodiscard]] const std::string& directory() const { return top_; }
  [[nodiscard]] std::string main() const { return top_ + "/main"; }
  /// Another working tree, on a branch of the same name.
  std::string add_worktree(const std::string& branch) {
    git({"worktree", "add", "-q", "-b", branch, top_ + '/' + branch});
    return top_ + '/' + branch;
  }
  void write(const std::string& worktree, const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(worktree + '/' + name).parent_path());
    std::ofstream(worktree + '/' + name, std::ios::binary) << content;
  }
  void commit(const std::string& worktree, const std::string& message) const {
    git({"add", "-A"}, worktree);
    git({"commit", "-q", "-m", message}, worktree);
  }
  std::string git(std::vector<std::string> arguments, const std::string& directory = {}) const {
    const GitCommand command(directory.empty() ? main() : directory, environment());
    const auto said = command.ask(std::move(arguments));
    INFO((said ? std::string() : said.error().message));
    REQUIRE(said);
    return *said;
  }
  [[nodiscard]] std::vector<std::string> environment() const {
    return {"PATH=/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
            "HOME=" + top_,
            "GIT_CONFIG_NOSYSTEM=1",
            "GIT_AUTHOR_NAME=Test",
            "GIT_COMMITTER_NAME=Test",
            "GIT_AUTHOR_EMAIL=test@example.invalid",
            "GIT_COMMITTER_EMAIL=test@example.invalid"};
  }

 private:
  TemporaryDirectory directory_;
  std::string top_;
};

}  // namespace governor::daemon::test
