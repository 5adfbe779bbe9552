#include "daemon/tools/tasks/tools.hpp"

#include "core/task_refusals.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/tasks/shared_task_call.hpp"
#include "daemon/tools/tasks/task_arguments.hpp"
#include "daemon/tools/tasks/task_json.hpp"
#include "daemon/tools/tasks/task_schemas.hpp"

namespace governor::daemon {
namespace {

class GetTaskCall final : public ToolCall {
 public:
  GetTaskCall(std::string task_id, std::size_t events) : task_id_(std::move(task_id)), events_(events) {}

  std::optional<core::Error> read(Store& store, core::TaskKey key) {
    auto history = store.load_task_history(key, events_);
    if (!history) return history.error();
    history_ = *std::move(history);
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (is_shared_task(context, task_id_)) return run_shared(context);
    const core::Task* task = context.state.tasks().find(task_id_);
    if (task == nullptr) return core::unknown_task(task_id_);
    if (context.begins && events_ > 0)
      return Read{[this, key = task->key](Store& store) { return read(store, key); }};
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("task");
    write_task(json, context.state.tasks(), *task, context.caller.session, true);
    json.key("history");
    write_task_history(json, history_);
    json.field("older_history", history_.more).end_object();
    return text;
  }

 private:
  Step run_shared(CallContext& context) {
    if (!question_.is_answered()) {
      return question_.put(context, [task_id = task_id_, events = events_](TaskDatabase& tasks,
                                                                           const SharedTaskCaller& caller) {
        return tasks.get(caller, task_id, events);
      });
    }
    const auto& answer = question_.answer();
    if (!answer) return core::Error(answer.error());
    if (answer->keys.empty()) return core::unknown_task(task_id_);
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("task");
    write_task(json, answer->tasks, answer->task(), context.caller.session, true);
    json.key("history");
    write_task_history(json, answer->events);
    json.field("older_history", answer->has_older_events).end_object();
    return text;
  }

  std::string task_id_;
  std::size_t events_;
  TaskHistory history_;
  SharedTaskQuestion question_;
};

constexpr Parameter kGetTaskParameters[] = {
    task_id().required("the id of a task"),
    integer("history", 0, 500, "How many of the newest events").otherwise(20),
};

ParsedCall parse_get_task(Arguments& arguments, const ToolEnvironment&) {
  std::string task_id = read_task_id(arguments);
  const auto events = arguments.integer<std::size_t>("history");
  return std::make_unique<GetTaskCall>(std::move(task_id), events);
}

class ListTasksCall final : public ToolCall {
 public:
  /// Its list empty: of the tasks of this daemon.
  using Query = TaskDatabase::Query;

  explicit ListTasksCall(Query query) : query_(std::move(query)) {}

  Step run(CallContext& context) override {
    if (!query_.list.empty()) return run_shared(context);
    // Others wait for the state meanwhile: whoever finds little among many gets it in several pages.
    constexpr std::size_t kMostLookedAt = 20'000;
    const core::TaskTable& tasks = context.state.tasks();
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("tasks").begin_array();
    std::size_t found = 0;
    std::size_t looked_at = 0;
    core::TaskKey last = query_.after;
    bool more = false;
    tasks.visit_after(query_.after, [&](const core::Task& task) {
      if (found == query_.limit || looked_at == kMostLookedAt) {
        more = true;
        return false;
      }
      ++looked_at;
      last = task.key;
      if (passes(tasks, task)) {
        ++found;
        write_task(json, tasks, task, context.caller.session, false);
      }
      return true;
    });
    json.end_array().field("count", static_cast<std::uint64_t>(found));
    if (more) json.field("next_cursor", last);
    json.key("counts");
    write_task_counts(json, tasks.counts());
    json.end_object();
    return text;
  }

 private:
  Step run_shared(CallContext& context) {
    if (!is_shared_list(context, query_.list)) return not_shared(context, query_.list);
    if (!question_.is_answered()) {
      if (auto refusal = refuse_zero_byte("text", query_.text)) return *std::move(refusal);
      return question_.put(context, [query = query_](TaskDatabase& tasks, const SharedTaskCaller& caller) {
        return tasks.list(caller, query);
      });
    }
    const auto& answer = question_.answer();
    if (!answer) return core::Error(answer.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("tasks").begin_array();
    for (const core::TaskKey key : answer->keys)
      write_task(json, answer->tasks, *answer->tasks.find(key), context.caller.session, false);
    json.end_array().field("count", static_cast<std::uint64_t>(answer->keys.size()));
    if (answer->next != 0) json.field("next_cursor", answer->next);
    json.key("counts");
    write_task_counts(json, answer->counts);
    json.end_object();
    return text;
  }

  [[nodiscard]] bool passes(const core::TaskTable& tasks, const core::Task& task) const {
    const core::TaskDefinition& definition = task.definition;
    if (query_.status && *query_.status != task.standing.status) return false;
    if (query_.priority && *query_.priority != definition.priority) return false;
    if (query_.ready && !tasks.is_ready(task)) return false;
    if (!query_.agent.empty() && query_.agent != definition.agent &&
        !(task.standing.claim && task.standing.claim->agent_id == query_.agent)) {
      return false;
    }
    return query_.text.empty() || definition.id.find(query_.text) != std::string::npos ||
           definition.title.find(query_.text) != std::string::npos;
  }

  Query query_;
  SharedTaskQuestion question_;
};

constexpr Parameter kListTasksParameters[] = {
    task_list("Of this shared list, instead of those of this machine"),
    task_status(),
    flag("ready", "true: only those that can be claimed now").otherwise(false),
    agent_named("agent", "For this agent, or claimed by it"),
    task_priority(),
    text("text", 256, "Occurs in id or title"),
    limit(50),
    integer("cursor", 1, kMostExact, "next_cursor of the previous page"),
};

ParsedCall parse_list_tasks(Arguments& arguments, const ToolEnvironment&) {
  ListTasksCall::Query query;
  query.list = arguments.text("list").value_or("");
  query.status = read_task_status(arguments);
  query.priority = read_task_priority(arguments);
  query.ready = arguments.flag("ready");
  query.agent = arguments.agent_id("agent").value_or("");
  query.text = arguments.text("text").value_or("");
  query.limit = arguments.integer<std::size_t>("limit");
  query.after = arguments.integer("cursor");
  return std::make_unique<ListTasksCall>(std::move(query));
}

}  // namespace

Tool get_task_tool() {
  return {{"get_task", Effect::none, kGetTaskParameters, parse_get_task},
          "tasks",
          "Show a task",
          "One task with its text, who has it, and its history.",
          kGetTaskOutput};
}

Tool list_tasks_tool() {
  return {{"list_tasks", Effect::none, kListTasksParameters, parse_list_tasks},
          "tasks",
          "List tasks",
          "Tasks in the order of their definition, page by page.",
          kListTasksOutput};
}

}  // namespace governor::daemon
