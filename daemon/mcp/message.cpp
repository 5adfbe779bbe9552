#include "daemon/mcp/message.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "daemon/mcp/reply.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

/// The id as JSON text; empty when there is none; `valid` is false for what JSON-RPC or MCP does not allow.
std::string read_id(const json::object& object, bool& valid) {
  const json::value* id = object.if_contains("id");
  valid = id == nullptr || id->is_string() || id->is_int64() || id->is_uint64();
  return id == nullptr || !valid ? std::string() : json::serialize(*id);
}

Message::Content interpret(const json::value& tree) {
  if (tree.is_array()) {
    return Malformed{"", kInvalidRequest,
                     "Batches are not supported. Send each message on a line of its own."};
  }
  const json::object* object = tree.if_object();
  if (object == nullptr) {
    return Malformed{"", kInvalidRequest,
                     "A message must be a JSON object with jsonrpc, method and, for requests, id."};
  }
  bool id_valid = false;
  std::string id = read_id(*object, id_valid);
  if (!id_valid) return Malformed{"", kInvalidRequest, "id must be a string or an integer."};
  const json::value* version = object->if_contains("jsonrpc");
  if (version == nullptr || !version->is_string() || version->get_string() != "2.0") {
    return Malformed{std::move(id), kInvalidRequest, "jsonrpc must be \"2.0\"."};
  }
  const json::value* method = object->if_contains("method");
  if (method == nullptr) {
    if (object->contains("result") || object->contains("error")) return Response{};
    return Malformed{std::move(id), kInvalidRequest, "method is missing."};
  }
  if (!method->is_string()) return Malformed{std::move(id), kInvalidRequest, "method must be a string."};
  const json::value* params = object->if_contains("params");
  if (params != nullptr && !params->is_object()) {
    // A notification is never answered, not even a wrong one.
    if (id.empty()) return Notification{method->get_string(), nullptr};
    return Malformed{std::move(id), kInvalidParams, "params must be an object."};
  }
  const json::object* members = params != nullptr ? &params->get_object() : nullptr;
  if (id.empty()) return Notification{method->get_string(), members};
  return Request{std::move(id), method->get_string(), members};
}

}  // namespace

Message::Message(json::value&& tree) : tree_(std::move(tree)), content_(interpret(tree_)) {}

Message Message::parse(std::string_view line, json::storage_ptr storage) {
  json::error_code error;
  json::value tree = json::parse(line, error, std::move(storage));
  if (error)
    return Message(Malformed{"", kParseError, fmt::format("The line is not JSON: {}.", error.message())});
  return Message(std::move(tree));
}

}  // namespace governor::daemon
