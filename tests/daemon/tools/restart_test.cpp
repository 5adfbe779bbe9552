// What is told of an agent's past does not depend on where it is read from.
#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <string>

#include "daemon/support/sha256.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/tools/tool_caller.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

std::string without(json::object object, std::initializer_list<const char*> fields) {
  for (const char* field : fields) object.erase(field);
  return json::serialize(object);
}

std::string exported(ToolCaller& call, const std::string& id, const char* format) {
  const json::object file = call("export_to_file", {{"agent_id", id}, {"format", format}});
  const std::string text = read_file(std::string(file.at("path").as_string()));
  CHECK(file.at("sha256").as_string() == daemon::sha256_hex(text));
  CHECK(file.at("bytes").as_int64() == static_cast<std::int64_t>(text.size()));
  return text;
}

/// Everything that is told of an agent, by tool.
using Told = std::map<std::string, std::string>;

Told all_of(ToolCaller& call, const std::string& id) {
  Told told;
  json::object page = call("get_system_history", {{"agent_id", id}, {"limit", 30}});
  for (int number = 1;; ++number) {
    told["history page " + std::to_string(number)] = json::serialize(page);
    if (!page.contains("next_before")) break;
    page = call("get_system_history",
                {{"agent_id", id}, {"limit", 30}, {"before_update", page.at("next_before")}});
  }
  told["history as csv"] =
      json::serialize(call("get_system_history", {{"agent_id", id}, {"format", "csv"}, {"limit", 1000}}));
  told["export as csv"] = exported(call, id, "csv");
  json::object file = json::parse(exported(call, id, "json")).as_object();
  told["export as json"] = without(std::move(file), {"exported"});
  told["metadata"] = without(call("get_agent_metadata", of(id)), {"age_seconds"});
  told["observation"] = json::serialize(call("observe_agent", of(id)));
  told["metrics"] = json::serialize(call("get_governance_metrics", {{"agent_id", id}, {"detail", "full"}}));
  told["calibration"] = json::serialize(call("check_calibration", of(id)));
  told["telemetry"] = json::serialize(call("get_telemetry_metrics", of(id)));
  told["thresholds"] = json::serialize(call("get_thresholds", of(id)));
  return told;
}

void check_same(const std::string& id, const Told& before, const Told& after) {
  for (const auto& [what, text] : before) {
    INFO(what << " of " << id);
    CHECK(after.at(what) == text);
  }
}

}  // namespace

TEST_CASE(
    "histories, exports and metadata read the same for loaded and unloaded agents, before and after a "
    "restart") {
  DaemonFixture daemon({1, 1, std::chrono::milliseconds(0)});  // one agent stays in memory, the others do not
  ToolCaller call(daemon.socket());
  const std::vector<std::string> ids{"ada", "bob", "eve"};
  for (const std::string& id : ids) {
    call("register_agent",
         {{"agent_id", id}, {"shared", true}, {"purpose", "to " + id}, {"tags", {"t", id}}});
    for (int n = 0; n < 70; ++n) {
      call("process_agent_update", {{"agent_id", id},
                                    {"complexity", n / 70.0},
                                    {"confidence", 1 - n / 100.0},
                                    {"parameters", {0.5, n / 9.0}}});
      if (id == "bob" && n == 40) reset_by_person(daemon.socket(), id);
      if (n % 10 == 0) {
        call("record_outcome", {{"prediction_id", id + "/" + std::to_string(n + 1)},
                                {"correct", n % 20 == 0},
                                {"source", "test"}});
      }
    }
    call("update_agent_metadata",
         {{"agent_id", id}, {"notes", "seen"}, {"append_notes", true}, {"pinned", true}});
  }
  call("set_thresholds", {{"agent_id", "eve"}, {"profile", "strict"}});
  call("pause_agent", {{"agent_id", "eve"}, {"reason", "lunch"}});

  std::map<std::string, Told> before;
  for (const std::string& id : ids) before[id] = all_of(call, id);
  // Each time another agent is the one in memory.
  for (const char* loaded : {"eve", "ada", "bob"}) {
    call("get_governance_metrics", of(loaded));
    for (const std::string& id : ids) check_same(id, before[id], all_of(call, id));
  }
  daemon.restart();
  ToolCaller again(daemon.socket(), "b");
  for (const std::string& id : ids) check_same(id, before[id], all_of(again, id));
}
