// `governorctl metrics` of a daemon that works.
#include <boost/json.hpp>

#include "ipc/client.hpp"
#include "tests/ctl/metrics/openmetrics.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/slowness.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;

void update(const Sandbox& sandbox, const std::string& agent) {
  auto client = ipc::Client::connect(sandbox.socket(), patience());
  REQUIRE(client.has_value());
  const json::object arguments{{"agent_id", agent}};
  REQUIRE(client->call_tool("process_agent_update", arguments, patience()).has_value());
}

OpenMetrics metrics_of(const Sandbox& sandbox) {
  const auto finished = run(sandbox.command(kControl, {"metrics"}), patience());
  REQUIRE(finished.has_value());
  INFO(finished->output);
  CHECK(finished->code == 0);
  return OpenMetrics::read(finished->output);
}

}  // namespace

TEST_CASE("a daemon that works tells its figures, and counters only rise") {
  Sandbox sandbox;
  CHECK(metrics_of(sandbox).value("governor_up") == 0);
  CHECK(sandbox.daemon() == 0);  // none is started
  const Child daemon = sandbox.start_daemon();
  update(sandbox, "ada");
  const auto before = metrics_of(sandbox);
  update(sandbox, "ada");
  update(sandbox, "bob");
  const auto after = metrics_of(sandbox);
  CHECK(before.value("governor_up") == 1);
  CHECK(before.value("governor_updates_total") == 1);
  CHECK(after.value("governor_updates_total") == 3);
  CHECK(after.value("governor_stored_agents") == 2);
  CHECK(after.value("governor_agents", {{"status", "active"}}) == 2);
  CHECK(after.value("governor_uptime_seconds") >= before.value("governor_uptime_seconds"));
  for (const OpenMetrics::Family& family : before.families) {
    INFO(family.name);
    REQUIRE(after.find(family.name) != nullptr);
    for (const OpenMetrics::Sample& sample : family.samples)
      if (family.type == "counter") CHECK(after.value(sample.name, sample.labels) >= sample.value);
  }
}

TEST_CASE("promtool has nothing to say against the older format") {
  Sandbox sandbox;
  const Child daemon = sandbox.start_daemon();
  update(sandbox, "ada");
  Command command =
      sandbox.command("/bin/sh", {"-c", "command -v promtool >/dev/null || exit 77; '" + kControl +
                                            "' metrics --format prometheus | promtool check metrics 2>&1"});
  const auto finished = run(command, patience());
  REQUIRE(finished.has_value());
  if (finished->code == 77) {
    WARN("not checked: promtool is not in PATH");
    return;
  }
  INFO(finished->output);
  CHECK(finished->code == 0);
  CHECK(finished->output.empty());
}

}  // namespace governor::test
