#include "daemon/mcp/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "daemon/mcp/reply.hpp"
#include "ipc/json_text.hpp"
#include "ipc/message_outline.hpp"

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
  if (!id_valid)
    return Malformed{"", kInvalidRequest, "id must be a string or an integer of at most 64 bits."};
  const json::value* version = object->if_contains("jsonrpc");
  if (version == nullptr || !version->is_string() || version->get_string() != "2.0") {
    return Malformed{std::move(id), kInvalidRequest, "jsonrpc must be \"2.0\"."};
  }
  const json::value* method = object->if_contains("method");
  if (method == nullptr) {
    if (object->contains("result") || object->contains("error")) {
      const json::value* own = object->if_contains("id");
      const json::value* result = object->if_contains("result");
      Response response;
      if (own != nullptr && own->is_string()) response.id = own->get_string();
      if (result != nullptr) response.result = result->if_object();
      return response;
    }
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

/// What is wrong with a line that is no JSON, for people.
std::string parse_problem(std::string_view line, const json::error_code& error) {
  if (error == json::error::too_deep) {
    return fmt::format(
        "The message is nested deeper than {} levels, the limit. Send less deeply nested values.",
        json::parse_options().max_depth);
  }
  json::parser parser;
  json::error_code again;
  const std::size_t end = std::min(parser.write_some(line.data(), line.size(), again), line.size());
  // What stopped the parser begins at most a few letters before the place that it gives.
  const std::string_view near = line.substr(end > 4 ? end - 4 : 0, 12);
  for (const std::string_view word : {"NaN", "Infinity"}) {
    if (near.find(word) != std::string_view::npos) {
      return fmt::format("The line is not JSON: {} at byte {} is no JSON number. Leave such a value out.",
                         word, end);
    }
  }
  return fmt::format("The line is not JSON: {} at byte {}.", error.message(), end);
}

}  // namespace

Message::Message(json::value&& tree) : tree_(std::move(tree)), content_(interpret(tree_)) {}

Message Message::parse(std::string_view line, const json::storage_ptr& storage) {
  line = ipc::without_byte_order_mark(line);
  json::error_code error;
  json::value tree = json::parse(line, error, storage);
  if (!error) return Message(std::move(tree));
  if (const auto repaired = ipc::without_lone_surrogates(line)) {
    json::error_code second;
    tree = json::parse(*repaired, second, storage);
    if (!second) {
      Message message(std::move(tree));
      // The id goes back as it came: with its half of a pair.
      if (auto* request = std::get_if<Request>(&message.content_)) {
        request->id = ipc::MessageOutline(line).request_id();
      }
      return message;
    }
    if (error != json::error::too_deep) error = second;
  }
  return Message(Malformed{std::string(ipc::MessageOutline(line).request_id()), kParseError,
                           parse_problem(line, error)});
}

}  // namespace governor::daemon
