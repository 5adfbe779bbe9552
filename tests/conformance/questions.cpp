#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <string>
#include <utility>

#include "daemon/mcp/ask_state.hpp"
#include "daemon/mcp/members.hpp"
#include "tests/conformance/fixed_answer.hpp"
#include "tests/conformance/fixtures.hpp"

namespace governor::conformance {
namespace {

namespace json = boost::json;
using namespace daemon;

/// A question of a fixture: under which key, what it says, and the one text that the user gives.
struct Question {
  std::string_view key, message, field;
};

constexpr Question kName{"user_name", "What is your name?", "name"};
constexpr Question kContext{"user_context", "What context should the prompt use?", "context"};
constexpr Question kConfirm{"confirm", "Please confirm", "ok"};
constexpr std::array<Question, 2> kRounds{{{"step1", "Step 1: What is your name?", "name"},
                                           {"step2", "Step 2: What is your favorite color?", "color"}}};

struct Fixture {
  std::string_view name;
  Question question;
  bool has_state;
};

constexpr std::string_view kRoundsName = "test_input_required_result_multi_round";
constexpr std::string_view kTaskName = "test_tool_with_task";
constexpr std::string_view kCapabilityName = "test_missing_capability";
constexpr std::string_view kPromptName = "test_input_required_result_prompt";

constexpr std::array<Fixture, 6> kFixtures{{{"test_input_required_result_elicitation", kName, false},
                                            {"test_streaming_elicitation", kName, false},
                                            {"test_input_required_result_request_state", kConfirm, true},
                                            {"test_input_required_result_tampered_state", kConfirm, true},
                                            {kRoundsName, kRounds[0], true},
                                            {kTaskName, kName, true}}};

std::string signed_state(const ExtensionRequest& given, std::string_view name, int round) {
  return sign_ask_state(given.environment.ask_key, {round, kAskUs}, name);
}

Action ask(const ExtensionRequest& given, const Question& question, std::string_view state) {
  const char* type = question.field == "ok" ? "boolean" : "string";
  json::object schema{{"type", "object"},
                      {"properties", {{question.field, {{"type", type}}}}},
                      {"required", json::array{question.field}}};
  json::object params{
      {"mode", "form"}, {"message", question.message}, {"requestedSchema", std::move(schema)}};
  json::object result{
      {"resultType", "input_required"},
      {"inputRequests", {{question.key, {{"method", "elicitation/create"}, {"params", params}}}}}};
  if (!state.empty()) result["requestState"] = state;
  return ReplyNow{result_reply(given.request.id, json::serialize(result))};
}

/// What the user has given as the answer; null: nothing that is one.
const json::value* answer_in(const ExtensionRequest& given, const Question& question) {
  const json::object* response =
      member_object(member_object(given.request.params, "inputResponses"), question.key);
  if (member_text(response, "action") != "accept") return nullptr;
  return member(member_object(response, "content"), question.field);
}

Action say(const ExtensionRequest& given, std::string_view text) {
  return result_action(given,
                       {{"content", json::array{{{"type", "text"}, {"text", text}}}}, {"isError", false}});
}

ReplyNow refuse_state(const ExtensionRequest& given) {
  return {
      error_reply(given.request.id, kInvalidParams, "requestState is none that was given for this call.")};
}

/// Without a state the user is asked; with one the round that it names is answered.
Action question_with_state(const ExtensionRequest& given, const Fixture& fixture) {
  const json::value* state = member(given.request.params, "requestState");
  if (state == nullptr) return ask(given, fixture.question, signed_state(given, fixture.name, 1));
  const auto asked = state->is_string()
                         ? read_ask_state(given.environment.ask_key, state->get_string(), fixture.name)
                         : std::nullopt;
  if (!asked) return refuse_state(given);
  const bool has_rounds = fixture.name == kRoundsName;
  const Question& question = has_rounds && asked->approval == 2 ? kRounds[1] : fixture.question;
  const json::value* answer = answer_in(given, question);
  if (answer == nullptr) return ask(given, question, state->get_string());
  if (has_rounds && asked->approval == 1) return ask(given, kRounds[1], signed_state(given, fixture.name, 2));
  if (fixture.name != kTaskName) return say(given, "state-ok");
  // What the user said is seen in the result of the task: its deployment is named after it.
  auto call = deploy_script(answer->is_string() ? answer->get_string() : json::string("nobody"), "true",
                            given.environment);
  if (!call) return ReplyNow{domain_error_reply(given.request.id, kInvalidParams, call.error())};
  const Tool* tool = find_tool(kTaskName);
  return CallTool{Envelope{given.request.id, given.revision, Envelope::Form::new_task}, std::move(*call),
                  tool, tool};
}

Action interpret_tool(const ExtensionRequest& given, const Fixture& fixture) {
  if (fixture.has_state) return question_with_state(given, fixture);
  const json::value* answer = answer_in(given, fixture.question);
  if (answer == nullptr || !answer->is_string()) return ask(given, fixture.question, {});
  return say(given, fmt::format("Hello, {}!", std::string_view(answer->get_string())));
}

Action needs_sampling(const ExtensionRequest& given) {
  if (given.client_capabilities->contains("sampling")) return say(given, "The client samples.");
  return ReplyNow{error_reply(given.request.id, kMissingClientCapability,
                              "The client has not said with this request that it has sampling.",
                              R"({"requiredCapabilities":{"sampling":{}}})")};
}

/// In revisions with sessions.
ParsedCall parse_question(Arguments&, const ToolEnvironment&) {
  return core::Error(core::ErrorCode::invalid_argument, "This tool is for clients of revision 2026-07-28.",
                     "Use one of those.");
}

}  // namespace

std::vector<Tool> question_tools() {
  std::vector<Tool> tools{fixture_tool(kCapabilityName, "Needs sampling", {}, parse_question)};
  for (const Fixture& fixture : kFixtures) {
    Tool& tool = tools.emplace_back(fixture_tool(fixture.name, "Ends with a question", {}, parse_question));
    if (fixture.name == kTaskName) tool.effect = Effect::cumulative;
  }
  return tools;
}

std::optional<Action> interpret_question(const ExtensionRequest& given) {
  if (given.client_capabilities == nullptr) return std::nullopt;
  const std::string name = member_text(given.request.params, "name");
  if (given.request.method == "prompts/get" && name == kPromptName) {
    const json::value* answer = answer_in(given, kContext);
    if (answer == nullptr) return ask(given, kContext, {});
    json::object message{{"role", "user"}, {"content", {{"type", "text"}, {"text", *answer}}}};
    return result_action(given, {{"messages", json::array{std::move(message)}}});
  }
  if (given.request.method != "tools/call") return std::nullopt;
  if (name == kCapabilityName) return needs_sampling(given);
  const auto fixture = std::find_if(kFixtures.begin(), kFixtures.end(),
                                    [&](const Fixture& known) { return known.name == name; });
  if (fixture == kFixtures.end()) return std::nullopt;
  return interpret_tool(given, *fixture);
}

}  // namespace governor::conformance
