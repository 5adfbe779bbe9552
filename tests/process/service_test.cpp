// `governorctl service` with a systemctl of the test's own, which activates a socket as systemd does.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// Knows one user manager, whose state are files in $FAKE_MANAGER: `enabled`, and `pid` of what holds the
/// socket.
constexpr const char* kFakeSystemctl = R"sh(#!/bin/sh
set -e
[ "$1" = --user ]
shift
echo "$*" >>"$FAKE_MANAGER/calls"
if [ -e "$FAKE_MANAGER/absent" ]; then echo "Failed to connect to bus: No medium found" >&2; exit 1; fi
verb=$1
if [ -e "$FAKE_MANAGER/refused" ] && [ "$(cat "$FAKE_MANAGER/refused")" = "$verb" ]; then
  echo "Access denied" >&2
  exit 1
fi
socket=$XDG_RUNTIME_DIR/governor/governor.sock
find_unit() {
  for directory in "$HOME/.config" "$XDG_DATA_DIRS"; do
    if [ -e "$directory/systemd/user/$1" ]; then echo "$directory/systemd/user/$1"; return; fi
  done
}
runs() { [ -e "$FAKE_MANAGER/pid" ] && kill -0 "$(cat "$FAKE_MANAGER/pid")" 2>/dev/null; }
end() {
  if runs; then
    kill "$(cat "$FAKE_MANAGER/pid")"
    while runs; do sleep 0.02; done
    rm -f "$socket"
  fi
  rm -f "$FAKE_MANAGER/pid"
}
gateway_runs() { [ -e "$FAKE_MANAGER/gateway_pid" ] && kill -0 "$(cat "$FAKE_MANAGER/gateway_pid")" 2>/dev/null; }
gateway_end() {
  if gateway_runs; then
    kill "$(cat "$FAKE_MANAGER/gateway_pid")"
    while gateway_runs; do sleep 0.02; done
  fi
  rm -f "$FAKE_MANAGER/gateway_pid"
}
of=
case "$*" in *governor-gateway.service) of=gateway_ ;; esac
case $verb in
  show)
    for unit in governor.socket governor.service governor-gateway.service; do
      path=$(find_unit $unit)
      of=; if [ $unit = governor-gateway.service ]; then of=gateway_; fi
      echo "Id=$unit"
      if [ -n "$path" ]; then echo LoadState=loaded; else echo LoadState=not-found; fi
      if [ -e "$FAKE_MANAGER/${of}enabled" ]; then echo UnitFileState=enabled; else echo UnitFileState=disabled; fi
      if ${of}runs; then echo ActiveState=active; else echo ActiveState=inactive; fi
      echo "FragmentPath=$path"
      if [ $unit != governor.socket ] && ${of}runs; then echo "MainPID=$(cat "$FAKE_MANAGER/${of}pid")"; fi
      echo
    done ;;
  enable) : >"$FAKE_MANAGER/${of}enabled" ;;
  disable) rm -f "$FAKE_MANAGER/${of}enabled"; ${of}end ;;
  stop) ${of}end ;;
  start)
    if [ -n "$of" ]; then
      program=$(sed -n 's/^ExecStart="\(.*\)" --foreground$/\1/p' "$(find_unit governor-gateway.service)")
      if ! gateway_runs; then
        setsid "$program" --foreground </dev/null >/dev/null 2>&1 &
        echo $! >"$FAKE_MANAGER/gateway_pid"
      fi
    elif ! runs; then
      program=$(sed -n 's/^ExecStart="\(.*\)" --foreground$/\1/p' "$(find_unit governor.service)")
      rm -f "$socket"
      setsid systemd-socket-activate -E HOME -E XDG_RUNTIME_DIR -E XDG_STATE_HOME -E ASAN_OPTIONS \
        -E UBSAN_OPTIONS -E TSAN_OPTIONS -l "$socket" "$program" --foreground </dev/null >/dev/null 2>&1 &
      echo $! >"$FAKE_MANAGER/pid"
      while [ ! -S "$socket" ]; do runs; sleep 0.02; done
    fi ;;
esac
)sh";

bool has_socket_activate() {
  return ::access("/usr/bin/systemd-socket-activate", X_OK) == 0;
}

struct Outcome {
  int code = -1;
  json::object body;
  std::string errors;
};

/// A user without variables of governor's, and the manager of its services.
class UserWithManager {
 public:
  UserWithManager() {
    sandbox_.use_state_dir(directory() + "/state/governor");
    for (const char* made : {"/run", "/bin", "/manager", "/share"}) fs::create_directory(directory() + made);
    ::chmod((directory() + "/run").c_str(), 0700);
    std::ofstream(directory() + "/bin/systemctl") << kFakeSystemctl;
    ::chmod((directory() + "/bin/systemctl").c_str(), 0755);
  }
  /// Nothing stays behind that the manager has started.
  ~UserWithManager() {
    for (const char* unit : {"governor-gateway.service", "governor.service"}) {
      if (const auto ended =
              run(command(directory() + "/bin/systemctl", {"--user", "stop", unit}), patience());
          !ended || ended->code != 0)
        FAIL_CHECK("the manager's programs cannot be ended");
    }
  }
  UserWithManager(const UserWithManager&) = delete;
  UserWithManager& operator=(const UserWithManager&) = delete;

  [[nodiscard]] std::string directory() const { return sandbox_.directory(); }
  [[nodiscard]] std::string unit(const std::string& name) const {
    return directory() + "/.config/systemd/user/" + name;
  }
  Sandbox& sandbox() { return sandbox_; }

  [[nodiscard]] Command command(const std::string& program, std::vector<std::string> arguments = {}) const {
    Command command = sandbox_.command(program, std::move(arguments));
    std::erase_if(command.environment, [](const std::string& entry) {
      return entry.starts_with("GOVERNOR_") || entry.starts_with("PATH=");
    });
    const char* path = ::getenv("PATH");
    command.environment.push_back("PATH=" + directory() +
                                  "/bin:" + (path == nullptr ? "/usr/bin:/bin" : path));
    command.environment.push_back("XDG_RUNTIME_DIR=" + directory() + "/run");
    command.environment.push_back("XDG_STATE_HOME=" + directory() + "/state");
    command.environment.push_back("XDG_DATA_DIRS=" + directory() + "/share");
    command.environment.push_back("FAKE_MANAGER=" + directory() + "/manager");
    return command;
  }

  [[nodiscard]] Outcome service(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--json", "service"});
    const auto finished = run(command(kControl, std::move(arguments)), patience(std::chrono::seconds(60)));
    REQUIRE(finished);
    INFO(finished->output << finished->errors);
    return {finished->code, json::parse(finished->output).as_object(), finished->errors};
  }

  [[nodiscard]] std::string calls() const {
    std::ifstream file(directory() + "/manager/calls");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Of what holds the service's socket; 0: nothing does.
  [[nodiscard]] pid_t service_pid() const {
    pid_t pid = 0;
    std::ifstream(directory() + "/manager/pid") >> pid;
    return pid;
  }

  /// Of what the manager has started as the gateway; 0: nothing.
  [[nodiscard]] pid_t gateway_pid() const {
    pid_t pid = 0;
    std::ifstream(directory() + "/manager/gateway_pid") >> pid;
    return pid;
  }
  /// Of the gateway that serves, as it has written down; 0: none has.
  [[nodiscard]] pid_t serving_gateway() const {
    std::ifstream file(directory() + "/run/governor/gateway.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    boost::system::error_code failure;
    const json::value record = json::parse(text, failure);
    return failure || !record.is_object() ? 0 : record.at("pid").to_number<pid_t>();
  }

  void write_package() const {
    fs::create_directories(directory() + "/share/systemd/user");
    std::ofstream(directory() + "/share/systemd/user/governor.socket") << "[Socket]\nListenStream=%t/x\n";
    std::ofstream(directory() + "/share/systemd/user/governor.service")
        << "[Service]\nExecStart=\"" << kDaemon << "\" --foreground\n";
  }

 private:
  Sandbox sandbox_;
};

std::string message_of(const Outcome& outcome) {
  return std::string(outcome.body.at("error").at("message").as_string());
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The daemon that serves, once it is (not) the service's.
bool serves(UserWithManager& user, bool is_service) {
  return until(patience(), [&] {
    const pid_t pid = user.sandbox().daemon();
    return pid != 0 && (pid == user.service_pid()) == is_service;
  });
}

}  // namespace

TEST_CASE("clients before, during and after the service, and without it, are served, and nothing is lost") {
  if (!has_socket_activate()) {
    WARN("not run: there is no systemd-socket-activate");
    return;
  }
  UserWithManager user;
  std::vector<std::unique_ptr<Conversation>> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(std::make_unique<ProxyConversation>(user.command(kProxy)));
  Load load(std::move(clients), {});
  load.start();
  REQUIRE(load.wait_for_progress(10, patience()));
  const auto goes_on = [&](bool with_service) {
    CHECK(serves(user, with_service));
    CHECK(load.wait_for_progress(10, patience()));
    ProxyConversation newcomer(user.command(kProxy));
    CHECK(newcomer.call("get_governance_metrics", {{"agent_id", "shared-agent"}}).tool_error().empty());
  };
  goes_on(false);

  CHECK(user.service({"install"}).body.at("changed").as_bool());
  goes_on(true);
  const auto state = user.service({"status"}).body;
  CHECK(state.at("installed").as_bool());
  CHECK(state.at("enabled").as_bool());
  CHECK(state.at("pid").to_number<pid_t>() == user.service_pid());
  CHECK(state.at("program").as_string() == kDaemon);
  const auto again = user.service({"install"}).body;
  CHECK_FALSE(again.at("changed").as_bool());
  CHECK(again.at("steps").as_array().empty());
  CHECK_FALSE(user.service({"start"}).body.at("changed").as_bool());

  CHECK(user.service({"stop"}).body.at("changed").as_bool());
  goes_on(false);
  CHECK_FALSE(user.service({"stop"}).body.at("changed").as_bool());
  CHECK(user.service({"start"}).body.at("changed").as_bool());
  goes_on(true);

  CHECK(user.service({"uninstall"}).body.at("changed").as_bool());
  CHECK_FALSE(fs::exists(user.unit("governor.socket")));
  CHECK_FALSE(fs::exists(user.unit("governor.service")));
  goes_on(false);
  CHECK_FALSE(user.service({"uninstall"}).body.at("changed").as_bool());
  CHECK_FALSE(user.service({"status"}).body.at("installed").as_bool());

  load.stop();
  CHECK(load.errors() == std::vector<std::string>());
  load.end_clients();
  REQUIRE(user.sandbox().end_daemon());
  CHECK(discrepancy(load.updates(), stored_updates(user.sandbox())) == "");
}

TEST_CASE(
    "the gateway is installed with the service when asked, takes the place of one that runs, and goes with "
    "it") {
  if (!has_socket_activate()) {
    WARN("not run: there is no systemd-socket-activate");
    return;
  }
  UserWithManager user;
  CHECK(user.service({"install"}).code == 0);
  CHECK_FALSE(fs::exists(user.unit("governor-gateway.service")));
  CHECK_FALSE(user.service({"status"}).body.at("gateway").as_bool());
  const auto started =
      run(user.command(kControl, {"dashboard", "--no-open", "--json", "--port", "0"}), patience());
  REQUIRE(started);
  INFO(started->output << started->errors);
  REQUIRE(started->code == 0);
  const auto before = json::parse(started->output).at("pid").to_number<pid_t>();

  const auto installed = user.service({"install", "--gateway"});
  CHECK(installed.code == 0);
  CHECK(contains(json::serialize(installed.body.at("steps")), R"({"end_gateway":true})"));
  CHECK_FALSE(
      contains(json::serialize(installed.body.at("steps")), "take_over"));  // the daemon's is as it should be
  CHECK(until(patience(), [&] { return user.serving_gateway() == user.gateway_pid(); }));
  CHECK(user.gateway_pid() != before);
  const auto state = user.service({"status"}).body;
  CHECK(state.at("gateway").as_bool());
  CHECK(state.at("gateway_pid").to_number<pid_t>() == user.gateway_pid());
  CHECK(contains(json::serialize(state.at("files")), "governor-gateway.service"));
  CHECK_FALSE(user.service({"install", "--gateway"}).body.at("changed").as_bool());
  CHECK_FALSE(user.service({"install"}).body.at("changed").as_bool());

  CHECK(user.service({"uninstall"}).body.at("changed").as_bool());
  CHECK(user.gateway_pid() == 0);
  CHECK_FALSE(fs::exists(user.unit("governor-gateway.service")));
  CHECK_FALSE(user.service({"status"}).body.at("gateway").as_bool());
  CHECK_FALSE(user.service({"uninstall"}).body.at("changed").as_bool());
}

TEST_CASE(
    "a gateway's unit that somebody else has written is used and stays, one that starts nothing is refused") {
  UserWithManager user;
  fs::create_directories(user.directory() + "/.config/systemd/user");
  const std::string path = user.unit("governor-gateway.service");
  std::ofstream(path) << "[Service]\nExecStart=/bin/true --foreground\n";
  const auto planned = user.service({"install", "--gateway", "--dry-run"});
  CHECK(planned.code == 0);
  const std::string steps = json::serialize(planned.body.at("steps"));
  CHECK_FALSE(contains(steps, json::serialize(json::string(path))));
  CHECK(contains(steps, R"({"run":["systemctl","--user","enable","governor-gateway.service"]})"));
  CHECK(contains(json::serialize(planned.body.at("notes")), path));
  CHECK(user.service({"uninstall"}).code == 0);
  CHECK(fs::exists(path));
  std::ofstream(path) << "[Service]\nExecStart=/gone/governor-gateway\n";
  CHECK(contains(message_of(user.service({"install", "--gateway"})), "starts nothing that is there"));
  CHECK(user.service({"install", "--dry-run"}).code == 0);
}

TEST_CASE("the gateway's unit of a package is enabled as it is") {
  UserWithManager user;
  user.write_package();
  const std::string package = user.directory() + "/share/systemd/user/governor-gateway.service";
  std::ofstream(package) << "[Service]\nExecStart=/bin/true --foreground\n";
  const auto planned = user.service({"install", "--gateway", "--dry-run"});
  CHECK(planned.code == 0);
  CHECK(contains(json::serialize(planned.body.at("notes")), package));
  CHECK_FALSE(contains(json::serialize(planned.body.at("steps")), "\"write\""));
  CHECK(contains(json::serialize(planned.body.at("steps")), R"("start","governor-gateway.service")"));
}

TEST_CASE("a dry run says what an installation would do, and does none of it") {
  UserWithManager user;
  const auto planned = user.service({"install", "--dry-run"});
  CHECK(planned.code == 0);
  const std::string steps = json::serialize(planned.body.at("steps"));
  CHECK(contains(steps, json::serialize(json::string(user.unit("governor.service")))));
  CHECK(contains(steps, R"({"run":["systemctl","--user","enable","governor.socket"]})"));
  CHECK(contains(steps, "ExecStart="));
  CHECK_FALSE(planned.body.at("changed").as_bool());
  CHECK_FALSE(fs::exists(user.unit("governor.service")));
  CHECK(user.calls().starts_with("show "));
  CHECK(user.calls().find('\n') == user.calls().size() - 1);  // nothing else was asked
}

TEST_CASE("where there is no user manager nothing is written, and it is said that nothing is missing") {
  UserWithManager user;
  std::ofstream(user.directory() + "/manager/absent") << "";
  for (const char* verb : {"install", "uninstall", "start", "stop", "status"}) {
    INFO(verb);
    const auto outcome = user.service({verb});
    CHECK(outcome.code == 1);
    CHECK(contains(message_of(outcome), "Failed to connect to bus: No medium found"));
    CHECK(contains(message_of(outcome), "the first client starts the daemon"));
  }
  CHECK_FALSE(fs::exists(user.directory() + "/.config/systemd"));
  fs::remove(user.directory() + "/manager/absent");
}

TEST_CASE("the units of a package are enabled, and take the place of those that were written before") {
  UserWithManager user;
  fs::create_directories(user.directory() + "/.config/systemd/user");
  for (const char* unit : {"governor.socket", "governor.service"})
    std::ofstream(user.unit(unit)) << "# Written by `governorctl service install`, long ago\n";
  user.write_package();
  const auto planned = user.service({"install", "--dry-run"}).body;
  const json::array expected{
      json::object{{"remove", user.unit("governor.socket")}, {"diff", planned.at("steps").at(0).at("diff")}},
      json::object{{"remove", user.unit("governor.service")}, {"diff", planned.at("steps").at(1).at("diff")}},
      json::object{{"run", {"systemctl", "--user", "daemon-reload"}}},
      json::object{{"run", {"systemctl", "--user", "enable", "governor.socket"}}},
      json::object{{"take_over", true}},
      json::object{{"run", {"systemctl", "--user", "start", "governor.socket"}}}};
  CHECK(planned.at("steps") == expected);
  CHECK(contains(json::serialize(planned.at("notes")), "/share/systemd/user/governor.service"));
}

TEST_CASE("doctor names a service whose program is gone, and service install puts it right") {
  UserWithManager user;
  fs::create_directories(user.directory() + "/.config/systemd/user");
  std::ofstream(user.unit("governor.socket")) << "# Written by `governorctl service install`, long ago\n";
  std::ofstream(user.unit("governor.service"))
      << "# Written by `governorctl service install`, long ago\n[Service]\nExecStart=\"/gone/governord\"\n";
  const auto finding = [&] {
    const auto finished = run(user.command(kControl, {"doctor", "--json"}), patience());
    REQUIRE(finished);
    INFO(finished->output);
    const json::value report = json::parse(finished->output);
    for (const json::value& one : report.at("findings").as_array())
      if (one.at("check").as_string() == "service") return one.as_object();
    FAIL("doctor says nothing of the service");
    return json::object();
  };
  const auto broken = finding();
  CHECK(broken.at("state").as_string() == "problem");
  CHECK(contains(json::serialize(broken), "starts /gone/governord, which is not there"));
  CHECK(contains(json::serialize(broken), "governorctl service install"));
  CHECK(user.service({"install", "--dry-run"}).code == 0);
  CHECK(finding().at("state").as_string() == "problem");
  if (!has_socket_activate()) return;
  CHECK(user.service({"install"}).code == 0);
  CHECK(finding().at("state").as_string() == "ok");
}

TEST_CASE("a step that fails is told, with what is left to do") {
  UserWithManager user;
  std::ofstream(user.directory() + "/manager/refused") << "enable";
  const auto outcome = user.service({"install"});
  CHECK(outcome.code == 1);
  CHECK(contains(message_of(outcome), "enable governor.socket failed: Access denied"));
  CHECK(contains(message_of(outcome), "the same command goes on from there"));
  CHECK(fs::exists(user.unit("governor.service")));
  fs::remove(user.directory() + "/manager/refused");
}

TEST_CASE("units that somebody else has written are neither changed nor removed") {
  UserWithManager user;
  fs::create_directories(user.directory() + "/.config/systemd/user");
  std::ofstream(user.unit("governor.socket")) << "[Socket]\n";
  const std::string own = "[Service]\nExecStart=-" + kDaemon + " --foreground\n";
  std::ofstream(user.unit("governor.service")) << own;
  const auto planned = user.service({"install", "--dry-run"});
  CHECK(planned.code == 0);
  CHECK_FALSE(contains(json::serialize(planned.body.at("steps")), "write"));
  CHECK(user.service({"uninstall"}).code == 0);
  std::ifstream file(user.unit("governor.service"));
  CHECK(std::string{std::istreambuf_iterator<char>(file), {}} == own);
  std::ofstream(user.unit("governor.service")) << "[Service]\nExecStart=/gone/governord\n";
  CHECK(contains(message_of(user.service({"install"})), "does not start a governord that is there"));
}

TEST_CASE("where this shell's clients would not use a service none is installed or started") {
  UserWithManager user;
  for (const char* verb : {"install", "start"}) {
    Command command = user.command(kControl, {"service", verb});
    command.environment.push_back("GOVERNOR_STATE_DIR=" + user.directory() + "/other");
    const auto finished = run(command, patience());
    REQUIRE(finished);
    CHECK(finished->code == 1);
    CHECK(contains(finished->errors, "GOVERNOR_STATE_DIR is set here"));
  }
  CHECK(user.calls().empty());
}

}  // namespace governor::test
