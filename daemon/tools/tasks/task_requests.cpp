#include <utility>

#include "core/task_refusals.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/tasks/shared_task_call.hpp"
#include "daemon/tools/tasks/task_arguments.hpp"
#include "daemon/tools/tasks/task_json.hpp"
#include "daemon/tools/tasks/tools.hpp"

namespace governor::daemon {
namespace {

class AssignTaskCall final : public ToolCall {
 public:
  explicit AssignTaskCall(core::TaskAssignment assignment) : assignment_(std::move(assignment)) {}

  Step run(CallContext& context) override {
    if (is_shared_task(context, assignment_.task_id)) return run_shared(context);
    const auto assigned =
        context.state.assign_task(context.caller, assignment_, context.now_us, context.changes);
    if (!assigned) return core::Error(assigned.error());
    return text_of(context, context.state.tasks(), **assigned, context.now_us);
  }

 private:
  Step run_shared(CallContext& context) {
    if (!question_.is_answered()) {
      if (auto refusal = refuse_zero_byte("note", assignment_.note)) return *std::move(refusal);
      core::TaskAssignment noted = assignment_;
      noted.note = core::assignment_note(assignment_);
      return question_.put(context, [noted](TaskDatabase& tasks, const SharedTaskCaller& caller) {
        return tasks.assign(caller, noted);
      });
    }
    const auto& answer = question_.answer();
    if (!answer) return core::Error(answer.error());
    if (answer->outcome == SharedTaskAnswer::Outcome::unknown) return core::unknown_task(assignment_.task_id);
    if (answer->outcome != SharedTaskAnswer::Outcome::done) {
      auto refusal = core::refuse_assignment(answer->task());
      return refusal ? *std::move(refusal) : refused_by_database(assignment_.task_id);
    }
    question_.take_down(context, answer->task().standing.note);
    return text_of(context, answer->tasks, answer->task(), answer->now_us);
  }

  static std::string text_of(const CallContext& context, const core::TaskTable& tasks, const core::Task& task,
                             std::int64_t now_us) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("task");
    write_task(json, tasks, task, context.caller.session, false);
    json.field("timestamp", iso_timestamp(now_us)).end_object();
    return text;
  }

  core::TaskAssignment assignment_;
  SharedTaskQuestion question_;
};

constexpr Parameter kAssignTaskParameters[] = {
    task_id().required("the id of a task"),
    agent_named("agent", "Whose it is from now on. Default: whoever claims it").like(kAgentIdPattern),
    text("note", 1024),
};

ParsedCall parse_assign(Arguments& arguments, const ToolEnvironment&) {
  core::TaskAssignment assignment;
  assignment.task_id = read_task_id(arguments);
  assignment.agent = arguments.agent_id("agent").value_or("");
  assignment.note = arguments.text("note").value_or("");
  return std::make_unique<AssignTaskCall>(std::move(assignment));
}

}  // namespace

GovernorRequest task_assign_request() {
  return {{"governor/task_assign", Effect::idempotent, kAssignTaskParameters, parse_assign},
          core::Role::person};
}

}  // namespace governor::daemon
