#include "ipc/hello.hpp"

#include "ipc/json_members.hpp"

namespace governor::ipc {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

std::string text_of(std::string_view object, std::string_view name) {
  const auto raw = find_member(object, name);
  if (!raw) return {};
  return decode_string(*raw).value_or(std::string());
}

std::int64_t number_of(std::string_view object, std::string_view name) {
  const auto raw = find_member(object, name);
  if (!raw) return 0;
  return decode_integer(*raw).value_or(0);
}

Error refusal(std::string_view error) {
  std::string message = "the daemon refused the connection: " + text_of(error, "message");
  if (const auto data = find_member(error, "data")) {
    if (const std::string hint = text_of(*data, "hint"); !hint.empty()) message += ": " + hint;
  }
  return Error{Errc::remote_error, 0, std::move(message)};
}

}  // namespace

std::string encode_hello(const Hello& hello) {
  std::string out = R"({"jsonrpc":"2.0","id":0,"method":"governor/hello","params":{"protocol":)";
  out += std::to_string(hello.protocol);
  append_member(out, "build", hello.build);
  if (!hello.role.empty()) append_member(out, "role", hello.role);
  if (!hello.session.empty()) append_member(out, "session", hello.session);
  out += ",\"pid\":" + std::to_string(hello.pid);
  append_member(out, "cwd", hello.cwd);
  append_member(out, "client", hello.client);
  if (!hello.tools.empty()) append_member(out, "tools", hello.tools);
  out += "}}";
  return out;
}

Result<HelloReply> parse_hello_reply(std::string_view line) {
  if (const auto error = find_member(line, "error")) return refusal(*error);
  const auto result = find_member(line, "result");
  if (!result || find_member(line, "id") != std::string_view("0") || !find_member(*result, "protocol")) {
    return Error{Errc::protocol_error, 0,
                 "expected the daemon's answer to hello, got \"" + std::string(line.substr(0, 80)) +
                     "\": is something else listening on the socket?"};
  }
  HelloReply reply;
  reply.protocol = number_of(*result, "protocol");
  reply.build = text_of(*result, "build");
  reply.pid = static_cast<pid_t>(number_of(*result, "pid"));
  reply.resumed = find_member(*result, "resumed") == std::string_view("true");
  return reply;
}

}  // namespace governor::ipc
