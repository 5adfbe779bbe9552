// Histories of concurrent calls about tasks, with kills of the daemon and of clients, as the clients recorded
// them: there is an order of the calls, one after the other, that explains every answer.
#include "tests/linearizability/task_model.hpp"
#include "tests/process/recorded_history.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;
using namespace governor::linearizability;
using TaskOp = Checker<TaskModel>::Op;

std::pair<std::string, json::object> any_task_call(std::mt19937& random, int,
                                                   const std::vector<RecordedCall>&) {
  json::object arguments{{"task_id", "task-" + std::to_string(random() % kObjects)}};
  switch (random() % 8) {
    case 0:
      arguments["title"] = random() % 5 == 0 ? "otherwise" : "as it is";
      return {"define_task", std::move(arguments)};
    case 1:
    case 2: return {"claim_task", std::move(arguments)};
    case 3:
      arguments["status"] = random() % 3 != 0 ? "pending" : random() % 2 == 0 ? "done" : "blocked";
      return {"update_task", std::move(arguments)};
    case 4:
    case 5: arguments["progress"] = random() % 101; return {"update_task", std::move(arguments)};
    default: arguments["history"] = 0; return {"get_task", std::move(arguments)};
  }
}

TaskModel::Output task_output(const Answer& answer) {
  TaskModel::Output output;
  output.code = answer.tool_error();
  if (!output.code.empty()) return output;
  const json::object& content = answer.content();
  if (const json::value* created = content.if_contains("created")) output.created = created->as_bool();
  if (const json::value* shown = content.if_contains("task")) {
    const json::object& task = shown->as_object();
    const json::value* claim = task.if_contains("claim");
    output.standing =
        TaskModel::Standing{std::string(task.at("status").as_string()), task.at("progress").to_number<int>(),
                            task.at("claims").to_number<int>(), claim != nullptr,
                            claim != nullptr && claim->at("yours").as_bool()};
  }
  return output;
}

TaskModel::Input task_input(const RecordedCall& call) {
  using Kind = TaskModel::Input::Kind;
  TaskModel::Input input;
  input.session = call.session;
  input.kind = call.tool == "define_task"   ? Kind::define
               : call.tool == "claim_task"  ? Kind::claim
               : call.tool == "update_task" ? Kind::update
                                            : Kind::get;
  if (const json::value* title = call.arguments.if_contains("title")) input.definition = title->as_string();
  if (const json::value* status = call.arguments.if_contains("status")) input.status = status->as_string();
  if (const json::value* progress = call.arguments.if_contains("progress")) {
    input.progress = progress->to_number<int>();
  }
  return input;
}

TEST_CASE("what clients see of tasks is one thing after the other, whoever is killed") {
  const std::uint32_t seed = chosen_seed();
  Sandbox sandbox({.io_threads = GENERATE(1, 4)});
  const Recording recording = record(sandbox, seed, any_task_call);
  std::map<std::string, std::vector<TaskOp>> histories;
  for (const RecordedCall& call : recording.calls) {
    TaskOp op{task_input(call), std::nullopt, call.sent, INT64_MAX};
    if (call.answer) {
      op.output = task_output(*call.answer);
      op.answered = call.answered;
    }
    histories[std::string(call.arguments.at("task_id").as_string())].push_back(std::move(op));
  }
  for (auto& [id, history] : histories) {
    for (const RecordedEnd& gone : recording.ends) {
      TaskModel::Input end;
      end.kind = TaskModel::Input::Kind::end_session;
      end.session = gone.session;
      history.push_back({end, std::nullopt, gone.when, INT64_MAX});
    }
  }
  CHECK(histories.size() == kObjects);
  check_each<TaskModel>(histories);
  REQUIRE(sandbox.end_daemon());
}

}  // namespace
}  // namespace governor::test
