// Deployments as tasks of the extension io.modelcontextprotocol/tasks.
#include "daemon/mcp/task_methods.hpp"

#include <boost/json.hpp>
#include <string>

#include "daemon/mcp/interpreter.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
namespace core = governor::core;
namespace json = boost::json;

namespace {

struct TaskMethods {
  Action say(std::string_view method, json::object params, bool takes = true) {
    json::object capabilities;
    if (takes) capabilities["extensions"] = json::object{{kTasksExtension, json::object()}};
    capabilities["elicitation"] = json::object{{"form", json::object()}};
    params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                       {"io.modelcontextprotocol/clientCapabilities", capabilities}};
    const std::string line = json::serialize(
        json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}});
    return interpreter.interpret(Message::parse(line, {}));
  }
  Action deploy(bool takes) {
    return say("tools/call",
               {{"name", "deploy_headless_agent"},
                {"arguments", {{"agent_type", "painter"}, {"prompt", "paint"}, {"runner", "generic"}}}},
               takes);
  }

  ServerFacts facts;
  Counters counters;
  Interpreter interpreter{
      ToolEnvironment{facts, counters, [](std::size_t bytes) { return std::string(bytes * 2, 'a'); }}};
};

json::object error_in(const Action& action) {
  return json::parse(std::get<ReplyNow>(action).text).at("error").as_object();
}

Envelope::Form form_of(const Action& action) {
  return std::get<CallTool>(action).envelope.form;
}

json::object deployment_in(std::string_view state, std::string_view waiting_for = {}) {
  json::object deployment{{"deployment_id", "painter-1"},
                          {"state", state},
                          {"created", "2026-01-01T00:00:00.000000Z"},
                          {"since", "2026-01-01T00:00:01.000000Z"},
                          {"why", "so it is"}};
  if (!waiting_for.empty()) deployment["waiting_for"] = waiting_for;
  return {{"deployment", deployment}};
}

json::object task_answer(const core::Result<std::string>& outcome, Envelope::Form form = Envelope::Form::task,
                         bool user = true) {
  return json::parse(tool_reply({"7", Revision::v2026_07_28, form, user}, outcome)).as_object();
}

json::object task(const json::object& given, Envelope::Form form = Envelope::Form::task, bool user = true) {
  return task_answer(json::serialize(given), form, user).at("result").as_object();
}

}  // namespace

TEST_CASE_METHOD(TaskMethods, "a deployment is a task for those who take tasks, and for nobody else") {
  CHECK(form_of(deploy(true)) == Envelope::Form::new_task);
  CHECK(form_of(deploy(false)) == Envelope::Form::tool);
  CHECK(form_of(say("tools/call", {{"name", "list_agents"}})) == Envelope::Form::tool);
}

TEST_CASE_METHOD(TaskMethods,
                 "the methods of tasks need the extension with each request, an id, and answers") {
  for (const char* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    const auto refused = error_in(say(method, {{"taskId", "x"}, {"inputResponses", json::object()}}, false));
    CHECK(refused.at("code") == -32021);
    CHECK(
        refused.at("data").at("requiredCapabilities").at("extensions").as_object().contains(kTasksExtension));
    CHECK(error_in(say(method, json::object())).at("code") == -32602);
  }
  CHECK(error_in(say("tasks/update", {{"taskId", "x"}})).at("code") == -32602);
  CHECK(error_in(say("tasks/list", json::object())).at("code") == -32601);
  CHECK(form_of(say("tasks/get", {{"taskId", "x"}})) == Envelope::Form::task);
  CHECK(form_of(say("tasks/cancel", {{"taskId", "x"}})) == Envelope::Form::acknowledgement);
  CHECK(form_of(say("tasks/update", {{"taskId", "x"}, {"inputResponses", json::object()}})) ==
        Envelope::Form::acknowledgement);
  const json::object filter{{"notifications", {{"taskIds", json::array{"x"}}}}};
  CHECK(error_in(say("subscriptions/listen", filter, false)).at("code") == -32021);
  CHECK(std::holds_alternative<Listen>(say("subscriptions/listen", filter)));
}

TEST_CASE("a new task says how it stands, and has no result yet") {
  const auto made = task(deployment_in("starting"), Envelope::Form::new_task);
  CHECK(made.at("resultType") == "task");
  CHECK(made.at("taskId") == "painter-1");
  CHECK(made.at("status") == "working");
  CHECK(made.at("ttlMs").is_null());
  CHECK(made.at("pollIntervalMs").as_int64() > 0);
  CHECK(made.at("createdAt") == "2026-01-01T00:00:00.000000Z");
  CHECK(made.at("lastUpdatedAt") == "2026-01-01T00:00:01.000000Z");
}

TEST_CASE("how a deployment stands is the status of its task") {
  CHECK(task(deployment_in("reserved")).at("status") == "working");
  CHECK(task(deployment_in("stuck")).at("status") == "working");
  CHECK(task(deployment_in("waiting", "budget")).at("status") == "working");
  CHECK(task(deployment_in("waiting", "quota")).at("status") == "working");
  CHECK(task(deployment_in("stopped")).at("status") == "cancelled");
  for (const char* state : {"finished", "failed", "lost"}) {
    const auto over = task(deployment_in(state));
    CHECK(over.at("resultType") == "complete");
    CHECK(over.at("status") == "completed");
    const auto& result = over.at("result").as_object();
    CHECK(result.at("isError") == (std::string_view(state) != "finished"));
    CHECK(result.at("structuredContent").at("deployment").at("state") == state);
  }
}

TEST_CASE("a question of a deployment is asked where the client can, each under a name of its own") {
  const auto asks = task(deployment_in("waiting", "permission"));
  CHECK(asks.at("status") == "input_required");
  const auto& requests = asks.at("inputRequests").as_object();
  REQUIRE(requests.size() == 1);
  CHECK(requests.begin()->key() == "input_2026-01-01T00:00:01.000000Z");
  CHECK(requests.begin()->value().at("method") == "elicitation/create");
  CHECK(std::string(requests.begin()->value().at("params").at("message").as_string()).find("so it is") !=
        std::string::npos);
  CHECK(task(deployment_in("waiting", "permission"), Envelope::Form::task, false).at("status") == "working");
}

TEST_CASE("errors of tasks are the protocol's, and that of a call that became none is the tool's") {
  const core::Error unknown(core::ErrorCode::not_found, "There is none.");
  CHECK(task_answer(unknown).at("error").at("code") == -32602);
  CHECK(task_answer(unknown, Envelope::Form::acknowledgement).at("error").at("code") == -32602);
  CHECK(task_answer(unknown, Envelope::Form::new_task).at("result").at("isError") == true);
  const core::Error later(core::ErrorCode::storage_unavailable, "The disk is full.");
  CHECK(task_answer(later).at("error").at("code") == -31003);
  CHECK(task(deployment_in("stopped"), Envelope::Form::acknowledgement) ==
        json::object{{"resultType", "complete"}});
}
