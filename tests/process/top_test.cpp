// `governorctl top` in a real terminal, which tmux plays.
#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "ipc/client.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/slowness.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;

/// A terminal of tmux in a sandbox, on a socket of its own, that ends before the sandbox does.
class Terminal {
 public:
  explicit Terminal(const Sandbox& sandbox) : sandbox_(sandbox) {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    static_cast<void>(tmux({"kill-server"}));
    static_cast<void>(until(patience(), [&] { return tmux({"list-sessions"}) != 0; }));
  }

  int tmux(std::vector<std::string> words, std::string* said = nullptr) const {
    words.insert(words.begin(), {"tmux", "-u", "-S", sandbox_.directory() + "/tmux.sock", "-f", "/dev/null"});
    const auto finished = run(sandbox_.command("/usr/bin/env", std::move(words)), patience());
    if (!finished) return -1;
    if (said != nullptr) *said = finished->output;
    return finished->code;
  }

  /// Runs governorctl top there; when it has ended, its exit code is in `ended`.
  void begin(const std::string& width, const std::string& height) const {
    const std::string command = std::string(kControl) + " top; echo $? > " + ended;
    REQUIRE(tmux({"new-session", "-d", "-x", width, "-y", height, command}) == 0);
  }
  void type(const std::string& key) const { REQUIRE(tmux({"send-keys", key}) == 0); }

  /// What is to be seen, line by line.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::string screen;
    static_cast<void>(tmux({"capture-pane", "-p"}, &screen));
    std::vector<std::string> all;
    std::istringstream text(screen);
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }
  [[nodiscard]] bool shows(std::string_view part) const {
    const auto all = lines();
    return std::any_of(all.begin(), all.end(),
                       [&](const std::string& line) { return line.find(part) != std::string::npos; });
  }
  [[nodiscard]] bool comes_to_show(std::string_view part) const {
    return until(patience(), [&] { return shows(part); });
  }
  [[nodiscard]] std::string picture() const {
    std::string all;
    for (const std::string& line : lines()) all += line + '\n';
    return all;
  }

 private:
  const Sandbox& sandbox_;

 public:
  const std::string ended = sandbox_.directory() + "/top-ended";
};

void update(const Sandbox& sandbox, const std::string& agent) {
  auto client = ipc::Client::connect(sandbox.socket(), patience());
  REQUIRE(client.has_value());
  REQUIRE(client->call_tool("process_agent_update", {{"agent_id", agent}}, patience()).has_value());
}

std::size_t width_of(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

bool has_tmux(const Terminal& terminal) {
  if (terminal.tmux({"-V"}) == 0) return true;
  WARN("not run: there is no tmux");
  return false;
}

TEST_CASE("top is seen at the size of its terminal, goes on with another daemon, and ends by a key") {
  Sandbox sandbox;
  sandbox.set("LANG", "C.UTF-8");
  sandbox.set("LC_ALL", "C.UTF-8");
  const Terminal terminal(sandbox);
  if (!has_tmux(terminal)) return;
  terminal.begin("110", "30");
  // It starts the daemon, as any client does.
  const pid_t first = sandbox.wait_for_daemon(patience());
  REQUIRE(first != 0);
  update(sandbox, "ada");
  const bool shown = terminal.comes_to_show("ada ");
  INFO(terminal.picture());
  REQUIRE(shown);
  CHECK(terminal.lines().size() == 30);
  CHECK(terminal.lines().front().starts_with("governor "));
  CHECK(terminal.lines().back().starts_with("q quit"));
  CHECK(terminal.shows("PURPOSE"));
  // The risk of its one update, asked for with the next look.
  CHECK(until(patience(), [&] {
    const std::string picture = terminal.picture();
    return picture.find("\xe2\x96") != std::string::npos;
  }));

  REQUIRE(terminal.tmux({"resize-window", "-x", "58", "-y", "12"}) == 0);
  REQUIRE(until(patience(), [&] {
    const auto lines = terminal.lines();
    return lines.size() == 12 && lines.back().starts_with("q quit") && !terminal.shows("PURPOSE");
  }));
  for (const std::string& line : terminal.lines()) CHECK(width_of(line) <= 58);
  CHECK(terminal.shows("ada "));

  terminal.type("Enter");
  CHECK(terminal.comes_to_show("AGENT ada"));
  terminal.type("Escape");
  CHECK(terminal.comes_to_show("AGENTS 1"));

  REQUIRE(::kill(first, SIGKILL) == 0);
  CHECK(terminal.comes_to_show("no daemon is running"));
  CHECK(terminal.shows("ada "));
  REQUIRE(run(sandbox.command(kControl, {"start"}), patience())->code == 0);
  update(sandbox, "grace");
  CHECK(terminal.comes_to_show("grace "));
  CHECK_FALSE(terminal.shows("no daemon is running"));

  terminal.type("q");
  CHECK(until(patience(), [&] {
    std::string code;
    return static_cast<bool>(std::getline(std::ifstream(terminal.ended), code)) && code == "0";
  }));
}

}  // namespace
}  // namespace governor::test
