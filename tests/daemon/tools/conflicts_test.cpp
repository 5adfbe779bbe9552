// Branches that will not merge: predicted at a call, and told by itself after a commit.
#include "tests/daemon/git_project.hpp"
#include "tests/daemon/tools/guard_fixture.hpp"
#include "tests/support/slowness.hpp"
#include "tests/support/until.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
using namespace std::chrono_literals;

namespace {

struct TwoBranches {
  TwoBranches() : side(project.add_worktree("side")), person(guarded.daemon, "c") {}

  json::object hook(const std::string& session, const std::string& top) {
    json::object params = guarded.hook(session, top + "/parser.py");
    params["cwd"] = top;
    return params;
  }
  std::string begin(const std::string& session, const std::string& top) {
    json::object params = hook(session, top);
    params.erase("path");
    params.erase("tool");
    params["project"] = top;
    return std::string(guarded.ask("governor/session_began", params).at("context").as_string());
  }
  std::string write(const std::string& session, const std::string& top, const std::string& content) {
    const std::string before(
        guarded.ask("governor/guard_write", edit(session, top)).at("warning").as_string());
    project.write(top, "parser.py", content);
    const std::string after(guarded.ask("governor/guard_done", hook(session, top)).at("warning").as_string());
    return before + after;
  }
  void committed(const std::string& top) {
    guarded.ask("governor/git_event", {{"pids", {::getpid()}}, {"hook", "post-commit"}, {"cwd", top}});
  }
  json::array alerts() {
    json::array found;
    const json::object listed = person.call("list_alerts", {});
    for (const json::value& alert : listed.at("alerts").as_array())
      if (alert.at("kind").as_string() == "branch_conflict") found.push_back(alert);
    return found;
  }
  bool alerts_become(std::size_t count) {
    return governor::test::until(governor::ipc::Deadline::after(30s * governor::test::kSlowness),
                                 [&] { return alerts().size() == count; });
  }

  GitProject project;
  std::string side;
  Guarded guarded;
  Someone person;

 private:
  json::object edit(const std::string& session, const std::string& top) {
    json::object params = hook(session, top);
    params["line_delta"] = 0;
    return params;
  }
};

}  // namespace

TEST_CASE_METHOD(TwoBranches, "the tool says which branches do not merge, where, and who works on them") {
  begin("11111111-a", project.main());
  begin("22222222-b", side);
  project.write(project.main(), "parser.py", "one\nMAIN\nthree\n");
  project.commit(project.main(), "main");
  project.write(side, "parser.py", "one\nSIDE\nthree\n");
  const auto found = person.call("predict_conflicts", {{"repository", project.main()}});
  CHECK(found.at("repository").as_string() == project.main() + "/.git");
  CHECK(found.at("complete").as_bool());
  REQUIRE(found.at("conflicts").as_array().size() == 1);
  const auto& conflict = found.at("conflicts").at(0);
  CHECK(conflict.at("branches") == json::value{"main", "side"});
  CHECK(conflict.at("files") == json::array{"parser.py"});
  const auto& branches = found.at("branches").as_array();
  REQUIRE(branches.size() == 2);
  CHECK(branches[1].at("uncommitted").as_bool());
  CHECK(branches[1].at("agents") == json::array{"claude-code-22222222"});
  CHECK(alerts().empty());  // to look changes nothing
}

TEST_CASE_METHOD(TwoBranches, "after a commit both agents are told until the branches merge") {
  begin("11111111-a", project.main());
  begin("22222222-b", side);
  project.write(project.main(), "parser.py", "one\nMAIN\nthree\n");
  project.write(side, "parser.py", "one\nSIDE\nthree\n");
  project.commit(project.main(), "main");
  committed(project.main());
  REQUIRE(alerts_become(1));
  const json::array raised = alerts();
  CHECK(contains(raised.at(0).at("message"), "claude-code-11111111"));
  CHECK(contains(raised.at(0).at("message"), "claude-code-22222222"));
  CHECK(contains(raised.at(0).at("message"), "parser.py"));
  for (const auto& [session, top, other] :
       {std::tuple("11111111-a", project.main(), "side"), std::tuple("22222222-b", side, "main")}) {
    const std::string told = begin(session, top);
    INFO(told);
    CHECK(told.find("Your branch and " + std::string(other)) != std::string::npos);
    CHECK(told.find("conflict in parser.py") != std::string::npos);
  }
  CHECK(write("22222222-b", side, "one\nSIDE\nthree\n").find("Your branch and main") != std::string::npos);

  project.write(side, "parser.py", "one\nMAIN\nthree\n");
  project.commit(side, "the same");
  committed(side);
  CHECK(alerts_become(0));
  CHECK(begin("22222222-b", side).find("conflict") == std::string::npos);
}

TEST_CASE_METHOD(TwoBranches, "two agents that write one function are told before either has committed") {
  begin("11111111-a", project.main());
  begin("22222222-b", side);
  CHECK(write("11111111-a", project.main(), "one\nMAIN\nthree\n").empty());
  CHECK(write("22222222-b", side, "one\nSIDE\nthree\n").find("changed it in the worktree") !=
        std::string::npos);
  CHECK(alerts_become(1));
}

TEST_CASE_METHOD(TwoBranches, "agents on branches that merge hear nothing") {
  begin("11111111-a", project.main());
  begin("22222222-b", side);
  CHECK(write("11111111-a", project.main(), "one\nMAIN\nthree\n").empty());
  project.write(side, "other.py", "two\n");
  project.commit(side, "other");
  committed(side);
  // A conflict that comes later shows that this look is over.
  const std::string third = project.add_worktree("third");
  begin("33333333-c", third);
  project.write(third, "other.py", "three\n");
  project.commit(third, "third");
  committed(third);
  REQUIRE(alerts_become(1));
  CHECK_FALSE(contains(alerts().at(0).at("message"), "11111111"));
  CHECK(begin("11111111-a", project.main()).find("conflict") == std::string::npos);
}
