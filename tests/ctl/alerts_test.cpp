#include <atomic>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/ctl/tool_answers.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

json::object alert() {
  return {{"alert_id", 7},       {"kind", "low_disk"},  {"severity", "critical"},
          {"cause", "low_disk"}, {"message", "12 MiB"}, {"raised", "2025-11-21T10:00:00.000000Z"}};
}

json::object list_of(json::array alerts) {
  const auto count = alerts.size();
  return {{"alerts", std::move(alerts)}, {"count", count}};
}

}  // namespace

TEST_CASE("open alerts are listed, and with --exit-code they show in it", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("list_alerts", {list_of({alert()})});
  const auto run = daemon.run({"alerts"});
  CHECK(run.code == 0);
  for (const char* part : {"7", "critical", "low_disk", "12 MiB", "open"}) CHECK(contains(run.out, part));
  CHECK_FALSE(daemon.last().at("include_acknowledged").as_bool());
  CHECK_FALSE(daemon.last().at("include_resolved").as_bool());
  CHECK(daemon.run({"alerts", "--exit-code"}).code == 4);
  CHECK(daemon.run({"alerts", "list"}).out == run.out);
  daemon.run({"alerts", "--all"});
  CHECK(daemon.last().at("include_acknowledged").as_bool());
  CHECK(daemon.last().at("include_resolved").as_bool());
  CHECK(json::parse(daemon.run({"alerts", "--json"}).out).at("count").as_int64() == 1);
  daemon.will_answer("list_alerts", {list_of({})});
  const auto none = daemon.run({"alerts", "--exit-code"});
  CHECK(none.code == 0);
  CHECK(none.out == "no alerts\n");
}

TEST_CASE("a list that is cut says so", "[ctl]") {
  RecordingDaemon daemon;
  json::object cut = list_of({alert()});
  cut["next_cursor"] = 7;
  daemon.will_answer("list_alerts", {cut});
  CHECK(
      contains(daemon.run({"alerts", "--rows", "1"}).out, "these are the newest 1; there are more: --rows"));
  CHECK(json::parse(daemon.run({"alerts", "--rows", "1", "--json"}).out).at("more").as_bool());
  daemon.will_answer("list_alerts", {list_of({alert()})});
  CHECK_FALSE(contains(daemon.run({"alerts", "--rows", "1"}).out, "there are more"));
}

TEST_CASE("an alert is acknowledged with a note", "[ctl]") {
  RecordingDaemon daemon;
  json::object seen = alert();
  seen["acknowledged"] = json::object{{"by", "governorctl"}};
  daemon.will_answer("acknowledge_alert", {seen});
  const auto run = daemon.run({"alerts", "ack", "7", "--note", "made room"});
  CHECK(run.code == 0);
  CHECK(run.out == "alert 7 (low_disk): open, seen by governorctl\n");
  CHECK(daemon.last() == json::object{{"alert_id", 7}, {"note", "made room"}});
  CHECK(daemon.run({"alerts", "ack"}).code == 2);
  CHECK(daemon.run({"alerts", "ack", "seven"}).code == 2);
}

TEST_CASE("alerts are acknowledged together, and one that is refused keeps none of the others from it",
          "[ctl]") {
  const governor::TemporaryDirectory directory;
  std::atomic<int> asked{0};
  const FakeDaemon daemon(
      directory.path(),
      tools([&](std::string_view tool, const json::object& arguments) -> std::optional<json::value> {
        if (tool == "list_alerts")
          return tool_result(
              {{"alerts", {{{"alert_id", 7}}, {{"alert_id", 5}}, {{"alert_id", 3}}}}, {"count", 3}});
        ++asked;
        const auto alert = arguments.at("alert_id").as_int64();
        if (alert == 5) {
          return json::object{{"isError", true},
                              {"content", {{{"type", "text"}, {"text", "not_found: gone"}}}}};
        }
        return tool_result({{"alert_id", alert}, {"kind", "loop"}, {"acknowledged", {{"by", "you"}}}});
      }));
  const auto run = run_governorctl(directory.path(), {"alerts", "ack", "--all", "--note", "seen"});
  CHECK(run.code == 1);
  CHECK(asked == 3);
  CHECK(run.out == "alert 3 (loop): open, seen by you\nalert 7 (loop): open, seen by you\n");
  CHECK(run.err == "governorctl: alert 5: not_found: gone\n");
  const auto machine = run_governorctl(directory.path(), {"alerts", "ack", "7", "3", "--json"});
  CHECK(machine.code == 0);
  CHECK(json::parse(machine.out).at("acknowledged").as_array().size() == 2);
  CHECK(run_governorctl(directory.path(), {"alerts", "ack"}).code == 2);
  CHECK(run_governorctl(directory.path(), {"alerts", "ack", "3", "--all"}).code == 2);
}
