#include <filesystem>

#include "daemon/supervisor/git_command.hpp"
#include "tests/daemon/supervisor/supervisor_fixture.hpp"

namespace governor::daemon::test {
namespace {

using core::ErrorCode;
namespace fs = std::filesystem;

/// A repository with one commit, and agents that work in worktrees of it.
class WorktreeFixture : public SupervisorFixture {
 public:
  WorktreeFixture() {
    for (const char* entry : {"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a",
                              "GIT_COMMITTER_EMAIL=a@b", "GIT_CONFIG_NOSYSTEM=1"})
      settings.environment.emplace_back(entry);
    settings.environment.push_back("HOME=" + directory.path());
    std::erase_if(settings.environment, [&](const std::string& entry) {
      return entry.starts_with("HOME=") && entry != "HOME=" + directory.path();
    });
    begin();
    fs::create_directories(repository() + "/below");
    git({"init", "-q", "-b", "main"});
    write("file", "one\n");
    write("below/file", "one\n");
    write(".gitignore", "*.env\nbuild\n");
    git({"add", "-A"});
    git({"commit", "-qm", "first"});
  }

  std::string repository() const { return directory / "repository"; }
  std::string git(const std::vector<std::string>& words) const { return git_in(repository(), words); }
  std::string git_in(const std::string& where, const std::vector<std::string>& words) const {
    const auto said = GitCommand(where, settings.environment).ask(words);
    if (!said) FAIL(said.error().message);
    return *said;
  }
  void write(const std::string& name, const std::string& content) const {
    write_file(repository() + "/" + name, content);
  }
  LaunchRequest in_worktree(const std::string& id, const std::string& script) const {
    LaunchRequest asked = request(id, script);
    asked.working_directory = repository();
    asked.workspace = core::WorkspaceMode::worktree;
    return asked;
  }
  core::Deployment run(const std::string& id, const std::string& script) {
    core::Deployment deployment = deploy(in_worktree(id, script));
    const auto ended = wait_for_end(id);
    REQUIRE(ended);
    INFO(output(id));
    REQUIRE(ended->exit_code == 0);
    return deployment;
  }
  bool has_branch(const std::string& name) const { return !git({"branch", "--list", name}).empty(); }
};

}  // namespace

TEST_CASE_METHOD(WorktreeFixture, "an agent works on a branch of its own, in the same place", "[worktree]") {
  LaunchRequest asked = in_worktree("a-1", "pwd; git branch --show-current; echo two >file; umask");
  asked.working_directory = repository() + "/below";
  const core::Deployment deployment = deploy(asked);
  REQUIRE(wait_for_end("a-1"));
  const auto& workspace = deployment.standing.workspace;
  CHECK(output("a-1") == workspace.directory + "/below\ngovernor/a-1\n0022\n");
  CHECK(workspace.branch == "governor/a-1");
  CHECK(workspace.repository == repository());
  CHECK(workspace.base_commit == git({"rev-parse", "HEAD"}));
  CHECK(read_file(repository() + "/below/file") == "one\n");
  const auto difference = supervisor->difference(deployment, 10'000);
  REQUIRE(difference);
  CHECK(difference->find("+two") != std::string::npos);
}

TEST_CASE_METHOD(WorktreeFixture, "a file that is written in the second of the index is looked into",
                 "[worktree]") {
  const core::Deployment deployment =
      run("a-1",
          "git config core.trustctime false; touch -d 2001-01-01 file; git update-index --refresh;"
          "echo two >file; touch -d 2001-01-01 file \"$(git rev-parse --git-path index)\"");
  const auto difference = supervisor->difference(deployment, 10'000);
  REQUIRE(difference);
  CHECK(difference->find("+two") != std::string::npos);
}

TEST_CASE_METHOD(WorktreeFixture, "what is not in the repository comes along if it is named", "[worktree]") {
  write(".worktreeinclude", "*.env\nfile\n");
  write("below/local.env", "SECRET=1\n");
  fs::create_directories(repository() + "/build");
  write("build/big", "x");
  const core::Deployment deployment = run("a-1", "cat below/local.env; test ! -e build");
  CHECK(output("a-1") == "SECRET=1\n");
  // It is no work of the agent's.
  CHECK_FALSE(supervisor->remove_workspace(deployment, false));
}

TEST_CASE_METHOD(WorktreeFixture, "work that is nowhere else is not removed without a person", "[worktree]") {
  std::string script;
  std::string why = "not committed";
  SECTION("a change") {
    script = "echo two >file";
  }
  SECTION("a new file") {
    script = "echo two >new";
  }
  SECTION("something staged") {
    script = "echo two >file; git add -A";
  }
  SECTION("a commit") {
    script = "echo two >file; git commit -qam two";
    why = "1 commits that are on no other branch";
  }
  SECTION("a commit on no branch") {
    script = "git checkout -q --detach; echo two >file; git commit -qam two";
    why = "1 commits that are on no other branch";
  }
  const core::Deployment deployment = run("a-1", script);
  const auto refused = supervisor->remove_workspace(deployment, false);
  REQUIRE(refused);
  CHECK(refused->code == ErrorCode::conflict);
  CHECK(refused->message.find(why) != std::string::npos);
  CHECK(fs::exists(deployment.standing.workspace.directory));
  CHECK_FALSE(supervisor->remove_workspace(deployment, true));
  CHECK_FALSE(fs::exists(deployment.standing.workspace.directory));
  // Commits of its own stay, whoever has it removed.
  CHECK(has_branch("governor/a-1") ==
        (script.find("git commit") != std::string::npos && script.find("--detach") == std::string::npos));
}

TEST_CASE_METHOD(WorktreeFixture, "one with nothing in it goes, and its branch too", "[worktree]") {
  const core::Deployment deployment = run("a-1", "true");
  CHECK_FALSE(supervisor->remove_workspace(deployment, false));
  CHECK_FALSE(fs::exists(deployment.standing.workspace.directory));
  CHECK_FALSE(has_branch("governor/a-1"));
  CHECK(git({"worktree", "list"}).find("a-1") == std::string::npos);
}

TEST_CASE_METHOD(WorktreeFixture, "one that runs is not removed", "[worktree]") {
  const core::Deployment deployment = deploy(in_worktree("a-1", "sleep 300"));
  REQUIRE(supervisor->remove_workspace(deployment, true));
  CHECK(fs::exists(deployment.standing.workspace.directory));
}

TEST_CASE_METHOD(WorktreeFixture, "a branch is merged, and then its worktree may go", "[worktree]") {
  const core::Deployment deployment = run("a-1", "echo two >file; git commit -qam two; echo x >left");
  const auto early = supervisor->merge(deployment);
  REQUIRE_FALSE(early);
  CHECK(early.error().message.find("not committed") != std::string::npos);
  fs::remove(deployment.standing.workspace.directory + "/left");
  write("below/file", "mine, not committed\n");
  const auto merged = supervisor->merge(deployment);
  REQUIRE(merged);
  CHECK(read_file(repository() + "/file") == "two\n");
  CHECK(read_file(repository() + "/below/file") == "mine, not committed\n");
  CHECK(fs::status(repository() + "/file").permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read));
  CHECK_FALSE(supervisor->remove_workspace(deployment, false));
}

TEST_CASE_METHOD(WorktreeFixture, "a merge that does not go changes nothing", "[worktree]") {
  const core::Deployment deployment = run("a-1", "echo two >file; git commit -qam two");
  SECTION("because of a conflict") {
    write("file", "three\n");
    git({"commit", "-qam", "three"});
  }
  SECTION("because of what is not committed") {
    write("file", "three\n");
  }
  SECTION("because a hook refuses it") {
    write("other", "x");
    git({"add", "-A"});
    git({"commit", "-qm", "other"});
    write(".git/hooks/commit-msg", "#!/bin/sh\nexit 1\n");
    fs::permissions(repository() + "/.git/hooks/commit-msg", fs::perms::owner_all);
  }
  SECTION("because another one has begun") {
    git({"branch", "other"});
    write("below/file", "theirs\n");
    git({"commit", "-qam", "theirs"});
    git({"checkout", "-q", "other"});
    write("below/new", "ours\n");
    git({"add", "-A"});
    git({"commit", "-qm", "ours"});
    git({"merge", "--no-commit", "--no-ff", "-q", "main"});
  }
  const std::string before =
      read_file(repository() + "/file") + git({"status", "--porcelain=v2", "--branch"});
  const auto merged = supervisor->merge(deployment);
  REQUIRE_FALSE(merged);
  CHECK(merged.error().code == ErrorCode::conflict);
  CHECK(read_file(repository() + "/file") + git({"status", "--porcelain=v2", "--branch"}) == before);
}

TEST_CASE_METHOD(WorktreeFixture, "a base is a commit or a local branch", "[worktree]") {
  git({"checkout", "-q", "-b", "other"});
  write("file", "other\n");
  git({"commit", "-qam", "other"});
  git({"checkout", "-q", "main"});
  git({"update-ref", "refs/remotes/origin/main", "other"});
  LaunchRequest asked = in_worktree("a-1", "cat file");
  asked.base = "origin/main";
  auto refused = supervisor->launch(asked);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("no commit or local branch") != std::string::npos);
  asked.base = "--help";
  CHECK_FALSE(supervisor->launch(asked));
  CHECK_FALSE(has_branch("governor/a-1"));
  asked.base = "other";
  deploy(asked);
  REQUIRE(wait_for_end("a-1"));
  CHECK(output("a-1") == "other\n");
  LaunchRequest elsewhere = request("a-2", "true");
  elsewhere.workspace = core::WorkspaceMode::worktree;
  const auto none = supervisor->launch(elsewhere);
  REQUIRE_FALSE(none);
  CHECK(none.error().message.find("no git repository") != std::string::npos);
}

TEST_CASE_METHOD(WorktreeFixture, "a set-up command prepares it, or nothing is left", "[worktree]") {
  Runner& runner = settings.deployments.runners[4];
  runner.setup = {"/bin/sh", "-c", "echo ready >prepared; test ! -e fail"};
  begin();
  run("a-1", "cat prepared");
  CHECK(output("a-1") == "ready\n");
  write("fail", "");
  git({"add", "-A"});
  git({"commit", "-qm", "fail"});
  const auto failed = supervisor->launch(in_worktree("a-2", "true"));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("exited with 1") != std::string::npos);
  CHECK_FALSE(has_branch("governor/a-2"));
  CHECK_FALSE(fs::exists(settings.worktree_directory() + "/a-2"));
}

TEST_CASE_METHOD(WorktreeFixture,
                 "worktrees that are no deployment's are found, and removed if nothing is lost",
                 "[worktree]") {
  const auto found = [&](const std::string& id) -> std::optional<core::FoundWorktree> {
    const auto all = supervisor->find_all();
    REQUIRE(all);
    for (const core::FoundWorktree& one : all->worktrees)
      if (one.id == id) return one;
    return std::nullopt;
  };
  const std::string place = settings.worktree_directory() + "/lost-1";
  git({"worktree", "add", "-q", "-b", "governor/lost-1", place, "HEAD"});
  fs::create_directories(settings.worktree_directory() + "/a folder of somebody's");
  write_file(settings.worktree_directory() + "/a file", "x");
  REQUIRE(found("lost-1"));
  CHECK(found("lost-1")->work == "");
  CHECK_FALSE(found("a folder of somebody's"));
  CHECK_FALSE(found("a file"));
  std::string work;
  SECTION("nothing is in it") {
    CHECK_FALSE(supervisor->remove_stray_worktree(place));
    CHECK_FALSE(fs::exists(place));
    CHECK(git({"branch", "--list", "governor/lost-1"}) == "");
    return;
  }
  SECTION("a new file") {
    write_file(place + "/new", "x");
    work = "not committed";
  }
  SECTION("a file that git ignores") {
    write_file(place + "/.git_ignored", "x");
    write_file(repository() + "/.git/info/exclude", ".git_ignored\n");
    work = "not committed";
  }
  SECTION("a commit") {
    git({"-C", place, "commit", "-q", "--allow-empty", "-m", "work"});
    work = "on no other branch";
  }
  CHECK(found("lost-1")->work.find(work) != std::string::npos);
  CHECK(supervisor->remove_stray_worktree(place));
  CHECK(fs::exists(place));
  CHECK(git({"branch", "--list", "governor/lost-1"}) != "");
}

TEST_CASE_METHOD(WorktreeFixture,
                 "one that a program was started in is never stray, nor is a project of others",
                 "[worktree]") {
  const core::Deployment deployment = run("a-1", "true");
  CHECK(supervisor->remove_stray_worktree(deployment.standing.workspace.directory));
  CHECK(supervisor->remove_stray_worktree(repository()));
  CHECK(fs::exists(repository()));
  fs::remove_all(deployment.standing.workspace.directory);
  const auto all = supervisor->find_all();
  REQUIRE(all);
  REQUIRE(all->deployments.size() == 1);
  CHECK(all->deployments[0].worktree_gone);
  // The disk with all of them may not be mounted.
  fs::remove_all(settings.worktree_directory());
  const auto later = supervisor->find_all();
  REQUIRE(later);
  CHECK_FALSE(later->deployments[0].worktree_gone);
}

}  // namespace governor::daemon::test
