// What governorctl shows of headless agents, and what it asks the daemon.
#include <fstream>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

const std::string kDeployed = "reviewer-20260131T120000Z-1a2b3c4d";

json::object deployment(const std::string& state, json::object more = {}) {
  more["deployment_id"] = kDeployed;
  more["agent_id"] = kDeployed;
  more["agent_type"] = "reviewer";
  more["runner"] = "generic";
  more["state"] = state;
  more["since"] = "2026-01-31T12:00:00Z";
  more["created"] = "2026-01-31T12:00:00Z";
  more["started"] = "2026-01-31T12:00:00Z";
  if (!more.contains("ended")) more["ended"] = nullptr;
  if (!more.contains("needs_person")) more["needs_person"] = state == "waiting" || state == "stuck";
  return more;
}

json::object over(json::object more = {}) {
  more["ended"] = "2026-01-31T12:05:00Z";
  return deployment("finished", std::move(more));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

json::object output(const std::string& text, std::int64_t offset) {
  const auto size = static_cast<std::int64_t>(text.size());
  return {{"deployment_id", kDeployed},   {"text", text},       {"offset", offset},
          {"next_offset", offset + size}, {"available", 1'000}, {"forgotten", 0}};
}

}  // namespace

TEST_CASE("deployments are listed with what they wait for, and how many there are of each", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer(
      "list_deployments",
      {{{"deployments", {deployment("waiting", {{"waiting_for", "permission"}, {"why", "may it?"}})}},
        {"count", 1},
        {"counts", {{"waiting", 1}, {"finished", 3}}}}});
  const Run run = daemon.run({"deployments", "--live", "--task", "T-1"});
  CHECK(run.code == 0);
  CHECK(has(run.out, kDeployed));
  CHECK(has(run.out, "waiting (permission)"));
  CHECK(has(run.out, "may it?"));
  CHECK(has(run.out, "1 waiting, 3 finished"));
  CHECK(daemon.calls().front().arguments.at("live").as_bool());
  CHECK(daemon.calls().front().arguments.at("task_id").as_string() == "T-1");
}

TEST_CASE("one that needs a person is shown with the next step", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer(
      "get_deployment",
      {{{"deployment", deployment("waiting", {{"waiting_for", "trust"}})}, {"history", json::array()}},
       {{"deployment",
         over({{"workspace",
                {{"mode", "worktree"}, {"directory", "/w"}, {"branch", "b"}, {"removed", false}}}})},
        {"history", json::array()}}});
  CHECK(has(daemon.run({"deployments", "show", kDeployed}).out, "deployments input " + kDeployed));
  CHECK(has(daemon.run({"deployments", "show", kDeployed}).out, "deployments diff " + kDeployed));
}

TEST_CASE("deploying says what was asked for, and where to follow it", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("deploy_headless_agent", {{{"deployment", deployment("starting")}}});
  const Run run =
      daemon.run({"deploy", "reviewer", "look at it", "--runner", "generic", "--worktree", "--base", "main",
                  "--budget", "turns=5", "--budget", "cost_usd=0.5", "--env", "A=b=c", "--cwd", "/"});
  CHECK(run.code == 0);
  CHECK(has(run.out, "governorctl logs -f " + kDeployed));
  const json::object asked = daemon.calls().front().arguments;
  CHECK(asked.at("prompt").as_string() == "look at it");
  CHECK(asked.at("workspace").as_string() == "worktree");
  CHECK(asked.at("base").as_string() == "main");
  CHECK(asked.at("cwd").as_string() == "/");
  CHECK(asked.at("budget").at("turns").as_int64() == 5);
  CHECK(asked.at("budget").at("cost_usd").as_double() == 0.5);
  CHECK(asked.at("env").at("A").as_string() == "b=c");
  CHECK(daemon.role() == "person");
}

TEST_CASE("a deployment that is asked for wrongly is refused before the daemon is asked", "[ctl]") {
  RecordingDaemon daemon;
  CHECK(daemon.run({"deploy", "reviewer", "x", "--env", "A"}).code == 2);
  CHECK(daemon.run({"deploy", "reviewer", "x", "--base", "main"}).code == 2);
  CHECK(daemon.run({"deploy"}).code == 2);
  CHECK(daemon.calls().empty());
}

TEST_CASE("the output is followed until the deployment is over, with what it said last", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("get_deployment_output",
                     {output("one\ntw", 0), output("o\n", 6), output("three", 8), output("", 13)});
  daemon.will_answer("get_deployment", {{{"deployment", over()}}});
  const Run run = daemon.run({"logs", "-f", kDeployed});
  CHECK(run.code == 0);
  CHECK(run.out == "one\ntwo\nthree\n");
}

TEST_CASE("logs show what they are asked for once", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("get_deployment_output", {output("\x1b[2Jerror\n", 0)});
  const Run run = daemon.run({"logs", kDeployed, "--filter", "error", "--bytes", "100"});
  CHECK(run.code == 0);
  CHECK(!has(run.out, "\x1b"));
  CHECK(daemon.calls().size() == 1);
  CHECK(daemon.calls().front().arguments.at("filter").as_string() == "error");
  CHECK(daemon.calls().front().arguments.at("limit").as_int64() == 100);
}

TEST_CASE("stop with an id ends that deployment and no daemon", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("stop_deployment",
                     {{{"deployment", deployment("stopped", {{"ended", "2026-01-31T12:05:00Z"}})}}});
  const Run run = daemon.run({"stop", kDeployed, "--reason", "wrong branch"});
  CHECK(run.code == 0);
  CHECK(has(run.out, "stopped"));
  REQUIRE(daemon.calls().size() == 1);
  CHECK(daemon.calls().front().arguments.at("reason").as_string() == "wrong branch");
}

TEST_CASE("waiting tells a script whether it went well", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("wait_deployment",
                     {{{"deployment", deployment("working")}, {"over", false}, {"timed_out", true}},
                      {{"deployment", over()}, {"over", true}, {"timed_out", false}},
                      {{"deployment", deployment("failed")}, {"over", true}, {"timed_out", false}}});
  CHECK(daemon.run({"deployments", "wait", kDeployed}).code == 0);
  CHECK(daemon.calls().size() == 2);
  CHECK(daemon.run({"deployments", "wait", kDeployed}).code == 1);
}

TEST_CASE("the registry's differences are shown, and what is left of them is an exit code", "[ctl]") {
  RecordingDaemon daemon;
  const auto difference = [](bool repaired) {
    return json::object{{"deployment_id", kDeployed},
                        {"fault", "process_gone"},
                        {"what", "it is gone"},
                        {"repairable", true},
                        {"repaired", repaired}};
  };
  daemon.will_answer("validate_and_repair_registry",
                     {{{"differences", {difference(false)}}, {"count", 1}, {"repaired", 0}},
                      {{"differences", {difference(true)}}, {"count", 1}, {"repaired", 1}},
                      {{"differences", json::array()}, {"count", 0}, {"repaired", 0}}});
  const Run looked = daemon.run({"deployments", "repair"});
  CHECK(looked.code == 4);
  CHECK(has(looked.out, "--fix"));
  CHECK(daemon.run({"deployments", "repair", "--fix"}).code == 0);
  CHECK(has(daemon.run({"deployments", "repair"}).out, "the registry is what there is"));
  CHECK(daemon.calls().at(0).arguments.at("dry_run").as_bool());
  CHECK(!daemon.calls().at(1).arguments.at("dry_run").as_bool());
}

TEST_CASE("there is nothing to attach to without tmux, or after the end", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("get_deployment", {{{"deployment", deployment("working", {{"in_tmux", false}})}},
                                        {{"deployment", over({{"in_tmux", true}})}}});
  const Run without = daemon.run({"attach", kDeployed});
  CHECK(without.code == 1);
  CHECK(has(without.err, "governorctl logs -f"));
  const Run ended = daemon.run({"attach", kDeployed});
  CHECK(ended.code == 1);
  CHECK(has(ended.err, "is over"));
}

TEST_CASE("a person lets one go on, with as much again or with what is said", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/deployment_continue",
                     {{{"deployment", deployment("working")}}, {{"deployment", deployment("working")}}});
  CHECK(daemon.run({"deployments", "continue", kDeployed, "--reason", "nearly done"}).code == 0);
  CHECK(daemon.run({"deployments", "continue", kDeployed, "--budget", "turns=300", "--budget", "seconds=0"})
            .code == 0);
  CHECK(daemon.run({"deployments", "continue", kDeployed, "--budget", "turns"}).code == 2);
  const auto calls = daemon.calls();
  REQUIRE(calls.size() == 2);
  CHECK_FALSE(calls[0].arguments.contains("budget"));
  CHECK(calls[0].arguments.at("reason") == "nearly done");
  CHECK_FALSE(calls[1].arguments.contains("reason"));
  CHECK(calls[1].arguments.at("budget").at("turns").as_int64() == 300);
  CHECK(calls[1].arguments.at("budget").at("seconds").as_int64() == 0);
  CHECK(daemon.role() == "person");
}

TEST_CASE("one that waits for a person's word on its budget, or for a time, says how it goes on", "[ctl]") {
  RecordingDaemon daemon;
  const auto waiting = [](const char* what) {
    return json::object{{"deployment", deployment("waiting", {{"waiting_for", what}})},
                        {"history", json::array()}};
  };
  daemon.will_answer("get_deployment", {waiting("budget"), waiting("restart"), waiting("quota")});
  for (int i = 0; i < 3; ++i)
    CHECK(has(daemon.run({"deployments", "show", kDeployed}).out, "deployments continue " + kDeployed));
}

TEST_CASE("merge and discard are asked for by a person, and say what came of it", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/deployment_merge", {{{"merged", true}, {"result", "merged 2 commits"}}});
  daemon.will_answer("governor/deployment_discard", {{{"removed", true}}});
  daemon.will_answer("get_deployment_diff",
                     {{{"diff", ""}, {"branch", "b"}}, {{"diff", "+new\n"}, {"branch", "b"}}});
  CHECK(daemon.run({"deployments", "merge", kDeployed}).out == "merged 2 commits\n");
  CHECK(has(daemon.run({"deployments", "discard", kDeployed}).out, "is removed"));
  CHECK(has(daemon.run({"deployments", "diff", kDeployed}).out, "nothing has changed"));
  CHECK(daemon.run({"deployments", "diff", kDeployed}).out == "+new\n");
}
