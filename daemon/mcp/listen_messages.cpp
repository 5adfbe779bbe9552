#include "daemon/mcp/listen_messages.hpp"

#include "daemon/support/json_writer.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kSubscriptionId = "io.modelcontextprotocol/subscriptionId";

}  // namespace

std::string listen_acknowledged_json(std::string_view id, const std::vector<std::string>& uris) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("jsonrpc", "2.0").field("method", "notifications/subscriptions/acknowledged");
  json.key("params").begin_object().key("_meta").begin_object().key(kSubscriptionId).raw(id).end_object();
  json.key("notifications").begin_object();
  if (!uris.empty()) {
    json.key("resourceSubscriptions").begin_array();
    for (const std::string& uri : uris) json.value(uri);
    json.end_array();
  }
  json.end_object().end_object().end_object();
  return text;
}

std::string listen_result_json(std::string_view id) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("resultType", "complete").key("_meta").begin_object();
  json.key(kSubscriptionId).raw(id).end_object().end_object();
  return text;
}

std::string resource_updated_json(std::string_view id, std::string_view uri) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("jsonrpc", "2.0").field("method", "notifications/resources/updated");
  json.key("params").begin_object();
  if (!id.empty()) json.key("_meta").begin_object().key(kSubscriptionId).raw(id).end_object();
  json.field("uri", uri).end_object().end_object();
  return text;
}

}  // namespace governor::daemon
