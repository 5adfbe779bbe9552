#include "ctl/json_fields.hpp"
#include "ctl/replay/measures.hpp"
#include "ctl/replay/recorded_run.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl;
using namespace governor::ctl::replay;

namespace {

std::string event_of(const RecordedRun& run, std::size_t turn, std::size_t event) {
  return text_field(run.turns.at(turn).at(event).as_object(), "event");
}

}  // namespace

TEST_CASE("the area under the curve is how often a failure is ranked above a success") {
  CHECK(area_under_roc({{0.9, true}, {0.1, false}}) == 1.0);
  CHECK(area_under_roc({{0.1, true}, {0.9, false}}) == 0.0);
  CHECK(area_under_roc({{0.5, true}, {0.5, false}}) == 0.5);
  CHECK(area_under_roc({{0.8, true}, {0.4, true}, {0.6, false}, {0.2, false}}) == 0.75);
  CHECK(area_under_roc({{0.4, true}, {0.4, false}, {0.2, false}}) == 0.75);
  CHECK_FALSE(area_under_roc({{0.5, true}}));
  CHECK_FALSE(area_under_roc({}));
}

TEST_CASE("calibration compares what was said with what came, bin by bin") {
  CHECK(*calibration_error({{0.25, false}, {0.25, false}, {0.25, false}, {0.25, true}}) == Approx(0.0));
  CHECK(*calibration_error({{0.9, false}, {0.1, false}}) == Approx(0.5));
  CHECK(*calibration_error({{1.0, true}}) == Approx(0.0));
  CHECK_FALSE(calibration_error({}));
  CHECK(*brier_score({{1.0, true}, {0.5, false}}) == Approx(0.125));
  CHECK_FALSE(brier_score({}));
}

TEST_CASE("a step of a recorded run is a turn in which one command ran") {
  const auto run = read_run(
      R"({"run":"a b","failed":true,"steps":[{"text_bytes":12,"command":"make","exit_code":2,"output_bytes":9,)"
      R"("output_tail":"oops"},{"text_bytes":0,"command":"ls","exit_code":null}]})");
  REQUIRE(run.has_value());
  CHECK(run->name == "a b");
  CHECK(run->failed == true);
  REQUIRE(run->turns.size() == 2);
  CHECK(event_of(*run, 0, 0) == "turn_began");
  const auto& used = run->turns[0].at(1).as_object();
  CHECK(text_field(used, "command") == "make");
  CHECK(text_field(used, "output") == "oops");
  CHECK_FALSE(flag_field(used, "success"));
  CHECK(count_field(used, "exit_code") == 2);
  CHECK(count_field(used, "prose_bytes") == 12);
  CHECK(event_of(*run, 0, 2) == "turn_ended");
  // Of one without an exit code nobody knows that it succeeded.
  CHECK_FALSE(flag_field(run->turns[1].at(1).as_object(), "success"));
}

TEST_CASE("what is no run is refused") {
  CHECK_FALSE(read_run("{}").has_value());
  CHECK_FALSE(read_run("[1]").has_value());
  CHECK_FALSE(read_run("no").has_value());
}

TEST_CASE("a transcript is cut into turns at the prompts of the person") {
  const std::string text =
      R"({"type":"user","message":{"content":"do it"}})"
      "\n"
      R"({"type":"assistant","message":{"content":[{"type":"text","text":"I look."},)"
      R"({"type":"tool_use","id":"1","name":"Bash","input":{"command":"pytest"}}]}})"
      "\n"
      R"({"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"1","is_error":true,)"
      R"("content":"1 failed"}]}})"
      "\n"
      R"({"type":"assistant","isSidechain":true,"message":{"content":[{"type":"text","text":"not this one"}]}})"
      "\n"
      R"({"type":"assistant","message":{"content":[{"type":"text","text":"It fails."}]}})"
      "\n"
      R"({"type":"user","message":{"content":[{"type":"text","text":"go on"}]}})"
      "\n"
      R"({"type":"assistant","message":{"content":[{"type":"tool_use","id":"2","name":"Edit",)"
      R"("input":{"file_path":"/p/a.py","old_string":"a\nb","new_string":"c"}}]}})"
      "\n"
      R"({"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"2",)"
      R"("content":[{"type":"text","text":"done"}]}]}})"
      "\n"
      R"({"type":"assistant","mess)";
  CHECK_FALSE(holds_runs(text));
  const auto run = read_transcript(text, "session");
  REQUIRE(run.has_value());
  CHECK_FALSE(run->failed);
  REQUIRE(run->turns.size() == 2);
  REQUIRE(run->turns[0].size() == 4);
  const auto& used = run->turns[0].at(1).as_object();
  CHECK(text_field(used, "command") == "pytest");
  CHECK(count_field(used, "prose_bytes") == 7);
  CHECK_FALSE(flag_field(used, "success"));
  CHECK(count_field(used, "output_bytes") == 8);
  CHECK(event_of(*run, 0, 2) == "prose_said");
  CHECK(event_of(*run, 0, 3) == "turn_ended");
  const auto& edit = run->turns[1].at(1).as_object();
  CHECK(text_field(edit, "path") == "/p/a.py");
  CHECK(count_field(edit, "lines_added") == 1);
  CHECK(count_field(edit, "lines_removed") == 2);
  CHECK(flag_field(edit, "success"));
}

TEST_CASE("what is neither runs nor a transcript is refused") {
  CHECK_FALSE(read_transcript("hello\n{\"type\":\"note\"}\n", "x").has_value());
  CHECK_FALSE(holds_runs("hello"));
  CHECK(holds_runs("\n{\"run\":\"a\",\"steps\":[]}\n"));
}
