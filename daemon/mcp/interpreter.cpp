#include "daemon/mcp/interpreter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/mcp/app_view.hpp"
#include "daemon/mcp/asking_call.hpp"
#include "daemon/mcp/catalogue.hpp"
#include "daemon/mcp/extension.hpp"
#include "daemon/mcp/governor_methods.hpp"
#include "daemon/mcp/members.hpp"
#include "daemon/mcp/progress.hpp"
#include "daemon/mcp/prompt_methods.hpp"
#include "daemon/mcp/resource_methods.hpp"
#include "daemon/mcp/task_methods.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/sha256.hpp"
#include "daemon/tools/governor_requests.hpp"
#include "ipc/build_info.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::string_view kMetaVersion = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kMetaClient = "io.modelcontextprotocol/clientInfo";

/// Who the client says it is; an Implementation of the schema has a name and a version.
struct ClientInfo {
  std::string name;
  std::string version;
};

std::optional<ClientInfo> parse_client(const json::value* value) {
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  if (object == nullptr) return std::nullopt;
  for (const char* field : {"name", "version"}) {
    const json::value* text = object->if_contains(field);
    if (text == nullptr || !text->is_string()) return std::nullopt;
  }
  constexpr std::size_t kLongest = 128;  // for people to read
  return ClientInfo{std::string(text::cut_text(member_text(object, "name"), kLongest)),
                    std::string(text::cut_text(member_text(object, "version"), kLongest))};
}

ReplyNow unknown_method(const Request& request) {
  return {error_reply(request.id, kMethodNotFound,
                      fmt::format("Unknown method \"{}\".", text::cut_text(request.method, 80)))};
}

/// A client that says nothing of modes has forms.
bool can_ask_user(const json::object& capabilities) {
  const json::object* elicitation = member_object(&capabilities, "elicitation");
  return elicitation != nullptr && (elicitation->contains("form") || !elicitation->contains("url"));
}

/// Only the user of this session's client has been asked so.
std::string message_binding(const std::string& session) {
  return session + "\nelicitation/create";
}

enum class Reaction { unknown, approved, denied, dismissed };

Reaction reaction_of(const json::object* response) {
  const std::string action = member_text(response, "action");
  if (action == "decline") return Reaction::denied;
  if (action == "cancel") return Reaction::dismissed;
  if (action != "accept") return Reaction::unknown;
  const std::string decision = member_text(member_object(response, "content"), "decision");
  return decision == "approve" ? Reaction::approved
         : decision == "deny"  ? Reaction::denied
                               : Reaction::unknown;
}

/// Lists only what can be said in a request; the older revisions begin with a handshake.
ReplyNow unsupported_version(const Request& request, std::string_view requested) {
  std::string data;
  JsonWriter writer(data);
  writer.begin_object().key("supported").begin_array().value(to_string(Revision::v2026_07_28)).end_array();
  writer.field("requested", requested).end_object();
  return {error_reply(request.id, kUnsupportedProtocolVersion,
                      "Unsupported protocol version. Revisions before 2026-07-28 begin with initialize.",
                      data)};
}

}  // namespace

Interpreter::Interpreter(const ToolEnvironment& environment)
    : environment_(environment), tools_(*tools_of_profile("core")) {}

void Interpreter::resume(const std::string& revision, const std::string& tools) {
  if (!revision.empty()) legacy_ = parse_revision(revision);
  if (auto chosen = tools_of_profile(tools)) tools_ = *std::move(chosen);
}

Action Interpreter::interpret(const Message& message, bool numbered) {
  if (const auto* malformed = std::get_if<Malformed>(&message.content())) {
    return ReplyNow{error_reply(malformed->id, malformed->code, malformed->message)};
  }
  if (const auto* request = std::get_if<Request>(&message.content())) return on_request(*request, numbered);
  if (const auto* notification = std::get_if<Notification>(&message.content()))
    return on_notification(*notification, numbered);
  if (const auto* response = std::get_if<Response>(&message.content())) return on_response(*response);
  return Ignore{};
}

std::optional<core::Error> Interpreter::refuse_method(std::string_view method, bool numbered) const {
  // A proxy speaks for itself on plain lines: what is numbered comes from its client.
  if (numbered && role_ == core::Role::agent) {
    return core::Error(
        core::ErrorCode::not_owner, fmt::format("{} is not for MCP clients.", text::cut_text(method, 80)),
        "Use the tools that tools/list names. What is for people only, a person does with governorctl.");
  }
  const auto needed = role_needed_for(method);
  if (!needed || *needed == role_) return std::nullopt;
  if (*needed == core::Role::guard) {
    return core::Error(core::ErrorCode::not_owner, fmt::format("{} is for hooks.", method),
                       "Say \"role\":\"guard\" in governor/hello first, see docs/wire-protocol.md.");
  }
  return core::Error(
      core::ErrorCode::not_owner, fmt::format("{} is for people.", method),
      "A person does it with governorctl, which says \"role\":\"person\" in governor/hello, see "
      "docs/wire-protocol.md.");
}

Action Interpreter::on_notification(const Notification& notification, bool numbered) {
  if (notification.method.starts_with("governor/") && refuse_method(notification.method, numbered))
    return Ignore{};
  if (notification.method == "governor/answered") return parse_answered(notification.params);
  if (notification.method == "governor/goodbye") return Goodbye{};
  if (notification.method == "notifications/cancelled") {
    bool found = false;
    std::string id = request_id_text(member(notification.params, "requestId"), found);
    if (found) return CancelRequest{std::move(id)};
  }
  return Ignore{};
}

Action Interpreter::on_request(const Request& request, bool numbered) {
  if (request.method.starts_with("governor/")) {
    if (auto error = refuse_method(request.method, numbered)) {
      std::string text = domain_error_reply(request.id, kMethodNotFound, *error);
      if (!role_needed_for(request.method)) return ReplyNow{std::move(text)};
      return Refuse{std::move(text), std::string(request.method), *std::move(error)};
    }
    if (auto action = on_governor_request(request)) return *std::move(action);
    return unknown_method(request);
  }
  if (request.method == "initialize") return initialize(request);
  const json::object* meta = member_object(request.params, "_meta");
  if (meta == nullptr && member(request.params, "_meta") != nullptr) {
    return ReplyNow{error_reply(request.id, kInvalidParams, "_meta must be an object.")};
  }
  if (meta != nullptr && meta->contains(kMetaVersion)) return on_stateless(request, *meta);
  return on_legacy(request);
}

std::optional<Action> Interpreter::on_governor_request(const Request& request) {
  if (request.method == "governor/health") return ReplyHealth{request.id};
  if (request.method == "governor/status") return ReplyStatus{request.id};
  if (request.method == "governor/hello") return hello(request);
  if (request.method == "governor/drain") return drain(request);
  if (request.method == "governor/stop") {
    const std::string reason = member_text(request.params, "reason");
    std::string result;
    JsonWriter(result)
        .begin_object()
        .field("stopping", true)
        .field("pid", environment_.facts.pid)
        .end_object();
    return StopDaemon{result_reply(request.id, result), reason.empty() ? "asked to stop" : reason};
  }
  if (const GovernorRequest* known = find_governor_request(request.method)) {
    static const json::object kNothing;
    auto call = known->parse(request.params != nullptr ? *request.params : kNothing, environment_);
    if (!call) {
      std::string text = domain_error_reply(request.id, kInvalidParams, call.error());
      if (known->is_read_only()) return ReplyNow{std::move(text)};
      return Refuse{std::move(text), std::string(known->name), std::move(call.error())};
    }
    return CallTool{Envelope{request.id}, std::move(*call), known};
  }
  return std::nullopt;
}

Action Interpreter::hello(const Request& request) {
  if (said_hello_) {
    return ReplyNow{error_reply(request.id, kInvalidRequest, "hello was said already on this connection.")};
  }
  auto parsed = parse_hello(request);
  if (auto* refusal = std::get_if<ReplyNow>(&parsed)) return std::move(*refusal);
  core::Session session = std::get<core::Session>(std::move(parsed));
  auto tools = tools_of_profile(session.tools);
  // A newer program may know groups that this one does not. Let in, it can ask this daemon to make room for
  // the one that knows them too.
  if (!tools && ipc::compare_builds(member_text(request.params, "build"), environment_.facts.build) <= 0)
    return ReplyNow{domain_error_reply(request.id, kInvalidParams, tools.error())};
  if (tools) tools_ = *std::move(tools);
  said_hello_ = true;
  role_ = session.role;
  session_ = session.id;
  return OpenSession{request.id, std::move(session)};
}

Action Interpreter::drain(const Request& request) const {
  const std::string build = member_text(request.params, "build");
  const bool newer = ipc::compare_builds(build, environment_.facts.build) > 0;
  std::string result;
  JsonWriter(result)
      .begin_object()
      .field("draining", newer)
      .field("build", environment_.facts.build)
      .end_object();
  std::string reply = result_reply(request.id, result);
  if (!newer) return ReplyNow{std::move(reply)};
  return StopDaemon{std::move(reply), fmt::format("the newer build {} takes over", build)};
}

Action Interpreter::initialize(const Request& request) {
  const json::value* version = member(request.params, "protocolVersion");
  if (version == nullptr || !version->is_string()) {
    return ReplyNow{error_reply(request.id, kInvalidParams, "initialize needs protocolVersion, a string.")};
  }
  // As the handshake has it: an unknown revision is answered with one that the server speaks.
  Revision revision = parse_revision(version->get_string()).value_or(kNewestLegacy);
  if (is_stateless(revision)) revision = kNewestLegacy;
  auto client = parse_client(member(request.params, "clientInfo"));
  if (!client || member_object(request.params, "capabilities") == nullptr) {
    return ReplyNow{
        error_reply(request.id, kInvalidParams,
                    "initialize needs clientInfo with name and version, and capabilities, an object.")};
  }
  legacy_ = revision;
  user_ = can_ask_user(*member_object(request.params, "capabilities")) ? User::can_be_asked
                                                                       : User::cannot_be_asked;
  shows_apps_ = shows_apps(*member_object(request.params, "capabilities"));
  return Initialize{Envelope{request.id, revision}, std::move(client->name), std::move(client->version)};
}

Action Interpreter::on_stateless(const Request& request, const json::object& meta) {
  const json::value& version = meta.at(kMetaVersion);
  if (!version.is_string()) {
    return ReplyNow{error_reply(request.id, kInvalidParams,
                                fmt::format("_meta[\"{}\"] must be a string.", kMetaVersion))};
  }
  const auto revision = parse_revision(version.get_string());
  if (!revision || !is_stateless(*revision)) return unsupported_version(request, version.get_string());
  const json::object* capabilities = member_object(&meta, kMetaCapabilities);
  if (capabilities == nullptr) {
    return ReplyNow{
        error_reply(request.id, kInvalidParams,
                    fmt::format("_meta[\"{}\"] is missing; an object is required.", kMetaCapabilities))};
  }
  const json::value* client_value = meta.if_contains(kMetaClient);
  const auto client = parse_client(client_value);
  if (client_value != nullptr && !client) {
    return ReplyNow{
        error_reply(request.id, kInvalidParams,
                    fmt::format("_meta[\"{}\"] must be an object with name and version.", kMetaClient))};
  }
  if (request.method == "server/discover") return ReplyNow{result_reply(request.id, discover_json())};
  if (auto action = interpret_extension({request, *revision, capabilities, environment_}))
    return *std::move(action);
  if (request.method == "tools/list") return list_tools(request, *revision, shows_apps(*capabilities));
  if (request.method == "tools/call") {
    const User user = can_ask_user(*capabilities) ? User::can_be_asked : User::cannot_be_asked;
    Action action = call_tool(request, *revision, user);
    if (auto* made = std::get_if<CallTool>(&action); made != nullptr && becomes_task(*made->tool)) {
      if (takes_tasks(*capabilities)) {
        made->envelope.form = Envelope::Form::new_task;
      } else if (made->tool->tasks == TaskUse::required) {
        return ReplyNow{tasks_not_taken_reply(request.id)};
      }
    }
    const auto name = [&](auto* made) {
      if (made == nullptr || !client) return;
      made->client_name = client->name;
      made->client_version = client->version;
    };
    name(std::get_if<CallTool>(&action));
    name(std::get_if<Refuse>(&action));
    return action;
  }
  if (request.method == "subscriptions/listen") {
    const bool of_tasks = member(member_object(request.params, "notifications"), "taskIds") != nullptr;
    if (of_tasks && !takes_tasks(*capabilities)) return ReplyNow{tasks_not_taken_reply(request.id)};
    return interpret_listen(request);
  }
  if (auto action = interpret_task_request(request, *revision, *capabilities, can_ask_user(*capabilities),
                                           environment_))
    return *std::move(action);
  if (auto action = interpret_prompt_request(request, *revision, environment_)) return *std::move(action);
  if (auto action = interpret_resource_request(request, *revision, environment_)) return *std::move(action);
  return unknown_method(request);
}

Action Interpreter::on_legacy(const Request& request) {
  if (request.method == "ping") return ReplyNow{result_reply(request.id, "{}")};
  const bool known = request.method == "tools/list" || request.method == "tools/call" ||
                     is_prompt_method(request.method) || is_resource_method(request.method);
  if (!legacy_ &&
      (known || request.method == "server/discover" || request.method == "subscriptions/listen")) {
    return ReplyNow{
        error_reply(request.id, kInvalidParams,
                    fmt::format("The request has no revision: give _meta[\"{}\"] and _meta[\"{}\"], or send "
                                "initialize first.",
                                kMetaVersion, kMetaCapabilities))};
  }
  if (legacy_) {
    if (auto action = interpret_extension({request, *legacy_, nullptr, environment_}))
      return *std::move(action);
  }
  if (request.method == "tools/list") return list_tools(request, *legacy_, shows_apps_);
  if (request.method == "tools/call") return call_tool(request, *legacy_, user_);
  if (!legacy_) return unknown_method(request);
  if (auto action = interpret_prompt_request(request, *legacy_, environment_)) return *std::move(action);
  if (auto action = interpret_resource_request(request, *legacy_, environment_)) return *std::move(action);
  return unknown_method(request);
}

Action Interpreter::list_tools(const Request& request, Revision revision, bool apps) const {
  if (const json::value* cursor = member(request.params, "cursor"); cursor != nullptr && !cursor->is_null()) {
    return ReplyNow{error_reply(request.id, kInvalidParams, "Unknown cursor: all tools come in one page.")};
  }
  std::vector<const Tool*> tools = tools_;
  // Whoever shows views has their tools in every profile.
  const Tool* app = find_tool(kFleetAppTool);
  if (apps && std::find(tools.begin(), tools.end(), app) == tools.end()) tools.push_back(app);
  return ReplyNow{result_reply(request.id, tool_list_json(tools, revision, apps))};
}

Action Interpreter::call_tool(const Request& request, Revision revision, User user) const {
  const json::value* name = member(request.params, "name");
  if (name == nullptr || !name->is_string()) {
    return ReplyNow{error_reply(request.id, kInvalidParams, "tools/call needs name, a string.")};
  }
  const std::string_view tool_name = name->get_string();
  const Tool* tool = find_tool(tool_name);
  const Tool* elsewhere = tool;
  // Whoever says no hello chooses no profile: a person's program, which knows what it calls.
  const bool is_offered = std::find(tools_.begin(), tools_.end(), tool) != tools_.end();
  if (said_hello_ && !is_offered && app_of_tool(tool_name).empty()) tool = nullptr;
  if (tool == nullptr) {
    const std::string hint =
        elsewhere == nullptr
            ? std::string()
            : fmt::format(" It is not in this session's profile: start governor-proxy with --tools {}.",
                          elsewhere->group);
    return ReplyNow{error_reply(request.id, kInvalidParams,
                                fmt::format("Unknown tool \"{}\".{}", text::cut_text(tool_name, 80), hint))};
  }
  static const json::object kNoArguments;
  const json::value* arguments = member(request.params, "arguments");
  if (arguments != nullptr && !arguments->is_object()) {
    return ReplyNow{error_reply(request.id, kInvalidParams, "arguments must be an object.")};
  }
  auto call = tool->parse(arguments != nullptr ? arguments->get_object() : kNoArguments, environment_);
  const Envelope envelope{request.id, revision};
  if (!call) {
    core::Error error = std::move(call.error());
    std::string text = tool_reply(envelope, error);
    if (tool->is_read_only()) return ReplyNow{std::move(text)};
    return Refuse{std::move(text), std::string(tool->name), std::move(error)};
  }
  CallTool action{envelope, std::move(*call), tool, tool};
  action.progress_token = progress_token_of(request);
  const bool brings_state = is_stateless(revision) && member(request.params, "requestState") != nullptr;
  const bool has_session = is_stateless(revision) || !session_.empty();
  const bool is_asked =
      user == User::can_be_asked && has_session && !environment_.ask_key.empty() && !tool->is_read_only();
  if (is_asked || brings_state) {
    if (auto refusal = let_user_answer(request, revision, action)) return *std::move(refusal);
  }
  return action;
}

Action Interpreter::on_response(const Response& response) const {
  if (take_by_extension(response) || !response.id.starts_with(kAskId)) return Ignore{};
  const auto asked =
      read_ask_state(environment_.ask_key, response.id.substr(kAskId.size()), message_binding(session_));
  const Reaction reaction = asked ? reaction_of(response.result) : Reaction::unknown;
  if (reaction != Reaction::approved && reaction != Reaction::denied) return Ignore{};
  return AnswerAsked{make_user_answer_call(session_, {*asked, reaction == Reaction::approved})};
}

std::optional<ReplyNow> Interpreter::let_user_answer(const Request& request, Revision revision,
                                                     CallTool& action) const {
  const json::value* given = member(request.params, "arguments");
  std::string arguments = given != nullptr ? json::serialize(*given) : std::string("{}");
  AskingCall::Asking asking;
  asking.key = environment_.ask_key;
  if (is_stateless(revision)) {
    asking.binding = fmt::format("{}\n{}\n{}", session_, action.tool->name, sha256_hex(arguments));
  } else {
    asking.way = AskingCall::Way::message;
    asking.binding = message_binding(session_);
    asking.anew = [tool = action.tool, arguments = std::move(arguments), environment = environment_] {
      return std::move(*tool->parse(json::parse(arguments).as_object(), environment));  // it was right before
    };
  }
  std::optional<UserAnswer> answer;
  const json::value* state = is_stateless(revision) ? member(request.params, "requestState") : nullptr;
  if (state != nullptr) {
    const auto asked =
        state->is_string() ? read_ask_state(asking.key, state->get_string(), asking.binding) : std::nullopt;
    if (!asked) {
      return ReplyNow{
          error_reply(request.id, kInvalidParams,
                      "requestState is none that governor gave for this call. Send the call without "
                      "it: the user is asked again.")};
    }
    const Reaction reaction = reaction_of(
        member_object(member_object(request.params, "inputResponses"), ask_name(asked->approval)));
    if (reaction == Reaction::approved || reaction == Reaction::denied)
      answer = UserAnswer{*asked, reaction == Reaction::approved};
    // Who has put the question aside is not asked again at once.
    asking.again = reaction == Reaction::unknown;
  }
  action.call = std::make_unique<AskingCall>(std::move(action.call), std::move(asking), answer);
  return std::nullopt;
}

}  // namespace governor::daemon
