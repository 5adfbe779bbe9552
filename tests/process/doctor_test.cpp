// `governorctl doctor` on installations that are as they should be, and on some that are not.
#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "ipc/client.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/slowness.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

struct Diagnosis {
  int code = -1;
  json::object report;

  /// The text of the problems that this check has found.
  [[nodiscard]] std::string problems(std::string_view check) const {
    std::string text;
    for (const json::value& value : report.at("findings").as_array()) {
      const json::object& finding = value.as_object();
      if (finding.at("check").as_string() != check || finding.at("state").as_string() != "problem") continue;
      text += finding.at("text").as_string();
      CHECK_FALSE(finding.at("remedy").as_string().empty());
    }
    return text;
  }
};

Diagnosis doctor(const Sandbox& sandbox, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), {"doctor", "--json"});
  Command command = sandbox.command(kControl, std::move(arguments));
  command.error_file.clear();
  const auto finished = run(command, patience());
  REQUIRE(finished.has_value());
  INFO(finished->output << finished->errors);
  REQUIRE(finished->code < 2);
  return {finished->code, json::parse(finished->output).as_object()};
}

void report_once(const Sandbox& sandbox) {
  auto client = ipc::Client::connect(sandbox.socket(), patience());
  REQUIRE(client.has_value());
  const json::object arguments = {{"agent_id", "ada"}};
  REQUIRE(client->call_tool("process_agent_update", arguments, patience()).has_value());
}

}  // namespace

TEST_CASE("nothing is wrong with a new installation, one in use, and one whose daemon was killed") {
  Sandbox sandbox;
  CHECK(doctor(sandbox).code == 0);
  CHECK(sandbox.daemon() == 0);  // it starts none
  {
    const Child daemon = sandbox.start_daemon();
    report_once(sandbox);
    const auto in_use = doctor(sandbox);
    CHECK(in_use.code == 0);
    CHECK(in_use.report.at("ok").as_bool());
  }
  CHECK(doctor(sandbox).code == 0);
}

TEST_CASE("directories that others may read are told, and put right with --fix") {
  Sandbox sandbox;
  const Child daemon = sandbox.start_daemon();
  fs::permissions(sandbox.state_dir(), fs::perms(0755));
  const auto found = doctor(sandbox);
  CHECK(found.code == 1);
  CHECK(found.problems("permissions").find("has the permissions 755") != std::string::npos);
  CHECK(doctor(sandbox, {"--fix"}).code == 0);
  CHECK(fs::status(sandbox.state_dir()).permissions() == fs::perms(0700));
  CHECK(doctor(sandbox).code == 0);
}

TEST_CASE("an entry of a project that starts nothing is told with the command that puts it right") {
  Sandbox sandbox;
  const std::string project = sandbox.directory() + "/a project";
  fs::create_directory(project);
  std::ofstream(project + "/.mcp.json")
      << R"({"mcpServers": {"governor": {"type": "stdio", "command": "/gone/bin/governor-proxy"}}})";
  const auto in_project = [&](const std::string& script) {
    Command command = sandbox.command("/bin/sh", {"-c", "cd '" + project + "' && " + script});
    command.error_file.clear();
    const auto finished = run(command, patience());
    REQUIRE(finished.has_value());
    INFO(finished->output << finished->errors);
    REQUIRE(finished->code < 2);
    return *finished;
  };
  const std::string doctor_command = "'" + kControl + "' doctor --json";
  const auto found = in_project(doctor_command);
  CHECK(found.code == 1);
  const Diagnosis diagnosis{found.code, json::parse(found.output).as_object()};
  CHECK(diagnosis.problems("clients").find("Claude Code is told to start /gone/bin/governor-proxy") !=
        std::string::npos);
  // As it stands in the remedy.
  const std::string remedy = "governorctl install claude-code --project '" + project + "'";
  CHECK(found.output.find(remedy) != std::string::npos);
  in_project("PATH='" + kBinDir + "':$PATH " + remedy);
  CHECK(in_project(doctor_command).code == 0);
}

TEST_CASE("a damaged database, a configuration that is none, and an entry that starts nothing are told") {
  Sandbox sandbox;
  sandbox.set("HOME", sandbox.directory());
  {
    const Child daemon = sandbox.start_daemon();
    report_once(sandbox);
    REQUIRE(sandbox.end_daemon());  // in order, so that nothing is in the write-ahead log alone
  }
  fs::resize_file(sandbox.database(), fs::file_size(sandbox.database()) / 2);
  fs::create_directories(sandbox.directory() + "/.cursor");
  std::ofstream(sandbox.directory() + "/.cursor/mcp.json")
      << R"({"mcpServers": {"governor": {"command": "/gone/bin/governor-proxy"}}})";
  std::ofstream(sandbox.directory() + "/broken.json") << "{";
  sandbox.set("GOVERNOR_CONFIG", sandbox.directory() + "/broken.json");
  const auto found = doctor(sandbox);
  CHECK(found.code == 1);
  CHECK(found.problems("database").find("is not sound") != std::string::npos);
  CHECK_FALSE(found.problems("configuration").empty());
  CHECK(found.problems("clients").find("Cursor is told to start /gone/bin/governor-proxy") !=
        std::string::npos);
  fs::remove(sandbox.database());
  fs::create_directories(sandbox.state_dir() + "/backups");
  std::ofstream(sandbox.state_dir() + "/backups/governor-1.db") << "";
  CHECK(doctor(sandbox).problems("database").find("is gone, though there are backups") != std::string::npos);
}

}  // namespace governor::test
