// Real tools in two worktrees of one repository: who writes the same file hears of it, also from git.
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/process/clients.hpp"
#include "tests/process/hook_tool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

/// A repository with the guards, and a second worktree on a branch of its own.
class TwoWorktrees {
 public:
  explicit TwoWorktrees(const Sandbox& sandbox) : sandbox_(sandbox) {
    std::filesystem::create_directories(sandbox.directory() + "/main");
    main_ = std::filesystem::canonical(sandbox.directory() + "/main").string();
    side_ = std::filesystem::path(main_).parent_path().string() + "/side";
    git(main_, {"init", "-q", "-b", "main"});
    write(main_, "parser.py", "one\n");
    write(main_, "other.py", "one\n");
    commit(main_);
    git(main_, {"worktree", "add", "-q", "-b", "side", side_});
    const Finished installed = run_here(kControl, {"install", "guards", "--only", "git", "--project", main_});
    INFO(installed.output << installed.errors);
    REQUIRE(installed.code == 0);
  }

  Finished run_here(const std::string& program, std::vector<std::string> arguments) const {
    Command command = sandbox_.command(program, std::move(arguments));
    command.error_file.clear();
    const auto finished = run(command, patience());
    REQUIRE(finished.has_value());
    return *finished;
  }
  void git(const std::string& top, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"git", "-C", top, "-c", "user.name=Test", "-c", "user.email=test@example.invalid"});
    const Finished finished = run_here("/usr/bin/env", std::move(arguments));
    INFO(finished.output << finished.errors);
    REQUIRE(finished.code == 0);
  }
  void write(const std::string& top, const std::string& name, const std::string& content) const {
    std::ofstream(top + '/' + name, std::ios::binary) << content;
  }
  void commit(const std::string& top) const {
    git(top, {"add", "-A"});
    git(top, {"commit", "-qm", "a change"});
  }
  [[nodiscard]] const std::string& main() const { return main_; }
  [[nodiscard]] const std::string& side() const { return side_; }

 private:
  const Sandbox& sandbox_;
  std::string main_;
  std::string side_;
};

std::string context_in(const boost::json::object& output) {
  return output.contains("additionalContext") ? std::string(output.at("additionalContext").as_string()) : "";
}

}  // namespace

TEST_CASE("two tools that write one file in two worktrees hear of each other, and of the conflict") {
  const Sandbox sandbox;
  const TwoWorktrees trees(sandbox);
  HookTool ann(sandbox, "11111111-session", {}, trees.main());
  HookTool ben(sandbox, "22222222-session", {}, trees.side());

  CHECK(context_in(ann.may_write(trees.main() + "/parser.py", "MAIN\n")).empty());
  trees.write(trees.main(), "parser.py", "MAIN\n");
  CHECK(ann.wrote(trees.main() + "/parser.py").empty());
  const auto verdict = ben.may_write(trees.side() + "/parser.py", "SIDE\n");
  CHECK(verdict.at("permissionDecision").as_string() == "allow");
  CHECK(context_in(verdict).find("claude-code-11111111") != std::string::npos);
  trees.write(trees.side(), "parser.py", "SIDE\n");
  CHECK_FALSE(ben.wrote(trees.side() + "/parser.py").empty());

  trees.commit(trees.main());
  trees.commit(trees.side());
  std::string alerts;
  CHECK(until(patience(), [&] {
    alerts = trees.run_here(kControl, {"alerts"}).output;
    return alerts.find("will not merge") != std::string::npos;
  }));
  INFO(alerts);
  const Finished conflicts =
      trees.run_here(kControl, {"conflicts", "--repository", trees.main(), "--exit-code"});
  INFO(conflicts.output << conflicts.errors);
  CHECK(conflicts.code == 4);
  CHECK(conflicts.output.find("parser.py") != std::string::npos);
  CHECK(conflicts.output.find("claude-code-22222222") != std::string::npos);
  // Whichever file it is that they write next.
  CHECK(context_in(ann.may_write(trees.main() + "/other.py", "two\n")).find("conflict in parser.py") !=
        std::string::npos);
}

TEST_CASE("two tools that write different files in two worktrees hear nothing") {
  const Sandbox sandbox;
  const TwoWorktrees trees(sandbox);
  HookTool ann(sandbox, "11111111-session", {}, trees.main());
  HookTool ben(sandbox, "22222222-session", {}, trees.side());
  for (int round = 0; round < 2; ++round) {
    const std::string content = "round " + std::to_string(round) + "\n";
    CHECK(context_in(ann.may_write(trees.main() + "/parser.py", content)).empty());
    CHECK(context_in(ben.may_write(trees.side() + "/other.py", content)).empty());
    trees.write(trees.main(), "parser.py", content);
    trees.write(trees.side(), "other.py", content);
    CHECK(ann.wrote(trees.main() + "/parser.py").empty());
    CHECK(ben.wrote(trees.side() + "/other.py").empty());
    trees.commit(trees.main());
    trees.commit(trees.side());
  }
  const Finished conflicts =
      trees.run_here(kControl, {"conflicts", "--repository", trees.side(), "--exit-code"});
  INFO(conflicts.output << conflicts.errors);
  CHECK(conflicts.code == 0);
}

}  // namespace governor::test
