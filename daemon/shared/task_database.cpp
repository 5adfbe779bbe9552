#include "daemon/shared/task_database.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "daemon/shared/database_answer.hpp"
#include "daemon/shared/shared_workspaces.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;
using Outcome = SharedTaskAnswer::Outcome;

/// The functions there wait for locks no longer than three.
constexpr std::chrono::seconds kTaskStatementLimit{5};
constexpr std::string_view kNoMemberOutcome = "no_member";

core::Error task_error(core::Error error) {
  error = with_hint(std::move(error));
  error.message = "The database of shared tasks: " + error.message;
  if (!error.message.ends_with('.')) error.message += '.';
  return error;
}

std::vector<std::string> texts_of(const json::object& item, std::string_view name) {
  std::vector<std::string> texts;
  const auto* value = item.if_contains(name);
  if (value == nullptr || !value->is_array()) return texts;
  for (const json::value& text : value->get_array()) {
    if (text.is_string()) texts.emplace_back(text.get_string());
  }
  return texts;
}

core::TaskStatus status_of(std::int64_t number) {
  for (const core::TaskStatus status : core::kTaskStatuses) {
    if (static_cast<std::int64_t>(status) == number) return status;
  }
  return core::TaskStatus::blocked;  // a newer one's word: it is not to be taken up
}

core::TaskPriority priority_of(std::int64_t number) {
  for (const core::TaskPriority priority : core::kTaskPriorities) {
    if (static_cast<std::int64_t>(priority) == number) return priority;
  }
  return core::TaskPriority::medium;
}

/// Makes the tasks of an answer, for one caller.
class TaskReader {
 public:
  TaskReader(SharedTaskAnswer& answer, const SharedTaskCaller& caller, const SharedMember& member)
      : answer_(answer), caller_(caller), member_(member) {}

  void read(const json::object& item) {
    core::Task task;
    task.key = number_in(item, "number");
    core::TaskDefinition& definition = task.definition;
    definition.id = text_in(item, "id");
    definition.title = text_in(item, "title");
    definition.description = text_in(item, "description");
    definition.agent = text_in(item, "agent");
    definition.priority = priority_of(number_in(item, "priority"));
    definition.depends_on = texts_of(item, "depends_on");
    task.source = text_in(item, "source");
    task.created_us = number_in(item, "created_us");
    core::TaskStanding& standing = task.standing;
    standing.status = status_of(number_in(item, "status"));
    standing.progress = static_cast<int>(number_in(item, "progress"));
    standing.note = text_in(item, "note");
    standing.updated_us = number_in(item, "updated_us");
    standing.claims = static_cast<std::uint64_t>(number_in(item, "claims"));
    if (const auto* claim = item.if_contains("claim"); claim != nullptr && claim->is_object())
      standing.claim = read_claim(claim->get_object());
    if (const auto* needs = item.if_contains("needs"); needs != nullptr && needs->is_object()) {
      for (const auto& need : needs->get_object())
        needs_.emplace_back(need.key(), need.value().is_int64() ? need.value().get_int64() : 0);
    }
    if (answer_.tasks.find(task.key) != nullptr || answer_.tasks.find(definition.id) != nullptr) return;
    answer_.keys.push_back(task.key);
    answer_.tasks.insert(std::move(task));
  }

  /// When all are read: what they depend on, if it is none of them.
  void add_needs() {
    core::TaskKey key = 0;
    for (auto& [id, status] : needs_) {
      if (answer_.tasks.find(id) != nullptr) continue;
      core::Task task;
      task.key = --key;
      task.definition.id = std::move(id);
      task.standing.status = status_of(status);
      answer_.tasks.insert(std::move(task));
    }
  }

 private:
  [[nodiscard]] core::TaskClaim read_claim(const json::object& item) const {
    constexpr core::SessionKey kSomebodyElse = -1;
    core::TaskClaim claim;
    const bool is_callers = !caller_.session.empty() && text_in(item, "daemon") == member_.daemon &&
                            text_in(item, "session") == caller_.session;
    claim.session = is_callers ? caller_.key : kSomebodyElse;
    claim.agent_id = text_in(item, "agent");
    claim.client = text_in(item, "client");
    claim.pid = number_in(item, "pid");
    claim.host = text_in(item, "host");
    claim.who = text_in(item, "who");
    claim.since_us = number_in(item, "since_us");
    claim.expires_us = number_in(item, "expires_us");
    claim.ttl_us = number_in(item, "ttl_us");
    return claim;
  }

  SharedTaskAnswer& answer_;
  const SharedTaskCaller& caller_;
  const SharedMember& member_;
  std::vector<std::pair<std::string, std::int64_t>> needs_;
};

std::optional<Outcome> outcome_of(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, Outcome>, 8> kWords{{{"done", Outcome::done},
                                                                        {"exists", Outcome::exists},
                                                                        {"found", Outcome::found},
                                                                        {"none", Outcome::none},
                                                                        {"unknown", Outcome::unknown},
                                                                        {"refused", Outcome::refused},
                                                                        {"cycle", Outcome::cycle},
                                                                        {"full", Outcome::full}}};
  for (const auto& [name, outcome] : kWords) {
    if (name == word) return outcome;
  }
  return std::nullopt;
}

void read_counts(const json::object& item, core::TaskCounts& counts) {
  const auto* value = item.if_contains("counts");
  if (value == nullptr || !value->is_array() || value->get_array().size() <= counts.of.size()) return;
  const auto count = [&](std::size_t at) {
    const json::value& number = value->get_array()[at];
    return number.is_int64() ? static_cast<std::size_t>(number.get_int64()) : std::size_t{0};
  };
  for (std::size_t at = 0; at < counts.of.size(); ++at) counts.of[at] = count(at);
  counts.ready = count(counts.of.size());
}

void read_events(const json::object& item, std::vector<SharedTaskEvent>& events) {
  const auto* value = item.if_contains("events");
  if (value == nullptr || !value->is_array()) return;
  for (const json::value& entry : value->get_array()) {
    if (!entry.is_object()) continue;
    const json::object& from = entry.get_object();
    SharedTaskEvent& event = events.emplace_back();
    event.timestamp_us = number_in(from, "at_us");
    event.event = text_in(from, "event");
    event.status = status_of(number_in(from, "status"));
    event.progress = static_cast<int>(number_in(from, "progress"));
    event.agent_id = text_in(from, "agent");
    event.note = text_in(from, "note");
    event.client = text_in(from, "client");
    event.pid = number_in(from, "pid");
    event.host = text_in(from, "host");
  }
}

/// The object that a function has returned.
core::Result<json::object> object_in(core::Result<Database::Rows> rows) {
  if (!rows) return task_error(std::move(rows.error()));
  if (rows->size() != 1 || rows->front().size() != 1 || !rows->front().front()) return not_understood();
  boost::json::error_code error;
  json::value value = json::parse(*rows->front().front(), error);
  if (error || !value.is_object()) return not_understood();
  if (text_in(value.get_object(), "outcome") == kNoMemberOutcome) return no_member();
  return std::move(value.get_object());
}

template <class Value>
std::string number_text(const std::optional<Value>& value) {
  return value ? std::to_string(static_cast<int>(*value)) : "-1";
}

std::string list_name(const std::string& task_id) {
  return std::string(core::list_of(task_id));
}

}  // namespace

TaskDatabase::Answer TaskDatabase::ask(const SharedTaskCaller& caller, const char* statement,
                                       const std::vector<std::string>& parameters) {
  const auto object =
      object_in(database_.run(statement, parameters, ipc::Deadline::after(kTaskStatementLimit)));
  if (!object) return core::Error(object.error());
  SharedTaskAnswer answer;
  const auto outcome = outcome_of(text_in(*object, "outcome"));
  if (!outcome) return not_understood();
  answer.outcome = *outcome;
  answer.event = text_in(*object, "event");
  answer.now_us = number_in(*object, "now_us");
  answer.cycle = texts_of(*object, "cycle");
  answer.size = static_cast<std::size_t>(number_in(*object, "tasks"));
  answer.bytes = static_cast<std::size_t>(number_in(*object, "bytes"));
  answer.has_older_events = flag_in(*object, "older");
  answer.next = number_in(*object, "next");
  read_counts(*object, answer.counts);
  read_events(*object, answer.events);
  TaskReader reader(answer, caller, member_);
  if (const auto* task = object->if_contains("task"); task != nullptr && task->is_object())
    reader.read(task->get_object());
  if (const auto* tasks = object->if_contains("tasks"); tasks != nullptr && tasks->is_array()) {
    for (const json::value& task : tasks->get_array()) {
      if (task.is_object()) reader.read(task.get_object());
    }
  }
  reader.add_needs();
  const bool is_about_one =
      *outcome == Outcome::done || *outcome == Outcome::exists || *outcome == Outcome::refused;
  if ((is_about_one && answer.keys.empty()) || (*outcome == Outcome::cycle && answer.cycle.size() < 2))
    return not_understood();
  return answer;
}

TaskDatabase::Answer TaskDatabase::define(const SharedTaskCaller& caller,
                                          const core::TaskDefinition& definition, const std::string& source) {
  return ask(
      caller, "SELECT governor.task_define_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
      {member_.daemon, std::to_string(member_.epoch), caller.request, caller.session,
       list_name(definition.id), definition.id, definition.title, definition.description, definition.agent,
       std::to_string(static_cast<int>(definition.priority)), array_text(definition.depends_on), source,
       std::to_string(core::kMaxTasks), std::to_string(core::kMaxTaskTextsBytes)});
}

TaskDatabase::Answer TaskDatabase::claim(const SharedTaskCaller& caller, const std::string& list,
                                         const core::ClaimCommand& command) {
  return ask(
      caller, "SELECT governor.task_claim_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {member_.daemon, std::to_string(member_.epoch), caller.request, caller.session, list, command.task_id,
       command.agent_id, caller.client, std::to_string(caller.pid), std::to_string(command.ttl_us)});
}

TaskDatabase::Answer TaskDatabase::update(const SharedTaskCaller& caller, const core::TaskUpdate& update) {
  return ask(caller, "SELECT governor.task_update_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
             {member_.daemon, std::to_string(member_.epoch), caller.request, caller.session,
              list_name(update.task_id), update.task_id, number_text(update.status),
              number_text(update.progress), update.note ? "t" : "f", update.note.value_or(""),
              caller.is_person ? "t" : "f", caller.client, std::to_string(caller.pid)});
}

TaskDatabase::Answer TaskDatabase::assign(const SharedTaskCaller& caller,
                                          const core::TaskAssignment& assignment) {
  return ask(caller, "SELECT governor.task_assign_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
             {member_.daemon, std::to_string(member_.epoch), caller.request, caller.session,
              list_name(assignment.task_id), assignment.task_id, assignment.agent, assignment.note,
              caller.client, std::to_string(caller.pid)});
}

TaskDatabase::Answer TaskDatabase::get(const SharedTaskCaller& caller, const std::string& task_id,
                                       std::size_t events) {
  return ask(caller, "SELECT governor.task_get_1($1, $2, $3)",
             {list_name(task_id), task_id, std::to_string(events)});
}

TaskDatabase::Answer TaskDatabase::list(const SharedTaskCaller& caller, const Query& query) {
  return ask(caller, "SELECT governor.task_list_1($1, $2, $3, $4, $5, $6, $7, $8)",
             {query.list, number_text(query.status), number_text(query.priority), query.ready ? "t" : "f",
              query.agent, query.text, std::to_string(query.limit), std::to_string(query.after)});
}

std::optional<core::Error> TaskDatabase::keep_sessions(const std::vector<std::string>& alive,
                                                       const std::vector<std::string>& retired) {
  const auto done = object_in(
      database_.run("SELECT governor.task_sessions_1($1, $2, $3, $4)",
                    {member_.daemon, std::to_string(member_.epoch), array_text(alive), array_text(retired)},
                    ipc::Deadline::after(kTaskStatementLimit)));
  return done ? std::nullopt : std::optional(done.error());
}

}  // namespace governor::daemon
