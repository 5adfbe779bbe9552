// What outcomes teach about failure: little from few, within bounds from many, and the same after a restart.
#include "tests/daemon/tools/observed.hpp"

using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

/// An agent of which one turn was seen, and the id of the prediction that was made of it.
std::string judged_turn(Observed& o, const std::string& agent) {
  o.note(agent,
         {event("turn_began"), event("tool_used", {{"tool", "Bash"}, {"command", "make"}, {"success", true}}),
          event("turn_ended", {{"prose_bytes", 300}})});
  const json::object metrics = o.tool("get_governance_metrics", {{"agent_id", agent}, {"detail", "full"}});
  return agent + '/' + std::to_string(metrics.at("metrics").at("updates").to_number<int>());
}

double failure_of_next_turn(Observed& o, const std::string& agent) {
  judged_turn(o, agent);
  const json::object metrics = o.tool("get_governance_metrics", {{"agent_id", agent}, {"detail", "full"}});
  return metrics.at("evidence").at("failure_probability").to_number<double>();
}

void tell_outcome(Observed& o, const std::string& prediction, bool correct) {
  o.tool("record_outcome", {{"prediction_id", prediction}, {"correct", correct}, {"source", "test"}});
}

json::object failures(Observed& o) {
  return o.tool("check_calibration", json::object()).at("failure_probability").as_object();
}

}  // namespace

TEST_CASE("outcomes teach what failure looks like here, within bounds, and a restart forgets nothing") {
  Observed o;
  const double shipped = failure_of_next_turn(o, "first");
  for (int i = 0; i < 3; ++i) tell_outcome(o, judged_turn(o, "few" + std::to_string(i)), false);
  const double after_few = failure_of_next_turn(o, "second");
  CHECK(after_few > shipped);
  CHECK(after_few < shipped + 0.05);

  for (int i = 0; i < 150; ++i) tell_outcome(o, judged_turn(o, "many" + std::to_string(i)), false);
  const double after_many = failure_of_next_turn(o, "third");
  CHECK(after_many > shipped + 0.1);
  CHECK(after_many < 0.6);
  const json::object before = failures(o);
  CHECK(before.at("learned").at("outcomes").to_number<int>() == 153);
  CHECK(before.at("learned").at("shift").to_number<double>() > 0.5);
  CHECK(before.at("learned").at("shift").to_number<double>() <= 1);
  // What was said with what had been learned by then was nearer to what came than what is shipped.
  CHECK(before.at("brier").to_number<double>() < before.at("shipped").at("brier").to_number<double>());

  o.restart();
  CHECK(failures(o) == before);
  CHECK(failure_of_next_turn(o, "fourth") == after_many);
}

TEST_CASE("an outcome that is told anew replaces what it taught") {
  Observed o;
  const double shipped = failure_of_next_turn(o, "first");
  const std::string prediction = judged_turn(o, "ada");
  tell_outcome(o, prediction, false);
  CHECK(failure_of_next_turn(o, "second") > shipped);
  tell_outcome(o, prediction, true);
  CHECK(failure_of_next_turn(o, "third") < shipped);
  CHECK(failures(o).at("learned").at("outcomes").to_number<int>() == 1);
}

TEST_CASE("an update that was made of what was reported teaches nothing about failure") {
  Observed o;
  o.tool("process_agent_update", {{"agent_id", "plain"}});
  tell_outcome(o, "plain/1", false);
  CHECK(o.tool("check_calibration", json::object()).at("failure_probability").is_null());
}
