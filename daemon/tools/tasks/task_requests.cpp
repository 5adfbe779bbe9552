#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/tasks/task_arguments.hpp"
#include "daemon/tools/tasks/task_json.hpp"
#include "daemon/tools/tasks/tools.hpp"

namespace governor::daemon {
namespace {

class AssignTaskCall final : public ToolCall {
 public:
  explicit AssignTaskCall(core::TaskAssignment assignment) : assignment_(std::move(assignment)) {}

  Step run(CallContext& context) override {
    const auto assigned =
        context.state.assign_task(context.caller, assignment_, context.now_us, context.changes);
    if (!assigned) return core::Error(assigned.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("task");
    write_task(json, context.state, **assigned, context.caller.session, false);
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  core::TaskAssignment assignment_;
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
