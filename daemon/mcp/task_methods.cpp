#include "daemon/mcp/task_methods.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <memory>
#include <utility>

#include "daemon/mcp/members.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/tool.hpp"
#include "text/shown_text.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

/// In milliseconds: what a client may rely on to ask again without burdening anybody.
constexpr int kPollIntervalMs = 2000;

constexpr std::string_view kAnswerSchema =
    R"({"type":"object","properties":{"text":{"type":"string","title":"Your answer"}},"required":["text"]})";

/// Each question has its own: a deployment has one at a time, which begins with its state.
std::string question_key(std::string_view since) {
  return fmt::format("input_{}", since);
}

bool asks_its_user(std::string_view state, std::string_view waiting_for) {
  return state == "waiting" &&
         (waiting_for == "permission" || waiting_for == "trust" || waiting_for == "input");
}

std::string_view status_of(const json::object& deployment, bool user_can_be_asked) {
  const std::string state = member_text(&deployment, "state");
  if (state == "finished" || state == "failed" || state == "lost") return "completed";
  if (state == "stopped") return "cancelled";
  const bool asks = asks_its_user(state, member_text(&deployment, "waiting_for"));
  return asks && user_can_be_asked ? "input_required" : "working";
}

std::string status_message(const json::object& deployment) {
  std::string text = member_text(&deployment, "state");
  if (const std::string what = member_text(&deployment, "waiting_for"); !what.empty()) text += " for " + what;
  for (const char* field : {"why", "note"}) {
    if (const std::string more = member_text(&deployment, field); !more.empty()) text += ": " + more;
  }
  return text;
}

/// As the tool would have answered when it was over; how it ended is not an error of the protocol.
void write_result(JsonWriter& json, const json::object& deployment) {
  const std::string structured = json::serialize(json::object{{"deployment", deployment}});
  json.begin_object().field("resultType", "complete").key("content").begin_array();
  json.begin_object().field("type", "text").field("text", structured).end_object().end_array();
  json.key("structuredContent").raw(structured);
  json.field("isError", member_text(&deployment, "state") != "finished").end_object();
}

void write_questions(JsonWriter& json, const json::object& deployment) {
  json.begin_object().key(question_key(member_text(&deployment, "since"))).begin_object();
  json.field("method", "elicitation/create").key("params").begin_object().field("mode", "form");
  json.field("message", text::utf8_text(fmt::format("Deployment {} is {}. What is the answer?",
                                                    member_text(&deployment, "deployment_id"),
                                                    status_message(deployment))));
  json.key("requestedSchema").raw(kAnswerSchema).end_object().end_object().end_object();
}

std::string reply_of(const Envelope& envelope, std::string_view type, const json::object& deployment) {
  const bool is_new = envelope.form == Envelope::Form::new_task;
  const std::string_view status = status_of(deployment, envelope.user_can_be_asked && !is_new);
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("resultType", type).field("taskId", member_text(&deployment, "deployment_id"));
  json.field("status", status).field("statusMessage", status_message(deployment));
  json.field("createdAt", member_text(&deployment, "created"));
  json.field("lastUpdatedAt", member_text(&deployment, "since"));
  json.key("ttlMs").raw("null").field("pollIntervalMs", kPollIntervalMs);
  if (!is_new && status == "completed") write_result(json.key("result"), deployment);
  if (status == "input_required") write_questions(json.key("inputRequests"), deployment);
  json.end_object();
  return result_reply(envelope.id, text);
}

/// Gives the answer to the question that is open; others are answers to questions that are over.
class AnswerTaskCall final : public ToolCall {
 public:
  AnswerTaskCall(std::string id, std::map<std::string, std::string> answers,
                 const ToolEnvironment& environment)
      : id_(std::move(id)), answers_(std::move(answers)), environment_(environment) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      call_.reset();
      const core::Deployment* deployment = context.state.deployments().find(id_);
      if (deployment != nullptr) {
        const core::DeploymentStanding& standing = deployment->standing;
        const auto answer = answers_.find(question_key(iso_timestamp(standing.since_us)));
        if (answer == answers_.end() ||
            !asks_its_user(core::to_string(standing.state), core::to_string(standing.waiting_for)))
          return std::string("{}");
        auto call =
            find_tool("send_input")->parse({{"deployment_id", id_}, {"text", answer->second}}, environment_);
        if (!call) return std::move(call.error());
        call_ = std::move(*call);
      }
    }
    if (call_ == nullptr) {
      core::Error error(core::ErrorCode::not_found, fmt::format("There is no task \"{}\".", id_),
                        "The id is that of a deployment; list_deployments names them.");
      error.field = "taskId";
      error.given = id_;
      return error;
    }
    return call_->run(context);
  }

 private:
  std::string id_;
  std::map<std::string, std::string> answers_;  ///< by question
  ToolEnvironment environment_;
  std::unique_ptr<ToolCall> call_;
};

/// A user who declines or dismisses the question leaves it open: the deployment can be answered otherwise.
std::map<std::string, std::string> answers_in(const json::object& responses) {
  std::map<std::string, std::string> answers;
  for (const auto& item : responses) {
    const json::object* response = item.value().if_object();
    if (response == nullptr || member_text(response, "action") != "accept") continue;
    const json::value* text = member(member_object(response, "content"), "text");
    if (text != nullptr && text->is_string())
      answers[std::string(item.key())] = std::string(text->get_string());
  }
  return answers;
}

CallTool call_of(Envelope envelope, const char* tool_name, std::unique_ptr<ToolCall> call) {
  const Tool* tool = find_tool(tool_name);
  return {std::move(envelope), std::move(call), tool, tool};
}

}  // namespace

bool takes_tasks(const json::object& client_capabilities) {
  return member_object(member_object(&client_capabilities, "extensions"), kTasksExtension) != nullptr;
}

bool becomes_task(const Tool& tool) {
  return tool.tasks != TaskUse::never;
}

std::string tasks_not_taken_reply(std::string_view id) {
  return error_reply(
      id, kMissingClientCapability,
      fmt::format("The client has not said with this request that it has the extension {}.", kTasksExtension),
      fmt::format(R"({{"requiredCapabilities":{{"extensions":{{"{}":{{}}}}}}}})", kTasksExtension));
}

std::optional<Action> interpret_task_request(const Request& request, Revision revision,
                                             const json::object& client_capabilities, bool user_can_be_asked,
                                             const ToolEnvironment& environment) {
  const bool gets = request.method == "tasks/get";
  const bool updates = request.method == "tasks/update";
  if (!gets && !updates && request.method != "tasks/cancel") return std::nullopt;
  if (!takes_tasks(client_capabilities)) return ReplyNow{tasks_not_taken_reply(request.id)};
  const std::string id = member_text(request.params, "taskId");
  const json::object* responses = member_object(request.params, "inputResponses");
  if (id.empty() || (updates && responses == nullptr)) {
    return ReplyNow{error_reply(request.id, kInvalidParams,
                                fmt::format("{} needs taskId, a string{}.", request.method,
                                            updates ? ", and inputResponses, an object" : ""))};
  }
  Envelope envelope{request.id, revision, gets ? Envelope::Form::task : Envelope::Form::acknowledgement,
                    user_can_be_asked};
  if (updates) {
    return call_of(std::move(envelope), "send_input",
                   std::make_unique<AnswerTaskCall>(id, answers_in(*responses), environment));
  }
  const char* name = gets ? "get_deployment" : "stop_deployment";
  json::object arguments{{"deployment_id", id}};
  if (!gets) arguments["reason"] = "its client has cancelled the task";
  auto call = find_tool(name)->parse(arguments, environment);
  if (!call) return ReplyNow{domain_error_reply(request.id, kInvalidParams, call.error())};
  return call_of(std::move(envelope), name, std::move(*call));
}

std::string task_reply(const Envelope& envelope, const core::Result<std::string>& outcome) {
  if (!outcome) return domain_error_reply(envelope.id, rpc_code(outcome.error()), outcome.error());
  if (envelope.form == Envelope::Form::acknowledgement)
    return result_reply(envelope.id, R"({"resultType":"complete"})");
  boost::system::error_code failure;
  const json::value answer = json::parse(*outcome, failure);
  const json::object* deployment = failure ? nullptr : member_object(answer.if_object(), "deployment");
  if (deployment == nullptr)
    return error_reply(envelope.id, kInternalError, "The deployment cannot be shown as a task.");
  return reply_of(envelope, envelope.form == Envelope::Form::new_task ? "task" : "complete", *deployment);
}

}  // namespace governor::daemon
