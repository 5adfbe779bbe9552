// The same file in two working trees of one repository: both are told.
#include "tests/daemon/git_project.hpp"
#include "tests/daemon/tools/guard_fixture.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

DaemonFixture::Settings exclusive() {
  DaemonFixture::Settings settings;
  settings.lease_policy.across_worktrees = governor::core::AcrossWorktrees::exclusive;
  return settings;
}

std::string warning_of(const json::object& answer) {
  return std::string(answer.at("warning").as_string());
}

}  // namespace

TEST_CASE("a lease says who else holds or has changed the file in another working tree") {
  GitProject project;
  const std::string side = project.add_worktree("side");
  const DaemonFixture daemon;
  Someone ann(daemon, "a");
  Someone ben(daemon, "b");
  ann.call("register_agent", {{"agent_id", "ann"}});
  ben.call("register_agent", {{"agent_id", "ben"}});
  const auto first = ann.take(project.main() + "/parser.py");
  CHECK_FALSE(first.contains("elsewhere"));
  const auto second = ben.take(side + "/parser.py");
  CHECK(second.at("status").as_string() == "granted");
  const auto& others = second.at("elsewhere").as_array();
  REQUIRE(others.size() == 1);
  CHECK(others[0].at("agent_id").as_string() == "ann");
  CHECK(others[0].at("path").as_string() == project.main() + "/parser.py");
  CHECK(others[0].at("worktree").as_string() == project.main());
  CHECK(others[0].at("branch").as_string() == "main");
  CHECK(others[0].at("lease") == first.at("lease"));
  CHECK(ben.call("check_write", {{"path", side + "/parser.py"}}).at("elsewhere").as_array().size() == 1);
  CHECK_FALSE(ben.take(side + "/other.py").contains("elsewhere"));

  json::object commit = {{"path", project.main() + "/parser.py"}, {"lease", first.at("lease")}};
  commit["content"] = "one\nTWO\nthree\n";
  commit["expected_sha256"] = first.at("files").at(0).at("sha256");
  ann.call("commit_file", commit);
  ann.call("release_write", {{"lease", first.at("lease")}});
  const auto third = ben.take(side + "/parser.py").at("elsewhere").as_array();
  REQUIRE(third.size() == 1);
  CHECK(third[0].at("agent_id").as_string() == "ann");
  CHECK_FALSE(third[0].as_object().contains("lease"));
  CHECK(third[0].as_object().contains("changed"));

  // What is the same here by now needs no merge.
  project.write(side, "parser.py", "one\nTWO\nthree\n");
  CHECK_FALSE(ben.take(side + "/parser.py").contains("elsewhere"));
}

TEST_CASE("leases remember their place over a restart, and the list says which meet") {
  GitProject project;
  const std::string side = project.add_worktree("side");
  DaemonFixture daemon;
  {
    Someone ann(daemon, "a");
    Someone ben(daemon, "b");
    ann.take(project.main() + "/parser.py");
    ben.take(side + "/");
  }
  daemon.restart();
  Someone cleo(daemon, "c");
  const auto leases = cleo.leases();
  REQUIRE(leases.size() == 2);
  CHECK(leases[0].at("branch").as_string() == "main");
  CHECK(leases[1].at("worktree").as_string() == side);
  REQUIRE(leases[0].at("elsewhere").as_array().size() == 1);
  CHECK(leases[0].at("elsewhere").at(0).at("lease") == leases[1].at("lease"));
  CHECK(leases[1].at("elsewhere").at(0).at("branch").as_string() == "main");
}

TEST_CASE("a hook grants the file and warns of who writes it elsewhere, before and after") {
  GitProject project;
  const std::string side = project.add_worktree("side");
  Guarded guarded;
  const std::string here = project.main() + "/parser.py";
  const std::string there = side + "/parser.py";
  const auto first = guarded.write("11111111-a", here, 3);
  CHECK(first.at("decision").as_string() == "allow");
  CHECK(warning_of(first).empty());

  const auto second = guarded.write("22222222-b", there, 3);
  CHECK(second.at("decision").as_string() == "allow");
  const std::string warning = warning_of(second);
  INFO(warning);
  CHECK(contains(second.at("warning"), "claude-code-11111111"));
  CHECK(contains(second.at("warning"), "holds it in the worktree " + project.main() + " (branch main)"));
  // The other one hears of it when it has written.
  CHECK(contains(guarded.done("11111111-a", here).at("warning"), "claude-code-22222222"));
  CHECK(warning_of(guarded.write("22222222-b", there, 3)).empty());  // said a moment ago

  project.write(project.main(), "parser.py", "one\n2\nthree\n");
  guarded.write("11111111-a", here, 3);
  guarded.done("11111111-a", here);
  project.write(side, "parser.py", "one\nzwei\nthree\n");
  const auto after = guarded.done("22222222-b", there);
  CHECK(contains(after.at("warning"), "changed it in the worktree"));
  CHECK(contains(after.at("warning"), "less than a minute ago"));
}

TEST_CASE("who edits other files in another working tree hears nothing") {
  GitProject project;
  const std::string side = project.add_worktree("side");
  Guarded guarded;
  for (int round = 0; round < 2; ++round) {
    CHECK(warning_of(guarded.write("11111111-a", project.main() + "/parser.py", 3)).empty());
    CHECK(warning_of(guarded.write("22222222-b", side + "/other.py", 1)).empty());
    CHECK(warning_of(guarded.done("11111111-a", project.main() + "/parser.py")).empty());
    CHECK(warning_of(guarded.done("22222222-b", side + "/other.py")).empty());
  }
}

TEST_CASE("where working trees exclude each other, a file is held in all of them") {
  GitProject project;
  const std::string side = project.add_worktree("side");
  Guarded guarded(exclusive());
  Someone ann(guarded.daemon, "a");
  Someone ben(guarded.daemon, "b");
  const auto held = ann.take(project.main() + "/parser.py");
  const auto refused = ben.take(side + "/parser.py");
  CHECK(refused.at("status").as_string() == "held");
  CHECK(refused.at("holders").at(0).at("worktree").as_string() == project.main());
  const auto denied = guarded.write("22222222-b", side + "/parser.py", 3);
  CHECK(denied.at("code").as_string() == "held");
  CHECK(contains(denied.at("reason"), "in the worktree " + project.main() + " (branch main)"));
  CHECK(ben.take(side + "/other.py").at("status").as_string() == "granted");
  ann.call("release_write", {{"lease", held.at("lease")}});
  CHECK(ben.take(side + "/parser.py").at("status").as_string() == "granted");
}
