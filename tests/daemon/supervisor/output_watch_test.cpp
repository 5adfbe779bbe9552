#include "daemon/supervisor/output_watch.hpp"

#include "tests/support/catch.hpp"

namespace governor::daemon::test {
namespace {

using core::DeploymentState;
using core::WaitingFor;
using namespace std::chrono_literals;

const OutputWatch::Clock::time_point kBegin{};

Runner watched_runner(bool stream_json) {
  Runner runner = built_in_runners().back();
  runner.stream_json = stream_json;
  return runner;
}

}  // namespace

TEST_CASE("a program that says nothing is starting, and at last stuck", "[output_watch]") {
  OutputWatch watch(watched_runner(false), 15min, kBegin);
  CHECK_FALSE(watch.seen(kBegin + 14min));
  const auto seen = watch.seen(kBegin + 15min);
  REQUIRE(seen);
  CHECK(seen->state == DeploymentState::stuck);
  watch.take("x", kBegin + 16min);
  CHECK(watch.seen(kBegin + 16min)->state == DeploymentState::working);
  CHECK(watch.seen(kBegin + 30min)->state == DeploymentState::working);
  CHECK(watch.seen(kBegin + 31min)->state == DeploymentState::stuck);
}

TEST_CASE("a question that stands is waited for, and not one that goes by", "[output_watch]") {
  OutputWatch watch(watched_runner(false), 15min, kBegin);
  watch.take("\x1b[1mDo you want \x1b[0mto proceed?\n  1. Yes", kBegin + 1s);
  CHECK(watch.seen(kBegin + 1s)->state == DeploymentState::working);
  const auto seen = watch.seen(kBegin + 4s);
  CHECK(seen->state == DeploymentState::waiting);
  CHECK(seen->waiting_for == WaitingFor::permission);
  CHECK(seen->why == "1. Yes");
  watch.take(std::string(2000, 'x'), kBegin + 5s);
  CHECK(watch.seen(kBegin + 20s)->state == DeploymentState::working);
  watch.take("Do you trust the files in this folder?", kBegin + 21s);
  CHECK(watch.seen(kBegin + 30s)->waiting_for == WaitingFor::trust);
  // A question is no silence that nobody understands.
  CHECK(watch.seen(kBegin + 60min)->state == DeploymentState::waiting);
}

TEST_CASE("turns, tokens, session and cost are read from the lines of Claude Code", "[output_watch]") {
  OutputWatch watch(watched_runner(true), 15min, kBegin);
  const std::string lines =
      "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"s-1\"}\n"
      "a warning that is no JSON\n"
      "{\"type\":\"assistant\",\"message\":{\"id\":\"m1\",\"usage\":{\"input_tokens\":10,\"output_tokens\":1}"
      "}}\n"
      "{\"type\":\"assistant\",\"message\":{\"id\":\"m1\",\"usage\":{\"input_tokens\":10,\"output_tokens\":5}"
      "}}\n"
      "{\"type\":\"user\",\"message\":{}}\n"
      "{\"type\":\"assistant\",\"message\":{\"id\":\"m2\",\"usage\":{\"input_tokens\":20,"
      "\"cache_read_input_tokens\":100,\"output_tokens\":2}}}\n";
  for (const char c : lines) watch.take(std::string(1, c), kBegin);
  auto seen = watch.seen(kBegin);
  REQUIRE(seen);
  CHECK(seen->runner_session == "s-1");
  REQUIRE(seen->usage);
  CHECK(*seen->usage == core::DeploymentUsage{2, 137, 0});
  CHECK_FALSE(watch.result_at());
  watch.take(
      "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"num_turns\":3,"
      "\"total_cost_usd\":0.25,\"usage\":{\"input_tokens\":500}}\r\n",
      kBegin + 1s);
  CHECK(watch.result_at() == kBegin + 1s);
  CHECK_FALSE(watch.events().has_failed());
  CHECK(*watch.seen(kBegin + 1s)->usage == core::DeploymentUsage{3, 500, 250'000});
}

TEST_CASE("a limit of the account is told with its end, until it goes on", "[output_watch]") {
  OutputWatch watch(watched_runner(true), 15min, kBegin);
  watch.take("{\"type\":\"rate_limit_event\",\"rate_limit_info\":{\"status\":\"allowed_warning\"}}\n",
             kBegin);
  CHECK(watch.seen(kBegin)->state == DeploymentState::working);
  watch.take(
      "{\"type\":\"rate_limit_event\",\"rate_limit_info\":{\"status\":\"rejected\",\"resetsAt\":1800000000}}"
      "\n",
      kBegin);
  const auto seen = watch.seen(kBegin + 60min);
  CHECK(seen->state == DeploymentState::waiting);
  CHECK(seen->waiting_for == WaitingFor::quota);
  CHECK(seen->until_us == 1'800'000'000'000'000);
  // Its client's own words on that are no answer of the model.
  watch.take("{\"type\":\"assistant\",\"message\":{\"id\":\"m0\",\"model\":\"<synthetic>\"}}\n", kBegin);
  CHECK(watch.seen(kBegin)->state == DeploymentState::waiting);
  watch.take("{\"type\":\"assistant\",\"message\":{\"id\":\"m1\"}}\n", kBegin + 61min);
  CHECK(watch.seen(kBegin + 61min)->state == DeploymentState::working);
}

TEST_CASE("a result that is an error is a failure, with what was said", "[output_watch]") {
  OutputWatch watch(watched_runner(true), 15min, kBegin);
  watch.take("{\"type\":\"result\",\"is_error\":true,\"result\":\"no credit\"}\n", kBegin);
  CHECK(watch.events().has_failed());
  CHECK(watch.events().failure() == "no credit");
}

TEST_CASE("the lines of Codex and of Gemini are understood", "[output_watch]") {
  OutputWatch codex(watched_runner(true), 15min, kBegin);
  codex.take(
      "{\"type\":\"thread.started\",\"thread_id\":\"t-1\"}\n"
      "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":9,\"cached_input_tokens\":5,"
      "\"output_tokens\":2}}\n",
      kBegin);
  CHECK(codex.events().session() == "t-1");
  codex.take("{\"type\":\"thread.started\",\"thread_id\":\"--dangerous\"}\n", kBegin);
  CHECK(codex.events().session() == "t-1");
  CHECK(codex.events().usage() == core::DeploymentUsage{1, 11, 0});
  OutputWatch gemini(watched_runner(true), 15min, kBegin);
  gemini.take(
      "{\"type\":\"init\",\"session_id\":\"g-1\"}\n"
      "{\"type\":\"result\",\"status\":\"success\",\"stats\":{\"total_tokens\":77}}\n",
      kBegin);
  CHECK(gemini.events().session() == "g-1");
  CHECK(gemini.events().usage().tokens == 77);
  CHECK(gemini.events().has_result());
}

TEST_CASE("a template's values are placed once, and nothing of them is read as a template", "[runner]") {
  TemplateValues values;
  values.prompt = "{cwd} $(x) {prompt}";
  values.cwd = "/here";
  CHECK(expand_template("{prompt}", values) == "{cwd} $(x) {prompt}");
  CHECK(expand_template("--dir={cwd}/{other}{", values) == "--dir=/here/{other}{");
  Runner runner;
  runner.pass = {"ONE", "TWO_*"};
  CHECK(lets_through(runner, "ONE"));
  CHECK(lets_through(runner, "TWO_X"));
  CHECK_FALSE(lets_through(runner, "ONE_X"));
}

}  // namespace governor::daemon::test
