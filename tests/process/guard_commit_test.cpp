// Commits of all kinds, in a repository with the guards, while a hook's tool holds a file.
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/process/clients.hpp"
#include "tests/process/hook_tool.hpp"
#include "tests/support/catch.hpp"

namespace governor::test {
namespace {

/// A repository with two branches that differ in core.cpp, and the guards.
class GuardedRepository {
 public:
  explicit GuardedRepository(const Sandbox& sandbox)
      : sandbox_(sandbox), path_(sandbox.directory() + "/project") {
    std::filesystem::create_directories(path_);
    path_ = std::filesystem::canonical(path_).string();
    must({"init", "-q", "-b", "main"});
    commit("core.cpp", "one\n");
    must({"checkout", "-qb", "side"});
    commit("core.cpp", "two\n");
    must({"checkout", "-q", "main"});
    commit("other.cpp", "one\n");
    const Finished installed = run_in_sandbox(kControl, {"install", "guards", "--project", path_});
    INFO(installed.output << installed.errors);
    REQUIRE(installed.code == 0);
  }

  Finished git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"git", "-C", path_, "-c", "user.name=Test", "-c", "user.email=test@example.invalid"});
    return run_in_sandbox("/usr/bin/env", std::move(arguments));
  }
  void must(std::vector<std::string> arguments) const {
    const Finished finished = git(std::move(arguments));
    INFO(finished.output << finished.errors);
    REQUIRE(finished.code == 0);
  }
  void commit(const std::string& name, const std::string& content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    must({"add", name});
    must({"commit", "-qm", name});
  }
  std::string file(const std::string& name) const { return path_ + '/' + name; }
  const std::string& path() const { return path_; }
  std::string head() const { return git({"rev-parse", "HEAD"}).output; }

 private:
  Finished run_in_sandbox(const std::string& program, std::vector<std::string> arguments) const {
    Command command = sandbox_.command(program, std::move(arguments));
    command.error_file.clear();
    const auto finished = run(command, patience());
    REQUIRE(finished.has_value());
    return *finished;
  }

  const Sandbox& sandbox_;
  std::string path_;
};

bool says(const Finished& finished, std::string_view part) {
  return finished.errors.find(part) != std::string::npos;
}

TEST_CASE("no way to a commit goes around an agent that holds the file, and each is free afterwards") {
  using Words = std::vector<std::string>;
  const auto [way, take_back] = GENERATE(table<Words, Words>({
      {{"merge", "side", "-m", "merged"}, {"merge", "--abort"}},
      {{"cherry-pick", "side"}, {"cherry-pick", "--abort"}},
      {{"rebase", "main", "side"}, {"rebase", "--abort"}},
      {{"revert", "--no-edit", "HEAD~1"}, {"revert", "--abort"}},
      {{"am", "side.patch"}, {"am", "--abort"}},
  }));
  const Sandbox sandbox;
  const GuardedRepository repository(sandbox);
  std::ofstream(repository.file("side.patch"), std::ios::binary)
      << repository.git({"format-patch", "-1", "--stdout", "side"}).output;
  HookTool tool(sandbox, "88888888-session");
  const auto verdict = tool.may_write(repository.file("core.cpp"), "three\n");
  REQUIRE(verdict.at("permissionDecision").as_string() == "allow");
  const std::string before = repository.head();
  const Finished refused = repository.git(way);
  INFO(way.front() << ": " << refused.output << refused.errors);
  CHECK(refused.code != 0);
  CHECK(says(refused, "held by claude-code-88888888"));
  repository.git(take_back);
  CHECK(tool.wrote(repository.file("core.cpp")).empty());
  repository.must({"checkout", "-qf", "main"});
  repository.must({"reset", "-q", "--hard"});
  CHECK(repository.head() == before);
  repository.must(way);
}

TEST_CASE("a commit of a file that an agent holds is refused by the hook that was installed") {
  const Sandbox sandbox;
  const GuardedRepository repository(sandbox);
  HookTool tool(sandbox, "88888888-session");
  REQUIRE(tool.may_write(repository.file("core.cpp"), "three\n").at("permissionDecision").as_string() ==
          "allow");
  std::ofstream(repository.file("core.cpp"), std::ios::binary) << "three\n";
  const Finished refused = repository.git({"commit", "-qam", "held"});
  INFO(refused.errors);
  CHECK(refused.code != 0);
  CHECK(says(refused, "claude-code-88888888"));
  CHECK(repository.git({"commit", "-qam", "held", "--no-verify"}).code == 0);
  CHECK(tool.wrote(repository.file("core.cpp")).empty());
  repository.commit("core.cpp", "four\n");
}

TEST_CASE("each guard says what is missing of the others") {
  Sandbox sandbox;
  const GuardedRepository repository(sandbox);
  std::ofstream(repository.path() + "/.claude/settings.json") << R"({"disableAllHooks": true})";
  std::filesystem::remove(repository.path() + "/.git/hooks/pre-merge-commit");
  const Finished committed = repository.git({"commit", "-qm", "empty", "--allow-empty"});
  INFO(committed.errors);
  CHECK(committed.code == 0);
  CHECK(says(committed, "disableAllHooks in " + repository.path()));
  CHECK(says(committed, "pre-merge-commit does not ask governor any more"));
  sandbox.set("CLAUDE_PROJECT_DIR", repository.path());
  HookTool tool(sandbox, "88888888-session");
  for (const char* event : {"SessionStart", "Stop"}) {
    const auto answer = tool.hear({{"cwd", repository.path()}, {"hook_event_name", event}});
    INFO(event);
    REQUIRE(answer.contains("systemMessage"));
    CHECK(std::string(answer.at("systemMessage").as_string()).find("install guards --project") !=
          std::string::npos);
  }
}

}  // namespace
}  // namespace governor::test
