#include "daemon/tools/tasks/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/task_refusals.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_json.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/tasks/shared_task_call.hpp"
#include "daemon/tools/tasks/task_arguments.hpp"
#include "daemon/tools/tasks/task_json.hpp"
#include "daemon/tools/tasks/task_schemas.hpp"
#include "daemon/tools/tasks/task_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kTitleExpected = "what is to be done, in a line";
constexpr std::string_view kTaskIdExpected = "the id of a task";

class DefineCall final : public ToolCall {
 public:
  /// `task_file`: where the description is; empty: it is in the definition.
  DefineCall(core::TaskDefinition definition, std::string task_file)
      : definition_(std::move(definition)), task_file_(std::move(task_file)) {}

  void read_text(const std::string& directory) {
    auto read = read_task_text(task_file_, directory);
    if (!read) {
      unreadable_ = std::move(read.error());
      return;
    }
    source_ = std::move(read->path);
    definition_.description = std::move(read->text);
  }

  Step run(CallContext& context) override {
    if (context.begins && !task_file_.empty()) {
      return Work{[this, directory = working_directory(context)](FileServices&) { read_text(directory); }};
    }
    if (unreadable_) return *unreadable_;
    const bool is_shared = is_shared_task(context, definition_.id);
    if (auto refusal = refuse_dependencies(context, is_shared)) return *std::move(refusal);
    if (is_shared) return run_shared(context);
    const auto defined =
        context.state.define_task(context.caller, definition_, source_, context.now_us, context.changes);
    if (!defined) return core::Error(defined.error());
    return text_of(context.state.tasks(), *defined->task, defined->created, context.now_us);
  }

 private:
  /// Those of another list nobody could follow.
  [[nodiscard]] std::optional<core::Error> refuse_dependencies(const CallContext& context,
                                                               bool is_shared) const {
    const std::string_view list = core::list_of(definition_.id);
    for (const std::string& id : definition_.depends_on) {
      if (is_shared ? core::list_of(id) == list : !is_shared_task(context, id)) continue;
      core::Error error(
          core::ErrorCode::invalid_argument,
          fmt::format("Task \"{}\" cannot depend on \"{}\", which is in another list.", definition_.id, id),
          "Dependencies of shared tasks stay within their list, which is what stands before the "
          "first / of an id; no other task can depend on a shared one.");
      error.field = "depends_on";
      error.given = id;
      error.expected = is_shared ? fmt::format("tasks named {}/...", list) : "tasks of this machine";
      return error;
    }
    return std::nullopt;
  }

  Step run_shared(CallContext& context) {
    using Outcome = SharedTaskAnswer::Outcome;
    if (!question_.is_answered()) {
      if (auto refusal = refuse_zero_byte("title", definition_.title)) return *std::move(refusal);
      if (auto refusal = refuse_zero_byte("description", definition_.description)) return *std::move(refusal);
      auto& depends_on = definition_.depends_on;
      std::sort(depends_on.begin(), depends_on.end());
      depends_on.erase(std::unique(depends_on.begin(), depends_on.end()), depends_on.end());
      return question_.put(context, [definition = definition_, source = source_](
                                        TaskDatabase& tasks, const SharedTaskCaller& caller) {
        return tasks.define(caller, definition, source);
      });
    }
    const auto& answer = question_.answer();
    if (!answer) return core::Error(answer.error());
    if (answer->outcome == Outcome::cycle) return core::closes_cycle(answer->cycle);
    if (answer->outcome == Outcome::full) {
      return core::too_many_tasks(
          definition_.id, answer->size, answer->bytes,
          "Take another list: add its name to shared.task_lists in the configuration.");
    }
    const bool is_new = answer->outcome == Outcome::done;
    if (!is_new && answer->outcome != Outcome::exists) return refused_by_database(definition_.id);
    if (!is_new && answer->task().definition != definition_)
      return core::defined_otherwise(answer->task(), definition_);
    question_.take_down(context);
    return text_of(answer->tasks, answer->task(), is_new, answer->now_us);
  }

  static std::string text_of(const core::TaskTable& tasks, const core::Task& task, bool created,
                             std::int64_t now_us) {
    std::vector<std::string> not_defined;
    for (const std::string& id : task.definition.depends_on) {
      if (tasks.find(id) == nullptr) not_defined.push_back(id);
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("task_id", task.definition.id).field("created", created);
    json.field("status", core::to_string(task.standing.status));
    json.field("ready", tasks.is_ready(task)).key("not_defined");
    write_texts(json, not_defined);
    json.field("timestamp", iso_timestamp(now_us)).end_object();
    return text;
  }

  core::TaskDefinition definition_;
  std::string task_file_;
  std::string source_;
  std::optional<core::Error> unreadable_;
  SharedTaskQuestion question_;
};

constexpr Parameter kDefineTaskParameters[] = {
    task_id().required("an id of 1 to 128 characters of A-Z a-z 0-9 . _ - : /"),
    text("title", core::kMaxTaskTitleBytes).not_empty().required(kTitleExpected),
    text("description", core::kMaxTaskTextBytes),
    text("task_file", kMaxPathBytes, "Text file with the description, instead of it"),
    agent_named("agent", "The only one that may claim it. Default: anyone").like(kAgentIdPattern),
    task_priority().otherwise("MEDIUM"),
    texts("depends_on", core::kMaxTaskDependencies, kMaxTaskReferenceBytes,
          "Tasks to be done first, defined now or later")
        .like(kTaskIdPattern),
};

ParsedCall parse_define(Arguments& arguments, const ToolEnvironment&) {
  core::TaskDefinition definition;
  definition.id = read_task_id(arguments);
  definition.title = arguments.text("title").value_or("");
  auto description = arguments.text("description");
  auto task_file = arguments.text("task_file");
  definition.agent = arguments.agent_id("agent").value_or("");
  definition.priority = read_task_priority(arguments).value_or(core::TaskPriority::medium);
  definition.depends_on = read_task_ids(arguments, "depends_on");
  if (definition.title.empty()) {
    return core::invalid_argument("title", "empty", std::string(kTitleExpected));
  }
  if (task_file && (description || task_file->empty() || task_file->find('\0') != std::string::npos)) {
    return core::invalid_argument("task_file", description ? "given beside a description" : "no path",
                                  "the path of a text file, instead of a description");
  }
  definition.description = std::move(description).value_or("");
  return std::make_unique<DefineCall>(std::move(definition), std::move(task_file).value_or(""));
}

class ClaimCall final : public ToolCall {
 public:
  /// `list`: of which the next ready one is wanted; empty: of this daemon.
  ClaimCall(core::ClaimCommand command, std::string list, std::optional<std::string> agent_id)
      : command_(std::move(command)), list_(std::move(list)), given_agent_(std::move(agent_id)) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      if (!list_.empty() && !is_shared_list(context, list_)) return not_shared(context, list_);
      auto agent = acting_agent(context, given_agent_);
      if (!agent) return std::move(agent.error());
      command_.agent_id = *std::move(agent);
      if (!command_.agent_id.empty()) return Load{{command_.agent_id}};
    }
    if (!list_.empty() || is_shared_task(context, command_.task_id)) return run_shared(context);
    const auto claimed = context.state.claim_task(context.caller, command_, context.now_us, context.changes);
    if (!claimed) return core::Error(claimed.error());
    return text_of(context, context.state.tasks(), *claimed, context.state.tasks().counts(), context.now_us);
  }

 private:
  Step run_shared(CallContext& context) {
    using Outcome = SharedTaskAnswer::Outcome;
    if (!question_.is_answered()) {
      const auto agent = context.state.check_claimant(context.caller, command_.agent_id, context.now_us);
      if (!agent) return core::Error(agent.error());
      std::string list = list_.empty() ? std::string(core::list_of(command_.task_id)) : list_;
      return question_.put(context, [command = command_, list = std::move(list)](
                                        TaskDatabase& tasks, const SharedTaskCaller& caller) {
        return tasks.claim(caller, list, command);
      });
    }
    const auto& answer = question_.answer();
    if (!answer) return core::Error(answer.error());
    if (answer->outcome == Outcome::unknown) return core::unknown_task(command_.task_id);
    if (answer->outcome == Outcome::refused) {
      auto refusal =
          core::refuse_claim(answer->tasks, answer->task(), context.caller.session, command_.agent_id);
      return refusal ? *std::move(refusal) : refused_by_database(command_.task_id);
    }
    const bool is_claimed = answer->outcome == Outcome::done;
    if (is_claimed) question_.take_down(context);
    return text_of(context, answer->tasks, is_claimed ? &answer->task() : nullptr, answer->counts,
                   answer->now_us);
  }

  static std::string text_of(const CallContext& context, const core::TaskTable& tasks, const core::Task* task,
                             const core::TaskCounts& counts, std::int64_t now_us) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("claimed", task != nullptr);
    if (task != nullptr) {
      json.key("task");
      write_task(json, tasks, *task, context.caller.session, true);
    } else {
      json.field("reason", counts.ready == 0
                               ? "No task is ready."
                               : fmt::format("The {} ready are for other agents.", counts.ready));
      json.key("counts");
      write_task_counts(json, counts);
    }
    json.field("timestamp", iso_timestamp(now_us)).end_object();
    return text;
  }

  core::ClaimCommand command_;
  std::string list_;
  std::optional<std::string> given_agent_;
  SharedTaskQuestion question_;
};

constexpr Parameter kClaimTaskParameters[] = {
    task_id("Default: the next ready one, by priority, then age"),
    task_list("The next ready one of this shared list, instead of those of this machine"),
    agent_id("Default: the agent this session registered, if any"),
    integer("ttl_seconds", 1, core::kMaxClaimSeconds, "The claim ends then unless update_task renews it")
        .otherwise(core::kDefaultClaimSeconds),
};

ParsedCall parse_claim(Arguments& arguments, const ToolEnvironment&) {
  core::ClaimCommand command;
  command.task_id = read_task_id(arguments);
  auto agent_id = arguments.agent_id();
  command.ttl_us = kSecondUs * arguments.integer("ttl_seconds");
  std::string list = arguments.text("list").value_or("");
  if (!list.empty() && !command.task_id.empty()) {
    return core::invalid_argument("list", "given beside a task_id",
                                  "either the id of a task, or a list of which the next ready one is taken");
  }
  return std::make_unique<ClaimCall>(std::move(command), std::move(list), std::move(agent_id));
}

class UpdateTaskCall final : public ToolCall {
 public:
  explicit UpdateTaskCall(core::TaskUpdate update) : update_(std::move(update)) {}

  Step run(CallContext& context) override {
    if (is_shared_task(context, update_.task_id)) return run_shared(context);
    const auto updated = context.state.update_task(context.caller, update_, context.now_us, context.changes);
    if (!updated) return core::Error(updated.error());
    return text_of(context, context.state.tasks(), **updated, context.now_us);
  }

 private:
  Step run_shared(CallContext& context) {
    using Outcome = SharedTaskAnswer::Outcome;
    if (!question_.is_answered()) {
      if (auto refusal = refuse_zero_byte("note", update_.note.value_or(""))) return *std::move(refusal);
      return question_.put(context, [update = update_](TaskDatabase& tasks, const SharedTaskCaller& caller) {
        return tasks.update(caller, update);
      });
    }
    const auto& answer = question_.answer();
    if (!answer) return core::Error(answer.error());
    if (answer->outcome == Outcome::unknown) return core::unknown_task(update_.task_id);
    if (answer->outcome != Outcome::done) {
      auto refusal = core::refuse_update(answer->task(), context.caller.session,
                                         context.state.is_person(context.caller), update_.status);
      return refusal ? *std::move(refusal) : refused_by_database(update_.task_id);
    }
    question_.take_down(context, update_.note.value_or(""));
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

  core::TaskUpdate update_;
  SharedTaskQuestion question_;
};

constexpr Parameter kUpdateTaskParameters[] = {
    task_id().required(kTaskIdExpected),
    task_status("pending gives it back, or opens it again"),
    integer("progress", 0, 100),
    text("note", core::kMaxTaskNoteBytes),
};

ParsedCall parse_update_task(Arguments& arguments, const ToolEnvironment&) {
  core::TaskUpdate update;
  update.task_id = read_task_id(arguments);
  update.status = read_task_status(arguments);
  if (const int progress = arguments.integer<int>("progress", -1); progress >= 0) update.progress = progress;
  update.note = arguments.text("note");
  return std::make_unique<UpdateTaskCall>(std::move(update));
}

}  // namespace

std::vector<Tool> task_tools() {
  return {
      {{"define_task", Effect::idempotent, kDefineTaskParameters, parse_define},
       "tasks",
       "Define a task",
       "Puts a task into the queue. The same definition again is fine (created: false); another one under "
       "the same id is refused with the difference.",
       kDefineTaskOutput},
      {{"claim_task", Effect::cumulative, kClaimTaskParameters, parse_claim},
       "tasks",
       "Claim a task",
       "Makes a task yours, by id or the next ready one. The claim ends with your session, or when its time "
       "is up.",
       kClaimTaskOutput},
      {{"update_task", Effect::idempotent, kUpdateTaskParameters, parse_update_task},
       "tasks",
       "Update a task",
       "Status, progress or note of a task; a claimed one only by its owner, whose claim this renews.",
       kUpdateTaskOutput},
      get_task_tool(),
      list_tasks_tool(),
  };
}

}  // namespace governor::daemon
