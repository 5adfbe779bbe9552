#include <filesystem>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

json::object prediction() {
  json::object found = {{"repository", "/r/.git"}, {"clean", 1}, {"complete", false}};
  found["branches"] = {
      {{"branch", "main"}, {"worktree", "/r"}, {"uncommitted", false}, {"agents", {"ada"}}},
      {{"branch", "side"}, {"worktree", "/w"}, {"uncommitted", true}, {"agents", {"ben", "cy"}}},
      {{"worktree", "/loose"}, {"uncommitted", false}, {"agents", json::array()}}};
  found["conflicts"] = {
      {{"branches", {"main", "side"}}, {"files", {"a.py", "b.py", "c.py", "d.py"}}, {"file_count", 7}}};
  found["unknown"] = {{{"branches", {"main", "/loose"}}, {"reason", "unrelated histories"}}};
  return found;
}

}  // namespace

TEST_CASE("conflicts shows which branches do not merge, where, and who works on them", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("predict_conflicts", {prediction()});
  const auto run = daemon.run({"conflicts"});
  CHECK(run.code == 0);
  for (const char* part :
       {"main (ada)", "side and what is not committed (ben, cy)", "a.py, b.py, c.py and 4 more",
        "not known: unrelated histories", "3 branches in worktrees, 1 pair merges cleanly"}) {
    CAPTURE(part, run.out);
    CHECK(contains(run.out, part));
  }
  CHECK(daemon.last().at("repository").as_string() == std::filesystem::current_path().string());
  CHECK_FALSE(daemon.last().contains("branches"));
  CHECK(daemon.run({"conflicts", "--exit-code"}).code == 4);
}

TEST_CASE("conflicts can be asked for some branches of another repository, and come as JSON", "[ctl]") {
  RecordingDaemon daemon;
  json::object none = prediction();
  none["conflicts"] = json::array();
  none["unknown"] = json::array();
  daemon.will_answer("predict_conflicts", {none});
  const auto run = daemon.run({"--json", "conflicts", "--repository", "/r", "main", "side", "--exit-code"});
  CHECK(run.code == 0);
  CHECK(json::parse(run.out).at("repository").as_string() == "/r/.git");
  CHECK(daemon.last().at("repository").as_string() == "/r");
  CHECK(daemon.last().at("branches") == json::array{"main", "side"});
}
