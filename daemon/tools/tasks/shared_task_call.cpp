#include "daemon/tools/tasks/shared_task_call.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/task_refusals.hpp"
#include "ipc/random_id.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kRequestBytes = 16;

/// One without a line, which cannot come again, is asked under a key of its own: the thread that talks with
/// the database may have to do so twice.
std::string request_of(const core::Session* session, const core::Caller& caller) {
  if (session == nullptr || caller.line == 0) return ipc::random_hex(kRequestBytes);
  return fmt::format("{}/{}", session->id, caller.line);
}

SharedTaskCaller asker(const CallContext& context, std::string request) {
  SharedTaskCaller asks;
  asks.request = std::move(request);
  asks.is_person = context.state.is_person(context.caller);
  const core::Session* session = context.state.find_session(context.caller.session);
  if (session == nullptr) return asks;
  asks.session = session->id;
  asks.key = session->key;
  asks.client = session->client_name;
  asks.pid = session->process.pid;
  return asks;
}

}  // namespace

bool is_shared_list(const CallContext& context, std::string_view list) {
  const auto& lists = context.shared_task_lists;
  return context.shared != nullptr && std::find(lists.begin(), lists.end(), list) != lists.end();
}

core::Error not_shared(const CallContext& context, const std::string& list) {
  core::Error error =
      core::invalid_argument("list", list,
                             context.shared_task_lists.empty()
                                 ? "a shared list; there is none here"
                                 : fmt::format("one of {}", fmt::join(context.shared_task_lists, ", ")));
  error.hint =
      "Leave it out for the tasks of this machine; which lists are shared says shared.task_lists in the "
      "configuration.";
  return error;
}

std::optional<core::Error> refuse_zero_byte(std::string_view field, std::string_view text) {
  if (text.find('\0') == std::string_view::npos) return std::nullopt;
  return core::invalid_argument(std::string(field), "a text with a zero byte in it", "a text without one");
}

core::Error refused_by_database(const std::string& task_id) {
  core::Error error(
      core::ErrorCode::conflict,
      fmt::format("The database refuses this for the task \"{}\" as it is.", task_id),
      "Look at it with get_task; bring governor and, with governorctl shared init, the database to "
      "the same version.");
  error.field = "task_id";
  error.given = task_id;
  return error;
}

Step SharedTaskQuestion::put(CallContext& context, Ask ask) {
  if (request_.empty())
    request_ = request_of(context.state.find_session(context.caller.session), context.caller);
  slot_ = std::make_shared<Slot>();
  Consult consult;
  consult.ask = [slot = slot_, caller = asker(context, request_), ask = std::move(ask)](
                    Database& database, const SharedMember& member) -> std::optional<core::Error> {
    slot->was_put = true;
    TaskDatabase tasks(database, member);
    auto answer = ask(tasks, caller);
    if (!answer) return std::move(answer.error());
    slot->answer.emplace(std::move(answer));
    return std::nullopt;
  };
  consult.fail = [slot = slot_](core::Error error) {
    if (slot->was_put) error.hint += " What this was to change may have changed: look at the task then.";
    slot->answer.emplace(std::move(error));
  };
  return consult;
}

void SharedTaskQuestion::take_down(CallContext& context, std::string_view note) const {
  const SharedTaskAnswer& told = *answer();
  if (told.event.empty()) return;
  const core::Task& task = told.task();
  const std::string& id = task.definition.id;
  const core::TaskStanding& standing = task.standing;
  core::AgentKey agent_key = 0;
  if (standing.claim) {
    const core::Agent* agent = context.state.find_agent(standing.claim->agent_id);
    if (agent != nullptr) agent_key = agent->profile.key;
  }
  std::string event = "task_" + told.event;
  std::string detail;
  if (told.event == "defined") {
    const std::string& whose = task.definition.agent;
    detail =
        fmt::format("task {}: {}{}", id, task.definition.title, whose.empty() ? "" : ", for agent " + whose);
  } else if (told.event == "sign_of_life") {
    event = "task_claim_renewed";
    detail = fmt::format("task {}", id);
  } else {
    detail = fmt::format("task {}: {}, {} %", id, core::to_string(standing.status), standing.progress);
    if (!note.empty()) detail += fmt::format(": {}", note);
  }
  context.state.audit(context.caller, std::move(event), agent_key, std::move(detail), context.now_us,
                      context.changes);
}

}  // namespace governor::daemon
