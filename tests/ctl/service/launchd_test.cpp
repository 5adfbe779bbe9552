// Plans for launchd, with a launchctl of the test's own; they are made on every system.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "ctl/service/service_steps.hpp"
#include "tests/ctl/command_line/written_by.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ctl {
namespace {

constexpr const char* kLabelOfAgent = "io.github.governor.governord";
constexpr const char* kLabelOfGateway = "io.github.governor.governor-gateway";

/// A user of macOS whose launchctl answers `print` as the test says.
class MacUser {
 public:
  MacUser() {
    for (const char* name : {"bin", "home"}) std::filesystem::create_directory(directory_ / name);
    write_program("governord", "exit 0");
    write_program("governor-gateway", "exit 0");
    loaded("");
    before_ = ::getenv("PATH");
    ::setenv("PATH", ((directory_ / "bin") + ":" + before_).c_str(), 1);
    context_.environment = ipc::process_environment();
    context_.environment.effective_uid = 501;
    context_.environment.set("HOME", home());
    context_.environment.set("GOVERNOR_DAEMON", directory_ / "bin/governord");
  }
  ~MacUser() { ::setenv("PATH", before_.c_str(), 1); }
  MacUser(const MacUser&) = delete;
  MacUser& operator=(const MacUser&) = delete;

  /// What launchctl tells of the agent, and of the gateway's; empty: it is not loaded.
  void loaded(const std::string& text, const std::string& gateway = "") {
    const auto told = [](const std::string& one) {
      return one.empty() ? "echo 'Could not find service' >&2; exit 113" : "printf '" + one + "'";
    };
    write_program("launchctl", "case \"$2\" in\n  gui/501) exit 0 ;;\n  *governor-gateway) " + told(gateway) +
                                   " ;;\n  *) " + told(text) + " ;;\nesac");
  }
  void remove_gateway() const { std::filesystem::remove(directory_ / "bin/governor-gateway"); }
  void absent() {
    write_program("launchctl", "echo 'Domain does not support specified action' >&2; exit 125");
  }

  [[nodiscard]] std::string home() const { return directory_ / "home"; }
  [[nodiscard]] std::string file() const {
    return home() + "/Library/LaunchAgents/" + kLabelOfAgent + ".plist";
  }
  [[nodiscard]] std::string gateway_file() const {
    return home() + "/Library/LaunchAgents/" + kLabelOfGateway + ".plist";
  }
  void write_agent(const std::string& text) const {
    std::filesystem::create_directories(home() + "/Library/LaunchAgents");
    std::ofstream(file()) << text;
  }
  void write_gateway_agent(const std::string& text) const { std::ofstream(gateway_file()) << text; }
  std::unique_ptr<ServiceManager> manager() { return make_launchd(context_); }

 private:
  void write_program(const std::string& name, const std::string& script) {
    const std::string path = test::written_file(directory_ / "bin", name, "#!/bin/sh\n" + script + "\n");
    ::chmod(path.c_str(), 0755);
  }

  TemporaryDirectory directory_;
  std::string before_;
  Context context_{std::cout, std::cerr, {}};
};

/// The steps of a plan in short.
std::string steps_of(const ipc::Result<ServicePlan>& plan) {
  if (!plan) return plan.error().message;
  std::string text;
  for (const ServiceStep& step : plan->steps) {
    switch (step.kind) {
      case ServiceStep::Kind::file:
        text += step.file.kind == FileStep::Kind::remove ? "remove" : "write";
        break;
      case ServiceStep::Kind::keep_out: text += "keep out"; break;
      case ServiceStep::Kind::take_over: text += "take over"; break;
      case ServiceStep::Kind::end_gateway: text += "end the gateway"; break;
      case ServiceStep::Kind::run:
        for (std::size_t i = 1; i < step.command.size(); ++i) text += (i == 1 ? "" : " ") + step.command[i];
        break;
    }
    text += '\n';
  }
  return text;
}

const std::string kGatewayTarget = std::string("gui/501/") + kLabelOfGateway;
const std::string kTarget = std::string("gui/501/") + kLabelOfAgent;

}  // namespace

TEST_CASE("launchd gets an agent, once, and it is taken away again", "[ctl]") {
  MacUser user;
  const auto first = user.manager()->install(false);
  CHECK(steps_of(first) == "write\ntake over\nbootstrap gui/501 " + user.file() + '\n');
  CHECK_FALSE(user.manager()->look()->is_installed);
  CHECK(steps_of(user.manager()->uninstall()) == "");
  CHECK(steps_of(user.manager()->start()).find("governorctl service install") != std::string::npos);

  user.write_agent(first->steps.front().file.text);
  user.loaded(kTarget + R"( = {\n\tstate = running\n\tpid = 4711\n})");
  const auto state = user.manager()->look();
  REQUIRE(state);
  CHECK(state->is_installed);
  CHECK(state->pid == 4711);
  CHECK(steps_of(user.manager()->install(false)) == "");
  CHECK(steps_of(user.manager()->start()) == "");
  CHECK(steps_of(user.manager()->stop()) == "keep out\nkill SIGTERM " + kTarget + '\n');
  CHECK(steps_of(user.manager()->uninstall()) == "keep out\nbootout " + kTarget + "\nremove\n");

  user.loaded(kTarget + R"( = {\n\tstate = not running\n})");
  CHECK(steps_of(user.manager()->stop()) == "");
  CHECK(steps_of(user.manager()->start()) == "take over\nkickstart " + kTarget + '\n');
}

TEST_CASE("launchd gets an agent of the gateway as well, when asked, and both are taken away", "[ctl]") {
  MacUser user;
  const auto first = user.manager()->install(true);
  CHECK(steps_of(first) == "write\ntake over\nbootstrap gui/501 " + user.file() +
                               "\nwrite\nend the gateway\nbootstrap gui/501 " + user.gateway_file() + '\n');
  user.write_agent(first->steps.at(0).file.text);
  user.write_gateway_agent(first->steps.at(3).file.text);
  user.loaded(kTarget + R"( = {\n\tpid = 4711\n})", kGatewayTarget + R"( = {\n\tpid = 4712\n})");
  const auto state = user.manager()->look();
  REQUIRE(state);
  CHECK(state->has_gateway);
  CHECK(state->gateway_pid == 4712);
  CHECK(state->files == std::vector<std::string>{user.file(), user.gateway_file()});
  CHECK(steps_of(user.manager()->install(true)) == "");
  CHECK(steps_of(user.manager()->install(false)) == "");
  CHECK(steps_of(user.manager()->uninstall()) ==
        "bootout " + kGatewayTarget + "\nremove\nkeep out\nbootout " + kTarget + "\nremove\n");
  user.write_gateway_agent("<plist/>");
  CHECK(steps_of(user.manager()->install(true)) == "");
  CHECK(steps_of(user.manager()->uninstall()) ==
        "bootout " + kGatewayTarget + "\nkeep out\nbootout " + kTarget + "\nremove\n");
}

TEST_CASE("without the gateway's program its agent is refused, and nothing is planned", "[ctl]") {
  MacUser user;
  user.remove_gateway();
  CHECK(steps_of(user.manager()->install(false)).starts_with("write"));
  CHECK(steps_of(user.manager()->install(true)).find("governor-gateway is not there") != std::string::npos);
}

TEST_CASE("an agent of launchd for another place is replaced, one of somebody else is not", "[ctl]") {
  MacUser user;
  user.loaded(kTarget + R"( = {\n\tpid = 4711\n})");
  user.write_agent("<!-- Written by `governorctl service install` -->");
  CHECK(steps_of(user.manager()->install(false)) ==
        "write\ntake over\nbootout " + kTarget + "\nbootstrap gui/501 " + user.file() + '\n');
  user.write_agent("<plist/>");
  CHECK(steps_of(user.manager()->install(false)) == "");
  CHECK(steps_of(user.manager()->uninstall()) == "keep out\nbootout " + kTarget + '\n');
}

TEST_CASE("where launchd does not answer it is said that nothing is missing", "[ctl]") {
  MacUser user;
  user.absent();
  const auto plan = user.manager()->install(false);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().message.find("Domain does not support specified action") != std::string::npos);
  CHECK(plan.error().message.find("the first client starts the daemon") != std::string::npos);
}

}  // namespace governor::ctl
