#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "ctl/coordination/process_stopped.hpp"
#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

json::object lease(int number, const char* agent, std::int64_t pid, json::array paths) {
  return {{"lease", number},
          {"fence", number},
          {"agent_id", agent},
          {"client", "cursor"},
          {"pid", pid},
          {"mode", "exclusive"},
          {"paths", std::move(paths)},
          {"reason", "refactoring"},
          {"since", "2026-01-31T12:00:00Z"},
          {"until", "2026-01-31T12:10:00Z"}};
}

// A child of ours that waits to be killed.
struct Sleeper {
  Sleeper() : pid(::fork()) {
    if (pid == 0) {
      for (;;) ::pause();
    }
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  void stop() const {
    ::kill(pid, SIGSTOP);
    ::waitpid(pid, nullptr, WUNTRACED);
  }
  const pid_t pid;
};

}  // namespace

TEST_CASE("leases shows who holds and who waits, and names a holder that is stopped", "[ctl]") {
  const Sleeper stopped;
  stopped.stop();
  json::object gone = lease(8, "ben", 0, {"/p/b.cpp"});
  gone["session_ended"] = "2026-01-31T12:01:00Z";
  RecordingDaemon daemon;
  daemon.will_answer("list_leases",
                     {{{"leases", {lease(7, "ada", stopped.pid, {"/p/a.cpp"})}},
                       {"waiting", json::array()},
                       {"count", 1},
                       {"next_cursor", 7}},
                      {{"leases", {gone, lease(9, "cy", ::getpid(), {"/1", "/2", "/3", "/4"})}},
                       {"waiting",
                        {{{"agent_id", "dan"},
                          {"client", "claude-code"},
                          {"pid", 1},
                          {"mode", "exclusive"},
                          {"paths", {"/p/a.cpp"}},
                          {"since", "2026-01-31T12:02:00Z"}}}},
                       {"count", 2}}});
  const auto run = daemon.run({"leases", "--utc"});
  CHECK(run.code == 0);
  for (const char* part : {"its process is stopped", "ada", "/p/a.cpp", "2026-01-31T12:10:00Z", "refactoring",
                           "its session is gone", "ben", "/1, /2, /3 and 1 more", "waiting", "dan"}) {
    CAPTURE(part, run.out);
    CHECK(contains(run.out, part));
  }
  CHECK(daemon.last().at("cursor").as_int64() == 7);
}

TEST_CASE("leases says once which of them meet in other worktrees", "[ctl]") {
  json::object ada = lease(7, "ada", 1, {"/r/a.cpp"});
  ada["branch"] = "main";
  ada["elsewhere"] = {{{"lease", 8}, {"agent_id", "ben"}, {"worktree", "/w"}, {"branch", "side"}}};
  json::object ben = lease(8, "ben", 1, {"/w/a.cpp"});
  ben["branch"] = "side";
  ben["elsewhere"] = {{{"lease", 7}, {"agent_id", "ada"}, {"worktree", "/r"}, {"branch", "main"}}};
  RecordingDaemon daemon;
  daemon.will_answer("list_leases", {{{"leases", {ada, ben}}, {"count", 2}}});
  const auto run = daemon.run({"leases"});
  CAPTURE(run.out);
  CHECK(contains(run.out,
                 "Also held in another worktree: /r/a.cpp: lease 7 of ada on branch main, lease 8 of "
                 "ben on branch side\n"));
  CHECK_FALSE(contains(run.out, "/w/a.cpp: lease 8 of"));
}

TEST_CASE("only a process that is there and stopped is stopped", "[ctl]") {
  const Sleeper sleeper;
  CHECK_FALSE(governor::ctl::is_stopped(sleeper.pid));
  sleeper.stop();
  CHECK(governor::ctl::is_stopped(sleeper.pid));
  CHECK_FALSE(governor::ctl::is_stopped(::getpid()));
  CHECK_FALSE(governor::ctl::is_stopped(0));
  CHECK_FALSE(governor::ctl::is_stopped(-1));
}

TEST_CASE("leases can be asked for one path or agent, and with --json come as they are", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("list_leases", {{{"leases", json::array()}, {"waiting", json::array()}, {"count", 0}}});
  CHECK(daemon.run({"leases", "--path", "src/a.cpp", "--agent", "ada"}).out == "No open leases.\n");
  CHECK(daemon.last().at("agent_id").as_string() == "ada");
  CHECK(daemon.last().at("path").as_string() == (std::filesystem::current_path() / "src/a.cpp").string());
  const auto shown = json::parse(daemon.run({"leases", "--json"}).out);
  CHECK(shown.at("count").as_int64() == 0);
  CHECK(shown.at("leases").as_array().empty());
}

TEST_CASE("times of leases are told from now on, and as they came with --utc", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("list_leases", {{{"leases", {lease(7, "ada", 1, {"/p/a.cpp"})}}, {"count", 1}}});
  CHECK_FALSE(contains(daemon.run({"leases"}).out, "2026-01-31T12:10:00Z"));
  CHECK(contains(daemon.run({"leases", "--utc"}).out, "2026-01-31T12:10:00Z"));
  CHECK(contains(daemon.run({"leases", "--json"}).out, "2026-01-31T12:10:00Z"));
}

TEST_CASE("a lease is broken with a reason", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/lease_break", {lease(7, "ada", 1, {"/p/a.cpp"})});
  CHECK(daemon.run({"leases", "break", "7"}).code == 2);
  CHECK(daemon.calls().empty());
  const auto run = daemon.run({"leases", "break", "7", "--reason", "it hangs"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "lease 7 of ada on /p/a.cpp is broken"));
  CHECK(daemon.last() == json::object{{"lease", 7}, {"reason", "it hangs"}});
}

TEST_CASE("leases check says who may write a path and who has it", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer(
      "check_write",
      {{{"path", "/p/a"},
        {"may_write", false},
        {"holders", {json::object{{"lease", 7}, {"agent_id", "grace"}, {"mode", "exclusive"}}}},
        {"reason", "lease 7 is in the way"}},
       {{"path", "/p/a"}, {"may_write", true}, {"lease", 7}, {"holders", json::array()}},
       {{"path", "/p/a"}, {"may_write", false}, {"holders", json::array()}}});
  const auto run = daemon.run({"leases", "check", "/p/a", "--agent", "ada"});
  CHECK(run.code == 0);
  for (const char* part : {"/p/a: agent ada may not write it now", "grace"}) {
    CAPTURE(part, run.out);
    CHECK(contains(run.out, part));
  }
  CHECK(daemon.last() == json::object{{"path", "/p/a"}, {"agent_id", "ada"}});
  CHECK(daemon.run({"leases", "check", "/p/a", "--agent", "grace"}).out ==
        "/p/a: agent grace may write it, with lease 7\n");
  CHECK(daemon.run({"leases", "check", "/p/a"}).out ==
        "/p/a: nobody has it; whoever asks for a lease gets one\n");
}
