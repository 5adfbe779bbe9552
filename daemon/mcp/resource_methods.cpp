#include "daemon/mcp/resource_methods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/mcp/agent_id_completion.hpp"
#include "daemon/mcp/app_view.hpp"
#include "daemon/mcp/members.hpp"
#include "daemon/mcp/prompt_methods.hpp"
#include "daemon/mcp/resource_call.hpp"
#include "daemon/mcp/resource_catalogue.hpp"
#include "daemon/resources/resource_uri.hpp"
#include "daemon/resources/subscribe_call.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/limits.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> kMethods{"resources/list",      "resources/templates/list",
                                                   "resources/read",      "completion/complete",
                                                   "resources/subscribe", "resources/unsubscribe"};
constexpr std::size_t kShownUriBytes = 200;

ReplyNow refuse(const Request& request, std::string_view message) {
  return {error_reply(request.id, kInvalidParams, message)};
}

core::Error no_such_resource(std::string_view uri) {
  core::Error error(core::ErrorCode::not_found, "Resource not found.",
                    "resources/list and resources/templates/list say what there is.");
  error.field = "uri";
  error.given = text::cut_text(uri, kShownUriBytes);
  return error;
}

/// Methods on the path of the tools.
constexpr Operation kRead{"resources/read"};
constexpr Operation kComplete{"completion/complete"};
constexpr Operation kSubscribe{"resources/subscribe", Effect::idempotent};
constexpr Operation kUnsubscribe{"resources/unsubscribe", Effect::idempotent};

Action list(const Request& request, const std::string& result) {
  const json::value* cursor = member(request.params, "cursor");
  if (cursor != nullptr && !cursor->is_null()) {
    return refuse(request, "Unknown cursor: all entries come in one page.");
  }
  return ReplyNow{result_reply(request.id, result)};
}

Action read(const Request& request, Revision revision, const ToolEnvironment& environment) {
  const Envelope envelope{request.id, revision};
  const json::value* uri = member(request.params, "uri");
  if (uri == nullptr || !uri->is_string()) return refuse(request, "resources/read needs uri, a string.");
  if (uri->get_string() == kFleetAppUri) return ReplyNow{result_reply(request.id, fleet_app_json(revision))};
  const auto resource = parse_resource_uri(uri->get_string());
  if (!resource) return ReplyNow{resource_reply(envelope, no_such_resource(uri->get_string()))};
  auto call = make_resource_call(std::string(uri->get_string()), *resource, revision, environment);
  return AskResource{envelope, std::move(call), &kRead};
}

Action subscribe(const Request& request, Revision revision, bool wanted) {
  const Envelope envelope{request.id, revision};
  const json::value* uri = member(request.params, "uri");
  if (uri == nullptr || !uri->is_string()) {
    return refuse(request, fmt::format("{} needs uri, a string.", request.method));
  }
  // An agent that does not exist yet may be waited for.
  if (!parse_resource_uri(uri->get_string())) {
    return ReplyNow{resource_reply(envelope, no_such_resource(uri->get_string()))};
  }
  auto call = make_subscribe_call(std::string(uri->get_string()), wanted);
  return AskResource{envelope, std::move(call), wanted ? &kSubscribe : &kUnsubscribe};
}

Action complete(const Request& request, Revision revision) {
  const json::object* reference = member_object(request.params, "ref");
  const json::object* argument = member_object(request.params, "argument");
  const json::value* value = member(argument, "value");
  if (reference == nullptr || value == nullptr || !value->is_string()) {
    return refuse(request, "completion/complete needs ref, and argument with name and value.");
  }
  if (member_text(reference, "type") == "ref/prompt") {
    return complete_prompt_argument(request, member_text(reference, "name"), member_text(argument, "name"),
                                    value->get_string(), revision);
  }
  const std::string uri = member_text(reference, "uri");
  if (member_text(reference, "type") != "ref/resource" ||
      (uri != kAgentTemplate && uri != kHistoryTemplate && uri != kDeploymentTemplate)) {
    return refuse(
        request,
        fmt::format("There is nothing to complete but prompts and the resource templates {}, {} and {}.",
                    kAgentTemplate, kHistoryTemplate, kDeploymentTemplate));
  }
  if (member_text(argument, "name") != kTemplateVariable) {
    return refuse(request, fmt::format("The templates have one argument, \"{}\".", kTemplateVariable));
  }
  std::string prefix(value->get_string());
  auto call = uri == kDeploymentTemplate ? make_deployment_id_completion(std::move(prefix), revision)
                                         : make_agent_id_completion(std::move(prefix), revision);
  return AskResource{Envelope{request.id, revision}, std::move(call), &kComplete};
}

}  // namespace

bool is_resource_method(std::string_view method) {
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

std::optional<Action> interpret_resource_request(const Request& request, Revision revision,
                                                 const ToolEnvironment& environment) {
  if (request.method == "resources/list") return list(request, resource_list_json(revision));
  if (request.method == "resources/templates/list") {
    return list(request, resource_template_list_json(revision));
  }
  if (request.method == "resources/read") return read(request, revision, environment);
  if (request.method == "completion/complete") return complete(request, revision);
  if (is_stateless(revision)) return std::nullopt;
  if (request.method == "resources/subscribe") return subscribe(request, revision, true);
  if (request.method == "resources/unsubscribe") return subscribe(request, revision, false);
  return std::nullopt;
}

Action interpret_listen(const Request& request) {
  const auto refused = [&] {
    return refuse(request,
                  "subscriptions/listen needs notifications, an object of flags and, as "
                  "resourceSubscriptions, a list of URIs.");
  };
  const json::object* filter = member_object(request.params, "notifications");
  if (filter == nullptr) return refused();
  Listen listen{request.id, {}};
  for (const auto& item : *filter) {
    if (item.key() == "resourceSubscriptions") {
      const json::array* uris = item.value().if_array();
      if (uris == nullptr) return refused();
      if (uris->size() > kMaxSubscribedUris) {
        return refuse(request, fmt::format("resourceSubscriptions names {} resources; accepted: at most {}.",
                                           uris->size(), kMaxSubscribedUris));
      }
      for (const json::value& uri : *uris) {
        if (!uri.is_string()) return refused();
        // What is no resource here is left out of the acknowledgement, as the protocol has it.
        if (parse_resource_uri(uri.get_string())) listen.uris.emplace_back(uri.get_string());
      }
    } else if (std::string_view(item.key()).ends_with("ListChanged") && !item.value().is_bool()) {
      return refused();
    }
  }
  std::sort(listen.uris.begin(), listen.uris.end());
  listen.uris.erase(std::unique(listen.uris.begin(), listen.uris.end()), listen.uris.end());
  return listen;
}

std::string resource_reply(const Envelope& envelope, const core::Result<std::string>& outcome) {
  if (outcome) return result_reply(envelope.id, *outcome);
  const core::Error& error = outcome.error();
  switch (error.code) {
    case core::ErrorCode::storage_unavailable:
      return domain_error_reply(envelope.id, kStorageUnavailable, error);
    case core::ErrorCode::overloaded: return domain_error_reply(envelope.id, kOverloaded, error);
    case core::ErrorCode::shutting_down: return domain_error_reply(envelope.id, kShuttingDown, error);
    case core::ErrorCode::internal_error: return domain_error_reply(envelope.id, kInternalError, error);
    case core::ErrorCode::not_found: break;
    default: return domain_error_reply(envelope.id, kInvalidParams, error);
  }
  std::string data;
  JsonWriter(data)
      .begin_object()
      .field("uri", error.given)
      .field("code", core::to_string(error.code))
      .field("hint", error.hint)
      .end_object();
  const int code = is_stateless(envelope.revision) ? int{kInvalidParams} : int{kResourceNotFound};
  return error_reply(envelope.id, code, error.message, data);
}

}  // namespace governor::daemon
