#include "tests/ctl/metrics/openmetrics.hpp"
#include "tests/ctl/metrics/told_figures.hpp"
#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
using governor::test::OpenMetrics;
namespace json = boost::json;

namespace {

void will_tell(RecordingDaemon& daemon) {
  const auto figures = told_figures();
  daemon.will_answer("governor/status", {*figures.status});
  daemon.will_answer("list_agents", {*figures.agents});
  daemon.will_answer("diagnose_concurrency", {*figures.concurrency});
  daemon.will_answer("list_alerts", {*figures.alerts});
  daemon.will_answer("list_approvals", {*figures.approvals});
  daemon.will_answer("list_leases", {*figures.leases});
  daemon.will_answer("list_tasks", {*figures.tasks});
  daemon.will_answer("list_deployments", {*figures.deployments});
}

}  // namespace

TEST_CASE("metrics asks the daemon for each figure and writes OpenMetrics", "[ctl]") {
  RecordingDaemon daemon;
  will_tell(daemon);
  const auto run = daemon.run({"metrics"});
  CHECK(run.code == 0);
  const auto read = OpenMetrics::read(run.out);
  CHECK(read.value("governor_up") == 1);
  CHECK(read.value("governor_leases") == 7);
  CHECK(read.value("governor_deployments", {{"state", "done"}}) == 8);
  CHECK(daemon.run({"metrics", "--format", "prometheus"}).out.find("# EOF") == std::string::npos);
  CHECK(daemon.run({"metrics", "--format", "xml"}).code == 2);
}

TEST_CASE("metrics as JSON has the same figures", "[ctl]") {
  RecordingDaemon daemon;
  will_tell(daemon);
  const auto told = json::parse(daemon.run({"metrics", "--json"}).out).at("metrics").as_array();
  const auto read = OpenMetrics::read(daemon.run({"metrics"}).out);
  REQUIRE(told.size() == read.families.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    CHECK(told[i].at("name").as_string() == read.families[i].name);
    CHECK(told[i].at("type").as_string() == read.families[i].type);
    CHECK(told[i].at("samples").as_array().size() == read.families[i].samples.size());
  }
}

TEST_CASE("one figure that the daemon refuses costs none of the others", "[ctl]") {
  const governor::TemporaryDirectory runtime;
  const FakeDaemon daemon(
      runtime.path(), [](std::string_view method, const json::object& params) -> std::optional<json::value> {
        if (method == "governor/hello") return json::object{{"protocol", 1}};
        if (method == "governor/status") return json::value(*told_figures().status);
        if (params.at("name").as_string() == "list_leases") return tool_result(*told_figures().leases);
        return method_error({{"code", -32603}, {"message", "storage_unavailable: the disk is full"}});
      });
  const auto run = run_governorctl(runtime.path(), {"metrics"});
  CHECK(run.code == 0);
  const auto read = OpenMetrics::read(run.out);
  CHECK(read.value("governor_up") == 1);
  CHECK(read.value("governor_leases") == 7);
  CHECK(read.find("governor_tasks") == nullptr);
}

TEST_CASE("without a daemon metrics says that none is up, which is no failure", "[ctl]") {
  const governor::TemporaryDirectory runtime;
  const auto run = run_governorctl(runtime.path(), {"metrics"});
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  const auto read = OpenMetrics::read(run.out);
  CHECK(read.families.size() == 1);
  CHECK(read.value("governor_up") == 0);
}
