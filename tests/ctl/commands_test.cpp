#include <atomic>
#include <boost/json.hpp>
#include <string>
#include <tuple>

#include "tests/ctl/fake_daemon.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/ctl/tool_answers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using governor::ctl::test::FakeDaemon;
using governor::ctl::test::run_governorctl;
using governor::ctl::test::tool_result;
using governor::ctl::test::tools;
namespace json = boost::json;

namespace {

json::object agent_entry(const std::string& id) {
  return {{"agent_id", id},
          {"health", "healthy"},
          {"updates", 1234},
          {"shared", true},
          {"last_update", "2025-11-21T10:00:00.000000Z"},
          {"metrics", {{"coherence", 0.65}, {"risk_score", 0.12}, {"verdict", "safe"}}}};
}

}  // namespace

TEST_CASE("status shows the daemon and its sessions, and --json passes on what it said", "[ctl]") {
  const TemporaryDirectory directory;
  const FakeDaemon daemon(
      directory.path(), [](std::string_view method, const json::object&) -> std::optional<json::value> {
        if (method != "governor/status") return std::nullopt;
        const json::object session = {
            {"session", "9f86d081"}, {"client", "cursor"}, {"pid", 4711}, {"connected", true}};
        return json::object{{"status", "ok"},           {"reasons", json::array()}, {"pid", 4242},
                            {"build", "0.1.0+1.abc"},   {"watermark", 1234567},     {"unknown_field", 7},
                            {"session_list", {session}}};
      });
  const auto run = run_governorctl(directory.path(), {"status"});
  CHECK(run.code == 0);
  for (const char* part : {"4242", "0.1.0+1.abc", "1,234,567", "9f86d081", "cursor", "4711"}) {
    CAPTURE(part);
    CHECK(run.out.find(part) != std::string::npos);
  }
  const auto machine = run_governorctl(directory.path(), {"status", "--json"});
  CHECK(machine.code == 0);
  CHECK(json::parse(machine.out).at("unknown_field").as_int64() == 7);
}

TEST_CASE("agents follows the cursor to the last page", "[ctl]") {
  const TemporaryDirectory directory;
  std::atomic<bool> as_expected{true};  // assertions belong to the main thread
  const FakeDaemon daemon(
      directory.path(), tools([&](std::string_view tool, const json::object& arguments) {
        if (tool != "list_agents") as_expected = false;
        const bool first = !arguments.contains("cursor");
        json::object page = {{"agents", {agent_entry(first ? "ada" : "grace")}}, {"total", 2}};
        if (first) page["next_cursor"] = "page 2";
        return std::optional(tool_result(std::move(page)));
      }));
  const auto run = run_governorctl(directory.path(), {"agents"});
  CHECK(run.code == 0);
  CHECK(as_expected);
  CHECK(run.out.find("ada") < run.out.find("grace"));
  CHECK(run.out.find("1,234") != std::string::npos);
  const auto machine = run_governorctl(directory.path(), {"agents", "--json"});
  CHECK(json::parse(machine.out).at("agents").as_array().size() == 2);
}

TEST_CASE("agents shows the last decision, those first that need a person most", "[ctl]") {
  const TemporaryDirectory directory;
  const FakeDaemon daemon(directory.path(), tools([](std::string_view, const json::object&) {
                            json::array agents;
                            for (const auto& [id, decision, status] :
                                 {std::tuple("a", "approve", "active"), std::tuple("b", "reject", "paused"),
                                  std::tuple("c", "revise", "active"), std::tuple("d", "reject", "active")}) {
                              json::object agent = agent_entry(std::string("agent-") + id);
                              agent["decision"] = decision;
                              agent["status"] = status;
                              agents.push_back(std::move(agent));
                            }
                            return std::optional(tool_result({{"agents", agents}, {"total", 4}}));
                          }));
  const auto run = run_governorctl(directory.path(), {"agents"});
  CAPTURE(run.out);
  CHECK(run.out.find("DECISION") != std::string::npos);
  CHECK(run.out.find("agent-d") < run.out.find("agent-c"));
  CHECK(run.out.find("agent-c") < run.out.find("agent-a"));
  CHECK(run.out.find("agent-a") < run.out.find("agent-b"));
  const auto machine = json::parse(run_governorctl(directory.path(), {"agents", "--json"}).out);
  CHECK(machine.at("agents").at(0).at("agent_id").as_string() == "agent-a");
}

TEST_CASE("without agents there is a sentence instead of an empty table", "[ctl]") {
  const TemporaryDirectory directory;
  const FakeDaemon daemon(directory.path(), tools([](std::string_view, const json::object&) {
                            return std::optional(tool_result({{"agents", json::array()}, {"total", 0}}));
                          }));
  const auto run = run_governorctl(directory.path(), {"agents"});
  CHECK(run.code == 0);
  CHECK(run.out == "no agent has reported yet\n");
}

TEST_CASE("agent shows the figures and the newest update first", "[ctl]") {
  const TemporaryDirectory directory;
  std::atomic<bool> as_expected{true};  // assertions belong to the main thread
  const FakeDaemon daemon(
      directory.path(), tools([&](std::string_view tool, const json::object& arguments) {
        if (tool == "list_tasks") {
          if (arguments.at("agent").as_string() != "ada") as_expected = false;
          const json::object open{
              {"task_id", "T-1"}, {"status", "in_progress"}, {"progress", 40}, {"title", "framing"}};
          const json::object over{{"task_id", "T-0"}, {"status", "done"}, {"title", "long ago"}};
          return std::optional(tool_result({{"tasks", {open, over}}}));
        }
        if (arguments.at("agent_id").as_string() != "ada") as_expected = false;
        if (tool == "get_agent_metadata") {
          return std::optional(tool_result(
              {{"purpose", "reviews framing code"}, {"owner", {{"client", "cursor"}, {"pid", 4711}}}}));
        }
        if (tool == "list_leases") {
          const json::object lease{{"lease", 7}, {"mode", "exclusive"}, {"paths", {"/p/a.cpp"}}};
          return std::optional(tool_result({{"leases", {lease}}}));
        }
        if (tool == "get_governance_metrics") {
          if (arguments.at("detail").as_string() != "full") as_expected = false;
          return std::optional(tool_result(
              {{"agent_id", "ada"},
               {"health", {{"status", "degraded"}, {"message", "Medium risk (42.75%)"}}},
               {"metrics", {{"E", 0.7}, {"updates", 2}}},
               {"decision", {{"action", "revise"}, {"reason", "risk"}, {"require_human", false}}}}));
        }
        if (tool == "get_evidence") {
          const json::object tests{{"kind", "tests_run"}, {"framework", "pytest"}, {"success", false}};
          const json::object wrote{{"kind", "file_changed"}, {"path", "/p/b.cpp"}, {"lines_added", 3}};
          return std::optional(tool_result({{"evidence", {tests, wrote}}}));
        }
        if (arguments.at("limit").to_number<int>() != 2) as_expected = false;
        const json::object older = {{"update", 1}, {"action", "approve"}};
        const json::object newer = {{"update", 2}, {"action", "revise"}};
        return std::optional(tool_result({{"rows", {older, newer}}}));
      }));
  const auto run = run_governorctl(directory.path(), {"agent", "ada", "--rows", "2"});
  CHECK(run.code == 0);
  CHECK(as_expected);
  CHECK(run.out.find("Medium risk (42.75%)") != std::string::npos);
  for (const char* part :
       {"purpose: reviews framing code", "belongs to: cursor, pid 4711", "/p/a.cpp", "T-1", "40"}) {
    CAPTURE(part, run.out);
    CHECK(run.out.find(part) != std::string::npos);
  }
  CHECK(run.out.find("long ago") == std::string::npos);
  const auto table = run.out.find("UPDATE  TIME");
  REQUIRE(table != std::string::npos);
  CHECK(run.out.find("revise", table) < run.out.find("approve", table));
  const auto story = run.out.find("wrote /p/b.cpp, +3");
  REQUIRE(story != std::string::npos);
  CHECK(run.out.find("tests failed (pytest)", story) != std::string::npos);
}

TEST_CASE("what a tool refuses is exit code 1 with the tool's own words", "[ctl]") {
  const TemporaryDirectory directory;
  const FakeDaemon daemon(
      directory.path(), tools([](std::string_view, const json::object&) {
        const json::object text = {{"type", "text"}, {"text", "not_found: there is no agent ada"}};
        return std::optional<json::value>(json::object{{"isError", true}, {"content", {text}}});
      }));
  const auto run = run_governorctl(directory.path(), {"agent", "ada"});
  CHECK(run.code == 1);
  CHECK(run.err == "governorctl: not_found: there is no agent ada\n");
}

TEST_CASE("ps leaves out what it does not know and answers without a daemon", "[ctl]") {
  const TemporaryDirectory directory;
  const auto run = run_governorctl(directory.path(), {"ps", "--json"});
  CHECK(run.code == 0);
  CHECK(json::parse(run.out).at("processes").is_array());
}
