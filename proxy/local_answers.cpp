#include "proxy/local_answers.hpp"

#include <algorithm>

#include "ipc/json_members.hpp"
#include "ipc/json_text.hpp"
#include "ipc/message_outline.hpp"
#include "ipc/numbered_line.hpp"

namespace governor::proxy {
namespace {

constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kInternalError = -32603;
constexpr int kDaemonUnreachable = -31001;

/// Everything up to and including the opening of `data` with its code.
std::string error_head(std::string_view id, int code, std::string_view message, std::string_view name) {
  std::string line = R"({"jsonrpc":"2.0")";
  // No revision of MCP knows the id null: where there is no id, the member is left out.
  if (!id.empty()) {
    line += R"(,"id":)";
    ipc::append_on_one_line(line, id);
  }
  line += R"(,"error":{"code":)";
  line += std::to_string(code);
  line += R"(,"message":)";
  ipc::append_json_string(line, message);
  line += R"(,"data":{"code":)";
  ipc::append_json_string(line, name);
  return line;
}

void append_text(std::string& line, std::string_view name, std::string_view text) {
  line += ",\"";
  line += name;
  line += "\":";
  ipc::append_json_string(line, text);
}

void append_size(std::string& line, std::string_view name, std::size_t size) {
  line += ",\"";
  line += name;
  line += "\":";
  line += std::to_string(size);
}

}  // namespace

std::optional<std::string> id_to_answer(std::string_view line) {
  const ipc::MessageOutline outline(line);
  if (!outline.expects_answer()) return std::nullopt;
  return std::string(outline.request_id());
}

std::string unreachable_answer(std::string_view id, const Unreachable& why) {
  std::string message = why.refused ? "" : "governord cannot be reached: ";
  message += why.reason.ends_with('.') ? why.reason.substr(0, why.reason.size() - 1) : why.reason;
  message += why.was_sent ? ". The request was sent, its outcome is unknown" : ". The request was not sent";
  std::string line = error_head(id, kDaemonUnreachable, message, "daemon_unreachable");
  append_text(line, "outcome", why.was_sent ? "unknown" : "not_sent");
  std::string hint = why.was_sent  ? "Look whether the change was made before you repeat it. "
                     : why.refused ? ""
                                   : "Repeat the request later. ";
  if (why.refused) {
    hint +=
        "Correct how the client's configuration starts governor-proxy, then start it again; "
        "`governor-proxy --help` names the options.";
  } else {
    hint += why.program;
    hint +=
        " keeps trying to connect; `governorctl status` and governor.log in the state directory say more.";
  }
  append_text(line, "hint", hint);
  line += "}}}\n";
  return line;
}

std::string governor_method(std::string_view line) {
  const auto raw = ipc::find_member(line, "method");
  if (!raw) return {};
  std::string method = ipc::decode_string(*raw).value_or(std::string());
  if (!method.starts_with("governor/")) return {};
  constexpr std::size_t kShown = 64;
  method.resize(std::min(method.size(), kShown));
  return method;
}

std::string not_forwarded_answer(std::string_view id, std::string_view method) {
  std::string message(method);
  message += " is not for MCP clients and was not passed on";
  std::string line = error_head(id, kMethodNotFound, message, "not_owner");
  append_text(
      line, "hint",
      "Use the tools that tools/list names. What is for people only, a person does with governorctl.");
  line += "}}}\n";
  return line;
}

std::string line_too_long_answer(std::string_view id, std::size_t bytes) {
  std::string line =
      error_head(id, kInvalidRequest, "the message is too long and was skipped", "limit_exceeded");
  append_size(line, "given", bytes);
  append_size(line, "limit", ipc::kMaxLineBytes);
  append_text(line, "hint", "Send at most 8 MiB in one message; shorten or split its texts.");
  line += "}}}\n";
  return line;
}

std::string answer_too_long_answer(std::string_view id, std::size_t bytes) {
  std::string line =
      error_head(id, kInternalError, "the answer is too long and was dropped; the request was carried out",
                 "limit_exceeded");
  append_size(line, "given", bytes);
  append_text(line, "hint", "Ask for less at a time, for example with a smaller limit.");
  line += "}}}\n";
  return line;
}

}  // namespace governor::proxy
