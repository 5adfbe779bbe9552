// What refusals tell an agent to do: never a command of the person it works for.
#include "daemon/files/protected_patterns.hpp"
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

std::string hint_of(const json::object& error) {
  CAPTURE(json::serialize(error));
  REQUIRE(error.contains("hint"));
  return text_of(error.at("hint"));
}

void check_is_for_agents(const std::string& hint) {
  INFO(hint);
  CHECK(hint.find("governorctl") == std::string::npos);
  CHECK(hint.find("reset_monitor") == std::string::npos);
}

}  // namespace

TEST_CASE("an agent that may not write a file is told what it can do itself") {
  DaemonFixture::Settings settings;
  settings.protections = *read_protections({"*.pem"}, "/");
  FileFixture files(settings);
  Writer ada(files, "ada");
  const std::string path = files.file("key.pem");
  const auto lease = ada.lease(path);
  const auto refused = ada.refused("commit_file", Writer::arguments_of(path, "key", "", lease));
  check_is_for_agents(hint_of(refused));
  CHECK(hint_of(refused).find("a person can allow it") != std::string::npos);
  const auto own = ada.refused("request_write", {{"paths", {files.daemon.directory() + "/governor.db"}}});
  check_is_for_agents(hint_of(own));
}

TEST_CASE("an agent that gets no lease because it is critical is told how it gets one") {
  FileFixture files;
  Writer ada(files, "ada");
  ada.call("register_agent", {{"agent_id", "ada"}});
  json::object bad{{"agent_id", "ada"}, {"ethical_drift", {1, 1, 1}}, {"confidence", 0.5}};
  ada.call("process_agent_update", bad);
  const auto refused = ada.refused("request_write", {{"paths", {files.file("a.txt")}}});
  check_is_for_agents(hint_of(refused));
  CHECK(hint_of(refused).find("get_governance_metrics") != std::string::npos);
}
