// Backups of governor's own state, with the real daemon and clients that come at the wrong time.
#include <signal.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "ipc/client.hpp"
#include "ipc/fault_point.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/slowness.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

Finished state(const Sandbox& sandbox, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "state");
  Command command = sandbox.command(kControl, std::move(arguments));
  command.error_file.clear();
  const auto finished = run(command, patience());
  REQUIRE(finished.has_value());
  return *finished;
}

json::object state_json(const Sandbox& sandbox, std::vector<std::string> arguments, int code = 0) {
  arguments.emplace_back("--json");
  const Finished finished = state(sandbox, std::move(arguments));
  INFO(finished.output << finished.errors);
  REQUIRE(finished.code == code);
  return json::parse(finished.output).as_object();
}

void update_ada(const Sandbox& sandbox, int times) {
  auto client = ipc::Client::connect(sandbox.socket(), patience());
  REQUIRE(client.has_value());
  for (int i = 0; i < times; ++i) {
    const json::object arguments = {{"agent_id", "ada"}, {"response_text", "step " + std::to_string(i)}};
    REQUIRE(client->call_tool("process_agent_update", arguments, patience()).has_value());
  }
}

}  // namespace

TEST_CASE("a backup is taken while the daemon works, and brings back what there was") {
  Sandbox sandbox;
  const std::string file = sandbox.directory() + "/backup.db";
  {
    const Child daemon = sandbox.start_daemon();
    update_ada(sandbox, 5);
    CHECK(state_json(sandbox, {"backup", file}).at("updates").as_int64() == 5);
    CHECK(state(sandbox, {"backup", file}).errors.find("is there already") != std::string::npos);
    update_ada(sandbox, 3);
    CHECK(state_json(sandbox, {"verify"}).at("updates").as_int64() == 8);
    CHECK(state_json(sandbox, {"verify", file}).at("updates").as_int64() == 5);
    CHECK(state(sandbox, {"restore", file}).code == 2);  // nobody said --yes
    const auto restored = state_json(sandbox, {"restore", file, "--yes"});
    CHECK(restored.at("detail").as_string().find("3 updates are missing") != json::string::npos);
    CHECK(sandbox.daemon() == 0);
  }
  CHECK(state_json(sandbox, {"verify"}).at("updates").as_int64() == 5);
  const Child daemon = sandbox.start_daemon();
  update_ada(sandbox, 1);
  CHECK(state_json(sandbox, {"verify"}).at("updates").as_int64() == 6);
}

TEST_CASE("what is damaged is told by verify, and not restored") {
  Sandbox sandbox;
  const std::string file = sandbox.directory() + "/backup.db";
  const Child daemon = sandbox.start_daemon();
  update_ada(sandbox, 50);
  state_json(sandbox, {"backup", file});
  fs::resize_file(file, fs::file_size(file) / 2);
  const auto report = state_json(sandbox, {"verify", file}, 4);
  CHECK_FALSE(report.at("ok").as_bool());
  CHECK_FALSE(report.at("problems").as_array().empty());
  CHECK(state(sandbox, {"restore", file, "--yes"}).code == 1);
  CHECK(sandbox.daemon() == daemon.pid());  // nobody was disturbed
  CHECK(state(sandbox, {"restore", file + ".none", "--yes"}).code == 1);
}

TEST_CASE("a restore that is killed at any rename leaves the old state or the new one, and is repeated") {
  if (!ipc::kHasFaultPoints) return;
  Sandbox sandbox;
  const std::string file = sandbox.directory() + "/backup.db";
  bool goes_on = true;
  for (int arrival = 1; goes_on; ++arrival) {
    INFO("rename " << arrival);
    REQUIRE(arrival < 20);
    fs::remove_all(sandbox.state_dir());
    fs::remove(file);
    Child first = sandbox.start_daemon();
    update_ada(sandbox, 2);
    state_json(sandbox, {"backup", file});
    update_ada(sandbox, 3);
    first.signal(SIGKILL);  // its log is as it is
    REQUIRE(first.wait(patience()).has_value());
    Command restore = sandbox.command(kControl, {"state", "restore", file, "--yes"});
    restore.environment.push_back("GOVERNOR_FAULT=durable_rename:end:" + std::to_string(arrival));
    restore.error_file.clear();
    const auto finished = run(restore, patience());
    REQUIRE(finished.has_value());
    goes_on = finished->code != 0;
    if (goes_on) CHECK(finished->errors.find("give the command again") != std::string::npos);
    {
      const Child second = sandbox.start_daemon();
      const auto updates = state_json(sandbox, {"verify"}).at("updates").as_int64();
      CHECK((updates == 2 || updates == 5));
      if (!goes_on) CHECK(updates == 2);
      update_ada(sandbox, 1);
      for (const auto& entry : fs::directory_iterator(sandbox.state_dir())) {
        INFO(entry.path());
        CHECK(entry.path().filename().string().find("restor") == std::string::npos);
      }
      CHECK(state_json(sandbox, {"restore", file, "--yes"}).at("ok").as_bool());
    }
    CHECK(state_json(sandbox, {"verify"}).at("updates").as_int64() == 2);
  }
}

TEST_CASE("a backup that is killed leaves no file of that name, and can be repeated") {
  if (!ipc::kHasFaultPoints) return;
  Sandbox sandbox;
  const std::string file = sandbox.directory() + "/backup.db";
  const Child daemon = sandbox.start_daemon();
  update_ada(sandbox, 5);
  for (const char* fault : {"durable_copy:end", "durable_sync:end", "durable_rename:end"}) {
    INFO(fault);
    Command backup = sandbox.command(kControl, {"state", "backup", file});
    backup.environment.push_back(std::string("GOVERNOR_FAULT=") + fault);
    backup.error_file.clear();
    const auto finished = run(backup, patience());
    REQUIRE(finished.has_value());
    CHECK(finished->code == 1);
    CHECK_FALSE(fs::exists(file));
  }
  CHECK(state_json(sandbox, {"backup", file}).at("updates").as_int64() == 5);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(sandbox.directory()))
    files += entry.path().filename().string().starts_with("backup.db") ? 1 : 0;
  CHECK(files == 1);
}

}  // namespace governor::test
