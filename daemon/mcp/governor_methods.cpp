#include "daemon/mcp/governor_methods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/support/json_writer.hpp"
#include "daemon/support/limits.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t kProtocol = 1;
constexpr std::size_t kSessionIdLength = 32;
constexpr std::size_t kMaxTextBytes = 4096;

bool is_session_id(std::string_view id) {
  return id.size() == kSessionIdLength && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string() || value->get_string().size() > kMaxTextBytes) return {};
  return std::string(value->get_string());
}

std::optional<std::uint64_t> line_number(const json::value& value) {
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
  return std::nullopt;
}

}  // namespace

std::variant<core::Session, ReplyNow> parse_hello(const Request& request) {
  const auto refuse = [&](std::string_view message) {
    return ReplyNow{error_reply(request.id, kInvalidParams, message)};
  };
  if (request.params == nullptr)
    return refuse("hello needs params: protocol, build, session, pid, cwd, client.");
  const json::object& params = *request.params;
  const json::value* protocol = params.if_contains("protocol");
  if (protocol == nullptr || !protocol->is_int64()) return refuse("hello needs protocol, an integer.");
  if (protocol->get_int64() != kProtocol) {
    return ReplyNow{error_reply(
        request.id, kProtocolMismatch,
        fmt::format("This daemon speaks wire protocol {}, the client {}.", kProtocol, protocol->get_int64()),
        fmt::format(
            R"({{"code":"protocol_version_mismatch","supported":[{}],"hint":"Install the same version of )"
            R"(governor-proxy and governord, then run governorctl restart."}})",
            kProtocol))};
  }
  core::Session session;
  const std::string role = params.contains("role") ? text_of(params, "role") : "agent";
  if (role == "person") {
    session.role = core::Role::person;
  } else if (role == "guard") {
    session.role = core::Role::guard;
  } else if (role != "agent") {
    return refuse("role must be agent, person or guard.");
  }
  session.id = text_of(params, "session");
  // Who asks once and goes has no session to come back to.
  session.passing = !params.contains("session") && session.role != core::Role::agent;
  if (!session.passing && !is_session_id(session.id))
    return refuse("hello needs session, 32 lower-case hexadecimal digits.");
  session.resumable = !session.passing;
  session.working_directory = text_of(params, "cwd");
  session.client_name = text_of(params, "client");
  const json::value* tools = params.if_contains("tools");
  if (tools != nullptr && !tools->is_string()) return refuse("tools must be a text, if it is there.");
  session.tools = text_of(params, "tools");
  // A person's program knows what it calls.
  if (session.role == core::Role::person && session.tools.empty()) session.tools = "full";
  return session;
}

ConfirmAnswers parse_answered(const json::object* params) {
  ConfirmAnswers confirm;
  if (params == nullptr) return confirm;
  if (const json::value* below = params->if_contains("below"))
    confirm.below = line_number(*below).value_or(0);
  const json::value* also = params->if_contains("also");
  if (also != nullptr && also->is_array()) {
    for (const json::value& item : also->get_array()) {
      if (const auto number = line_number(item)) confirm.also.push_back(*number);
    }
  }
  return confirm;
}

std::string request_id_text(const json::value* id, bool& found) {
  found = id != nullptr && (id->is_string() || id->is_int64() || id->is_uint64());
  return found ? json::serialize(*id) : std::string();
}

std::string hello_json(const std::string& build, int pid, bool resumed) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("protocol", kProtocol).field("build", build).field("pid", pid);
  writer.field("resumed", resumed).key("limits").begin_object();
  writer.field("line_bytes", kMaxLineBytes).field("unanswered", kMaxUnanswered).end_object().end_object();
  return text;
}

}  // namespace governor::daemon
