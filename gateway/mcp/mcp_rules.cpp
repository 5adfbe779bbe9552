#include "gateway/mcp/mcp_rules.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/http/response.hpp"
#include "gateway/rules/json_message.hpp"
#include "ipc/json_members.hpp"
#include "text/base64.hpp"
#include "text/utf8.hpp"

namespace governor::gateway {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> kWithSessions{"2024-11-05", "2025-03-26", "2025-06-18",
                                                        "2025-11-25"};
constexpr int kHeaderMismatch = -32020;
constexpr int kUnsupportedRevision = -32022;
constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;
constexpr std::string_view kProtocolVersion = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kClientCapabilities = "io.modelcontextprotocol/clientCapabilities";

McpRefusal mismatch(std::string message) {
  return {400, kHeaderMismatch, "Header mismatch: " + std::move(message)};
}

McpRefusal unsupported(std::string_view revision) {
  McpRefusal refusal{400, kUnsupportedRevision,
                     "Unsupported protocol version. Revisions before 2026-07-28 begin with initialize."};
  json::array supported;
  supported.emplace_back(kStatelessRevision);
  refusal.data["supported"] = std::move(supported);
  refusal.data["requested"] = revision;
  return refusal;
}

/// What each request of 2026-07-28 has to say of itself (RequestMetaObject in its schema). What else a
/// revision that is not known wants is left to whoever refuses it.
std::optional<McpRefusal> find_missing_meta(const json::object& request) {
  const json::object* meta = object_in(object_in(&request, "params"), "_meta");
  const auto missing = [](std::string_view name) {
    return McpRefusal{400, kInvalidParams, "Invalid params: _meta has no " + std::string(name) + "."};
  };
  const std::string_view stated = stated_revision(request);
  if (stated.empty()) return missing(kProtocolVersion);
  if (stated == kStatelessRevision && object_in(meta, kClientCapabilities) == nullptr)
    return missing(kClientCapabilities);
  return std::nullopt;
}

/// What stands in the request where the field Mcp-Name has a copy of it.
std::string_view name_in(const json::object& request) {
  const std::string_view method = text_in(request, "method");
  const json::object* params = object_in(&request, "params");
  if (params == nullptr) return {};
  if (method == "tools/call" || method == "prompts/get") return text_in(*params, "name");
  if (method == "resources/read") return text_in(*params, "uri");
  // Of the extension io.modelcontextprotocol/tasks.
  if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel")
    return text_in(*params, "taskId");
  return {};
}

std::optional<McpRefusal> compare_fields(const RequestHead& head, const json::object& request) {
  const auto revision = head.field("mcp-protocol-version");
  if (!revision) return mismatch("MCP-Protocol-Version is missing.");
  if (*revision != stated_revision(request))
    return mismatch("MCP-Protocol-Version is not the revision that the request states in its _meta.");
  const auto method = head.field("mcp-method");
  if (!method) return mismatch("Mcp-Method is missing.");
  if (*method != text_in(request, "method")) return mismatch("Mcp-Method is not the method of the request.");
  const std::string_view wanted = name_in(request);
  const auto name = head.field("mcp-name");
  if (wanted.empty()) return std::nullopt;
  if (!name) return mismatch("Mcp-Name is missing.");
  if (decoded_field(*name) != wanted) return mismatch("Mcp-Name is not what the request names.");
  return std::nullopt;
}

}  // namespace

std::string McpRefusal::json(const json::value* id) const {
  json::object error;
  error["code"] = number;
  error["message"] = message;
  if (!data.empty()) error["data"] = data;
  json::object body;
  body["jsonrpc"] = "2.0";
  if (id != nullptr) body["id"] = *id;
  body["error"] = std::move(error);
  return json::serialize(body);
}

bool is_known_revision(std::string_view revision) {
  return std::find(kWithSessions.begin(), kWithSessions.end(), revision) != kWithSessions.end();
}

std::variant<Era, McpRefusal> era_of(const RequestHead& head, const json::object& message) {
  const std::string_view revision = head.field("mcp-protocol-version").value_or("");
  const std::string_view stated = stated_revision(message);
  if (stated.empty() && revision != kStatelessRevision) {
    if (revision.empty() || is_known_revision(revision)) return Era::sessions;
    return unsupported(revision);
  }
  if (is_notification(message)) return Era::stateless;
  if (!is_request(message))
    return McpRefusal{400, kInvalidRequest, "Revision 2026-07-28 takes only requests and notifications."};
  if (auto missing = find_missing_meta(message)) return *std::move(missing);
  if (auto wrong = compare_fields(head, message)) return *std::move(wrong);
  if (text_in(message, "method") == "initialize")
    return McpRefusal{404, kMethodNotFound,
                      "Method not found: initialize begins sessions, which 2026-07-28 has not."};
  return Era::stateless;
}

std::optional<std::string> decoded_field(std::string_view value) {
  constexpr std::string_view kBegin = "=?base64?";
  constexpr std::string_view kEnd = "?=";
  if (value.size() < kBegin.size() + kEnd.size() || !value.starts_with(kBegin) || !value.ends_with(kEnd))
    return std::string(value);
  value.remove_prefix(kBegin.size());
  value.remove_suffix(kEnd.size());
  auto bytes = text::bytes_of_base64(value);
  if (!bytes || !text::is_utf8(*bytes)) return std::nullopt;
  return bytes;
}

unsigned status_of_answer(std::string_view answer) {
  const auto error = ipc::find_member(answer, "error");
  const auto code = error ? ipc::find_member(*error, "code") : std::nullopt;
  switch (code ? ipc::decode_integer(*code).value_or(0) : 0) {
    case -32601: return 404;
    case -32700:
    case -32600:
    case -32020:
    case -32021:
    case -32022: return 400;
    default: return 200;
  }
}

bool takes_events(const RequestHead& head) {
  const auto accept = head.field("accept");
  return !accept || accepts(*accept, kEventStream);
}

bool takes_json(const RequestHead& head) {
  const auto accept = head.field("accept");
  return !accept || accepts(*accept, kJson);
}

}  // namespace governor::gateway
