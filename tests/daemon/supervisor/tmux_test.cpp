#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <map>

#include "daemon/supervisor/tool_run.hpp"
#include "tests/daemon/supervisor/supervisor_fixture.hpp"

namespace governor::daemon::test {
namespace {

using core::DeploymentState;

/// With real tmux, on a socket of the test's own; without it the cases say so and pass.
class TmuxFixture : public SupervisorFixture {
 public:
  TmuxFixture() {
    settings.deployments.tmux = "tmux";
    begin();
  }
  ~TmuxFixture() { static_cast<void>(tmux({"kill-server"})); }

  core::Result<ToolOutput> tool(const std::vector<std::string>& words) const {
    return run_tool(words, settings.environment, "/", soon());
  }
  core::Result<ToolOutput> tmux(std::vector<std::string> words) const {
    words.insert(words.begin(), {"tmux", "-S", settings.tmux_socket(), "-f", "/dev/null"});
    return tool(words);
  }
  bool is_there(const std::string& session) const {
    const auto sessions = Tmux("tmux", settings.tmux_socket(), settings.environment).sessions();
    return sessions && std::any_of(sessions->begin(), sessions->end(),
                                   [&](const auto& one) { return one.name == session; });
  }

  bool is_missing() const {
    if (tool({"tmux", "-V"})) return false;
    WARN("not run: there is no tmux");
    return true;
  }
};

}  // namespace

TEST_CASE_METHOD(TmuxFixture, "each has a session of its own, as long as it runs", "[tmux]") {
  if (is_missing()) return;
  const core::Deployment one = deploy("a.b-1", "echo seen; sleep 300");
  CHECK(one.standing.in_tmux);
  CHECK(is_there("a_b-1"));
  deploy("a-2", "until test -e go; do sleep 0.1; done");
  REQUIRE(until(soon(), [&] {
    const auto pane = tmux({"capture-pane", "-p", "-t", "=a_b-1:"});
    return pane && pane->out.find("seen") != std::string::npos;
  }));
  const auto all = supervisor->find_all();
  REQUIRE(all);
  REQUIRE(all->deployments.size() == 2);
  write_file(directory / "go", "");
  REQUIRE(wait_for_end("a-2"));
  REQUIRE(until(soon(), [&] { return !is_there("a-2"); }));
  CHECK(is_there("a_b-1"));
  supervisor->stop("a.b-1", "over");
  REQUIRE(wait_for_end("a.b-1"));
  // The server ends with its last session.
  REQUIRE(until(soon(), [&] { return tmux({"list-sessions"})->exit_code != 0; }));
}

TEST_CASE_METHOD(TmuxFixture, "what a person types in the session reaches the program", "[tmux]") {
  if (is_missing()) return;
  deploy(request("a-1", "stty size; read line; echo \"got $line\"; read more", "typed"));
  REQUIRE(until(soon(), [&] { return output("a-1").find("50 200") != std::string::npos; }));
  REQUIRE(tmux({"send-keys", "-t", "=a-1:", "hello", "Enter"})->exit_code == 0);
  REQUIRE(until(soon(), [&] { return output("a-1").find("got hello") != std::string::npos; }));
  REQUIRE(tmux({"send-keys", "-t", "=a-1:", "C-c"})->exit_code == 0);
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->signal == SIGINT);
}

TEST_CASE_METHOD(TmuxFixture, "when the server of tmux is killed the program goes on", "[tmux]") {
  if (is_missing()) return;
  deploy("a-1", "until test -e go; do echo tick; sleep 0.05; done; echo over");
  REQUIRE(wait_for_state("a-1", DeploymentState::working));
  REQUIRE(tmux({"kill-server"})->exit_code == 0);
  const auto size = [&] { return supervisor->read_output("a-1", std::nullopt, 10, "")->available; };
  const auto before = size();
  REQUIRE(until(soon(), [&] { return size() > before + 50; }));
  write_file(directory / "go", "");
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->state == DeploymentState::finished);
  CHECK(output("a-1").find("over") != std::string::npos);
}

TEST_CASE_METHOD(TmuxFixture, "where tmux does not go, it runs without and says so", "[tmux]") {
  settings.deployments.tmux = "/nowhere/tmux";
  begin();
  const core::Deployment deployment = deploy("a-1", "exit 6");
  CHECK_FALSE(deployment.standing.in_tmux);
  const auto ended = wait_for_end("a-1");
  REQUIRE(ended);
  CHECK(ended->exit_code == 6);
}

TEST_CASE_METHOD(TmuxFixture, "thirty that end at once leave no session", "[tmux]") {
  if (is_missing()) return;
  for (int i = 0; i < 30; ++i) {
    const std::string id = "a-" + std::to_string(i);
    CHECK(deploy(id, "true").standing.in_tmux);
    REQUIRE(wait_for_end(id));
  }
  REQUIRE(until(soon(), [&] {
    const auto sessions = Tmux("tmux", settings.tmux_socket(), settings.environment).sessions();
    return sessions && sessions->empty();
  }));
}

TEST_CASE_METHOD(TmuxFixture,
                 "sessions of governor's own server are found, dead ones too, and no other server's",
                 "[tmux]") {
  if (is_missing()) return;
  const std::string users = directory / "users.sock";
  REQUIRE(tool({"tmux", "-S", users, "-f", "/dev/null", "new-session", "-d", "-s", "mine", "sleep 300"}));
  deploy("a-1", "sleep 300");
  REQUIRE(tmux({"new-session", "-d", "-s", "stray", "sleep 300"}));
  REQUIRE(tmux({"new-session", "-d", "-s", "dead", "sleep 300"}));
  REQUIRE(tmux({"set-option", "-t", "=dead:", "remain-on-exit", "on"}));
  REQUIRE(tmux({"send-keys", "-t", "=dead:", "C-c"}));
  const auto terminals = [&] {
    std::map<std::string, bool> found;
    const auto all = supervisor->find_all();
    if (all && all->terminals)
      for (const core::FoundTerminal& one : *all->terminals) found[one.name] = one.dead;
    return found;
  };
  const std::map<std::string, bool> expected{{"a-1", false}, {"stray", false}, {"dead", true}};
  REQUIRE(until(soon(), [&] { return terminals() == expected; }));
  // Only what is dead is closed.
  CHECK_FALSE(supervisor->close_terminal("stray"));
  CHECK_FALSE(supervisor->close_terminal("dead"));
  CHECK(is_there("stray"));
  CHECK_FALSE(is_there("dead"));
  CHECK(tool({"tmux", "-S", users, "has-session", "-t", "=mine"})->exit_code == 0);
  static_cast<void>(tool({"tmux", "-S", users, "kill-server"}));
}

}  // namespace governor::daemon::test
