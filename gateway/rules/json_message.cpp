#include "gateway/rules/json_message.hpp"

#include <string>

#include "ipc/json_text.hpp"

namespace governor::gateway {
namespace {

namespace json = boost::json;

constexpr std::string_view kRevision = "io.modelcontextprotocol/protocolVersion";

bool is_id(const json::value* id) {
  return id != nullptr && (id->is_string() || id->is_int64() || id->is_uint64());
}

}  // namespace

std::variant<json::object, Refusal> read_message(std::string_view body) {
  body = ipc::without_byte_order_mark(body);
  const auto mended = ipc::without_lone_surrogates(body);
  boost::system::error_code failure;
  json::value value = json::parse(mended ? std::string_view(*mended) : body, failure);
  if (failure)
    return Refusal{400, "bad_json", "The body is no JSON: " + failure.message() + ".",
                   "Send one JSON-RPC message."};
  if (value.is_array())
    return Refusal{400, "batch", "Batches of messages are not taken.", "Send each message by itself."};
  if (!value.is_object() || text_in(value.get_object(), "jsonrpc") != "2.0")
    return Refusal{400, "no_message", "The body is no message of JSON-RPC 2.0.",
                   "Send one JSON-RPC message."};
  return std::move(value.get_object());
}

bool is_request(const json::object& message) {
  return !text_in(message, "method").empty() && is_id(message.if_contains("id"));
}

bool is_notification(const json::object& message) {
  return !text_in(message, "method").empty() && !message.contains("id");
}

bool is_answer(const json::object& message) {
  return !message.contains("method") && is_id(message.if_contains("id")) &&
         (message.contains("result") || message.contains("error"));
}

std::string_view text_in(const json::object& message, std::string_view name) {
  const json::value* value = message.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

const json::object* object_in(const json::object* message, std::string_view name) {
  const json::value* value = message == nullptr ? nullptr : message->if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

std::string_view stated_revision(const json::object& message) {
  const json::object* meta = object_in(object_in(&message, "params"), "_meta");
  return meta == nullptr ? std::string_view() : text_in(*meta, kRevision);
}

void state_revision(json::object& request, std::string_view client, std::string_view version) {
  if (text_in(request, "method").starts_with("governor/") || !stated_revision(request).empty()) return;
  json::value& params = request["params"];
  if (!params.is_object()) params = json::object();
  json::value& meta = params.get_object()["_meta"];
  if (!meta.is_object()) meta = json::object();
  json::object info;
  info["name"] = client;
  info["version"] = version;
  meta.get_object()[kRevision] = kStatelessRevision;
  meta.get_object()["io.modelcontextprotocol/clientInfo"] = std::move(info);
  meta.get_object()["io.modelcontextprotocol/clientCapabilities"] = json::object();
}

}  // namespace governor::gateway
