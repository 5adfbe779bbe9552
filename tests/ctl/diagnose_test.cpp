#include <unistd.h>

#include <filesystem>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

json::object report() {
  const json::object call = {{"waits_for", "another_call"},
                             {"tool", "process_agent_update"},
                             {"agent_id", "ada"},
                             {"client", "cursor"},
                             {"pid", 4711},
                             {"behind", "get_metrics"},
                             {"waited_ms", 1250.0}};
  const json::object conflict = {{"code", "not_owner"},
                                 {"agent_id", "grace"},
                                 {"holder", {{"client", "claude"}, {"pid", 99}}},
                                 {"count", 12},
                                 {"last", "2025-11-21T10:00:00.000000Z"}};
  return {{"queues", {{"calls", 1}, {"agents_loading", 2}, {"changes_not_durable", 3}, {"store_jobs", 4}}},
          {"waiting", {call}},
          {"waits", {{"disk", {{"count", 10}, {"p50_ms", 1.5}, {"p99_ms", 12.0}, {"max_ms", 1500.0}}}}},
          {"conflicts", {conflict}},
          {"slowest", json::array()}};
}

json::object locks(int dead) {
  const json::object lock = {{"path", "/w/a.lock"}, {"kind", "file"},
                             {"state", "dead"},     {"reason", "pid 7 does not run any more"},
                             {"age_seconds", 61},   {"removed", false}};
  return {{"directory", "/w"}, {"dead", dead},      {"unknown", 0},
          {"alive", 0},        {"complete", false}, {"incomplete_because", "there are over 10 names"},
          {"locks", {lock}}};
}

}  // namespace

TEST_CASE("diagnose shows who waits for what, for how long, and the conflicts", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("diagnose_concurrency", {report()});
  const auto run = daemon.run({"diagnose"});
  CHECK(run.code == 0);
  for (const char* part :
       {"1 calls wait, 2 agents are loaded, 3 changes", "process_agent_update", "another_call: get_metrics",
        "cursor, pid 4711", "1.25 s", "disk", "12 ms", "not_owner", "claude, pid 99", "12"}) {
    CAPTURE(part);
    CHECK(contains(run.out, part));
  }
  CHECK(daemon.last().empty());
  CHECK(json::parse(daemon.run({"diagnose", "--json"}).out).at("queues").at("store_jobs").as_int64() == 4);
}

TEST_CASE("lock files are shown, and with --exit-code they show in it", "[ctl]") {
  RecordingDaemon daemon;
  json::object with_locks = report();
  with_locks["legacy_locks"] = locks(1);
  daemon.will_answer("diagnose_concurrency", {with_locks});
  const auto run = daemon.run({"diagnose", "--directory", "/w"});
  CHECK(run.code == 0);
  for (const char* part : {"1 dead, 0 unknown, 0 in use", "/w/a.lock", "pid 7 does not run", "1 min 1 s",
                           "there are over 10 names"}) {
    CAPTURE(part);
    CHECK(contains(run.out, part));
  }
  CHECK(daemon.last() == json::object{{"directory", "/w"}});
  CHECK(daemon.run({"diagnose", "--directory", "/w", "--exit-code"}).code == 4);
  CHECK(daemon.run({"diagnose", "--exit-code"}).code == 2);
  CHECK(daemon.run({"diagnose", "--remove-stale"}).code == 2);
}

TEST_CASE("a relative directory is the one seen from here, not from the daemon", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("diagnose_concurrency", {report()});
  daemon.run({"diagnose", "--directory", "some/../place"});
  CHECK(daemon.last().at("directory").as_string() == (std::filesystem::current_path() / "place").string());
}

TEST_CASE("stale locks are removed only where that is asked for", "[ctl]") {
  RecordingDaemon daemon;
  json::object done = locks(1);
  done["removed"] = 1;
  done["dry_run"] = false;
  daemon.will_answer("cleanup_stale_locks", {done});
  const auto run = daemon.run({"diagnose", "--directory", "/w", "--remove-stale", "--exit-code"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "1 removed\n"));
  CHECK(daemon.last() == json::object{{"directory", "/w"}, {"dry_run", false}});
  done["dead"] = 2;
  daemon.will_answer("cleanup_stale_locks", {done});
  CHECK(daemon.run({"diagnose", "--directory", "/w", "--remove-stale", "--exit-code"}).code == 4);
}
