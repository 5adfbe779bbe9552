#include <boost/json.hpp>
#include <chrono>

#include "tests/ctl/fake_daemon.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using governor::ctl::test::FakeDaemon;
using governor::ctl::test::run_governorctl;
namespace json = boost::json;

namespace {

FakeDaemon::Answer health(std::string status, std::string reason) {
  return [=](std::string_view method, const json::object&) -> std::optional<json::value> {
    if (method != "governor/health") return std::nullopt;
    return json::object{{"status", status}, {"reasons", {reason}}, {"pid", 1}};
  };
}

}  // namespace

TEST_CASE("the exit code of health is the daemon's state", "[ctl]") {
  const std::vector<std::pair<std::string, int>> states = {
      {"ok", 0}, {"degraded", 1}, {"failing", 2}, {"unheard-of", 2}};
  for (const auto& [status, code] : states) {
    const TemporaryDirectory directory;
    const FakeDaemon daemon(directory.path(), health(status, "the disk is full"));
    const auto run = run_governorctl(directory.path(), {"health"});
    CHECK(run.code == code);
    CHECK(run.out == status + "\n  the disk is full\n");
    const auto machine = run_governorctl(directory.path(), {"health", "--json"});
    CHECK(machine.code == code);
    CHECK(json::parse(machine.out).at("status").as_string() == status);
  }
}

TEST_CASE("health without a daemon is exit code 3", "[ctl]") {
  const TemporaryDirectory directory;
  CHECK(run_governorctl(directory.path(), {"health"}).code == 3);
  const auto machine = run_governorctl(directory.path(), {"--json", "health"});
  CHECK(machine.code == 3);
  CHECK(json::parse(machine.out).at("status").as_string() == "not_running");
}

TEST_CASE("a daemon that does not answer is failing, and health says so in time", "[ctl]") {
  const TemporaryDirectory directory;
  const FakeDaemon daemon(directory.path(),
                          [](std::string_view, const json::object&) { return std::nullopt; });
  const auto began = std::chrono::steady_clock::now();
  const auto run = run_governorctl(directory.path(), {"health"});
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(run.code == 2);
  CHECK(run.out.find("did not answer") != std::string::npos);
  // The promise is 200 ms, which a busy machine may stretch; without it this would wait for ever.
  CHECK(took < std::chrono::seconds(20));
}

TEST_CASE("what a daemon says cannot control the terminal", "[ctl]") {
  const TemporaryDirectory directory;
  const FakeDaemon daemon(directory.path(), health("ok", "\x1b[2Jgone"));
  CHECK(run_governorctl(directory.path(), {"health"}).out == "ok\n  \\x1b[2Jgone\n");
}

TEST_CASE("colours appear only where they were asked for", "[ctl]") {
  const TemporaryDirectory directory;
  const FakeDaemon daemon(directory.path(), health("ok", "fine"));
  CHECK(run_governorctl(directory.path(), {"health"}, true).out.find('\x1b') != std::string::npos);
  CHECK(run_governorctl(directory.path(), {"health"}, false).out.find('\x1b') == std::string::npos);
}
