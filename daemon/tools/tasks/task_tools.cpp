#include "daemon/tools/tasks/tools.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_json.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
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
    const auto defined =
        context.state.define_task(context.caller, definition_, source_, context.now_us, context.changes);
    if (!defined) return core::Error(defined.error());
    const core::Task& task = *defined->task;
    std::vector<std::string> not_defined;
    for (const std::string& id : task.definition.depends_on) {
      if (context.state.tasks().find(id) == nullptr) not_defined.push_back(id);
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("task_id", task.definition.id).field("created", defined->created);
    json.field("status", core::to_string(task.standing.status));
    json.field("ready", context.state.tasks().is_ready(task)).key("not_defined");
    write_texts(json, not_defined);
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  core::TaskDefinition definition_;
  std::string task_file_;
  std::string source_;
  std::optional<core::Error> unreadable_;
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
  ClaimCall(core::ClaimCommand command, std::optional<std::string> agent_id)
      : command_(std::move(command)), given_agent_(std::move(agent_id)) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      auto agent = acting_agent(context, given_agent_);
      if (!agent) return std::move(agent.error());
      command_.agent_id = *std::move(agent);
      if (!command_.agent_id.empty()) return Load{{command_.agent_id}};
    }
    const auto claimed = context.state.claim_task(context.caller, command_, context.now_us, context.changes);
    if (!claimed) return core::Error(claimed.error());
    const core::Task* task = *claimed;
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("claimed", task != nullptr);
    if (task != nullptr) {
      json.key("task");
      write_task(json, context.state, *task, context.caller.session, true);
    } else {
      const core::TaskTable& tasks = context.state.tasks();
      json.field("reason", tasks.ready_count() == 0
                               ? "No task is ready."
                               : fmt::format("The {} ready are for other agents.", tasks.ready_count()));
      json.key("counts");
      write_task_counts(json, tasks);
    }
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  core::ClaimCommand command_;
  std::optional<std::string> given_agent_;
};

constexpr Parameter kClaimTaskParameters[] = {
    task_id("Default: the next ready one, by priority, then age"),
    agent_id("Default: the agent this session registered, if any"),
    integer("ttl_seconds", 1, core::kMaxClaimSeconds, "The claim ends then unless update_task renews it")
        .otherwise(core::kDefaultClaimSeconds),
};

ParsedCall parse_claim(Arguments& arguments, const ToolEnvironment&) {
  core::ClaimCommand command;
  command.task_id = read_task_id(arguments);
  auto agent_id = arguments.agent_id();
  command.ttl_us = kSecondUs * arguments.integer("ttl_seconds");
  return std::make_unique<ClaimCall>(std::move(command), std::move(agent_id));
}

class UpdateTaskCall final : public ToolCall {
 public:
  explicit UpdateTaskCall(core::TaskUpdate update) : update_(std::move(update)) {}

  Step run(CallContext& context) override {
    const auto updated = context.state.update_task(context.caller, update_, context.now_us, context.changes);
    if (!updated) return core::Error(updated.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("task");
    write_task(json, context.state, **updated, context.caller.session, false);
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  core::TaskUpdate update_;
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
