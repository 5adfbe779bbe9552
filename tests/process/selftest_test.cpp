// `governorctl selftest`: what it finds, and that it leaves nothing behind.
#include <sys/stat.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_table.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/slowness.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

/// A user whose temporary files can be counted.
struct User {
  User() {
    fs::create_directory(temporary());
    sandbox.set("TMPDIR", temporary());
  }
  [[nodiscard]] std::string temporary() const { return sandbox.directory() + "/tmp"; }
  [[nodiscard]] std::optional<Finished> selftest(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), "selftest");
    Command command = sandbox.command(kControl, std::move(arguments));
    command.error_file.clear();
    return run(command, patience(std::chrono::seconds(90)));
  }
  Sandbox sandbox;
};

}  // namespace

TEST_CASE("selftest passes where governor works, touches nothing of the user's, and leaves nothing") {
  User user;
  const auto finished = user.selftest({"--json"});
  REQUIRE(finished.has_value());
  INFO(finished->output << finished->errors);
  CHECK(finished->code == 0);
  const json::object report = json::parse(finished->output).as_object();
  CHECK(report.at("ok").as_bool());
  CHECK(report.at("kept").is_null());
  const json::object& figures = report.at("figures").as_object();
  CHECK(figures.at("kills").to_number<int>() == 2);
  CHECK(figures.at("acknowledged").to_number<int>() >= 600);
  CHECK(figures.at("stored") == figures.at("acknowledged"));
  CHECK(figures.at("missing").to_number<int>() == 0);
  CHECK(figures.at("doubled").to_number<int>() == 0);
  std::string steps;
  for (const json::value& step : report.at("steps").as_array()) {
    CHECK(step.at("ok").as_bool());
    steps += std::string(step.at("step").as_string()) + ' ';
  }
  CHECK(steps == "start kill updates audit stop database ");
  CHECK(fs::is_empty(user.temporary()));
  CHECK_FALSE(fs::exists(user.sandbox.database()));
  CHECK(until(patience(), [&] { return processes_with("TMPDIR=" + user.temporary()).empty(); }));
}

TEST_CASE("selftest for people says what was tried, a line each") {
  User user;
  const auto finished = user.selftest();
  REQUIRE(finished.has_value());
  INFO(finished->output << finished->errors);
  CHECK(finished->code == 0);
  for (const char* part : {"4 clients started together", "killed 2 times", "0 missing, 0 doubled",
                           "with 0 faults", "stopped in order", "Everything works on this machine"}) {
    INFO(part);
    CHECK(finished->output.find(part) != std::string::npos);
  }
}

TEST_CASE("selftest fails where no daemon can be started, says why, and keeps what there is of it") {
  User user;
  const std::string broken = user.sandbox.directory() + "/governord";
  std::ofstream(broken) << "#!/bin/sh\nexit 1\n";
  ::chmod(broken.c_str(), 0700);
  user.sandbox.set("GOVERNOR_DAEMON", broken);
  const auto finished = user.selftest({"--json"});
  REQUIRE(finished.has_value());
  INFO(finished->output << finished->errors);
  CHECK(finished->code == 1);
  const json::object report = json::parse(finished->output).as_object();
  CHECK_FALSE(report.at("ok").as_bool());
  CHECK_FALSE(report.at("error").at("message").as_string().empty());
  CHECK(fs::exists(std::string(report.at("kept").as_string()) + "/proxy.log"));
}

}  // namespace governor::test
