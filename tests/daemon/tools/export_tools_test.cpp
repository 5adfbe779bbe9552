#include <sys/stat.h>

#include <boost/json.hpp>
#include <filesystem>
#include <string>

#include "daemon/support/sha256.hpp"
#include "daemon/tools/agents/agent_export.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/tools/tool_caller.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon::test;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

std::size_t files_in(const std::string& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("an export tells where the file is and what is in it, and is audited") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  call("register_agent", of("ada"));
  for (int n = 0; n < 3; ++n) call("process_agent_update", {});
  const json::object said = call("export_to_file", {{"format", "csv"}, {"filename", "../my export"}});
  const std::string path(said.at("path").as_string());
  CHECK(path == daemon.directory() + "/exports/-my-export.csv");
  const std::string text = read_file(path);
  CHECK(said.at("agent_id").as_string() == "ada");
  CHECK(said.at("format").as_string() == "csv");
  CHECK(said.at("rows").as_int64() == 3);
  CHECK(said.at("bytes").as_int64() == static_cast<std::int64_t>(text.size()));
  CHECK(said.at("sha256").as_string() == daemon::sha256_hex(text));
  const json::object log = call("query_audit_log", {{"event", "agent_exported"}});
  REQUIRE(log.at("entries").as_array().size() == 1);
  CHECK(log.at("entries").as_array()[0].at("agent_id").as_string() == "ada");
  CHECK(std::string(log.at("entries").as_array()[0].at("detail").as_string()).find(path) !=
        std::string::npos);
}

TEST_CASE("a name that is taken or means nothing is refused, and nothing is left of it") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  call("process_agent_update", of("ada"));
  call("export_to_file", {{"agent_id", "ada"}, {"filename", "mine"}});
  const json::object error = call.refused("export_to_file", {{"agent_id", "ada"}, {"filename", "mine"}});
  CHECK(error.at("code").as_string() == "already_exists");
  CHECK(error.at("field").as_string() == "filename");
  CHECK(call.refused("export_to_file", {{"agent_id", "ada"}, {"filename", ".."}}).at("field").as_string() ==
        "filename");
  CHECK(call.refused("export_to_file", of("nobody")).at("code").as_string() == "not_found");
  CHECK(files_in(daemon.directory() + "/exports") == 1);
}

TEST_CASE("a line that exports is applied once, though it is sent again") {
  DaemonFixture daemon;
  json::object first;
  {
    TestClient client(daemon.socket());
    client.hello("a");
    client.update(1, "ada");
    first = client.call(2, "export_to_file", R"({"agent_id":"ada"})");
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("a");
  CHECK(client.call(2, "export_to_file", R"({"agent_id":"ada"})") == first);
  CHECK(files_in(daemon.directory() + "/exports") == 1);
}

TEST_CASE("a long export is read in slices, and what happens meanwhile is not in it") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.hello("a");
  const auto rows = static_cast<std::uint64_t>(2 * governor::daemon::AgentExport::kRowsPerStep + 10);
  std::uint64_t line = 0;
  while (line < rows) {
    for (int sent = 0; sent < 64 && line < rows; ++sent) client.send_update(++line, "ada");
    client.result(line);
    client.confirm(line);
  }
  const int loads = daemon.gate().loads();
  client.send_tool(line + 1, "export_to_file", R"({"agent_id":"ada","format":"csv"})");
  TestClient other(daemon.socket());
  other.hello("b");
  for (std::uint64_t n = 1; n <= 20; ++n) other.update(n, "ada");
  const json::object said = client.result(line + 1);
  CHECK(daemon.gate().loads() - loads >= 4);  // its beginning and three slices
  const auto exported = said.at("rows").to_number<std::uint64_t>();
  CHECK(exported >= rows);
  CHECK(exported <= rows + 20);
  const std::string text = read_file(std::string(said.at("path").as_string()));
  CHECK(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) == exported + 1);
}

TEST_CASE("an export that the disk cannot take is an error, and the daemon goes on") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  call("process_agent_update", of("ada"));
  fs::create_symlink("/nonexistent", daemon.directory() + "/exports");
  CHECK(call.refused("export_to_file", of("ada")).at("code").as_string() == "conflict");
  CHECK(call("process_agent_update", of("ada")).at("update").as_int64() == 2);
}
