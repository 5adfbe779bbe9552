#include "ipc/client.hpp"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "ipc/connect.hpp"
#include "ipc/hello.hpp"
#include "ipc/socket_io.hpp"
#include "text/shown_text.hpp"
#include "text/utf8.hpp"

namespace governor::ipc {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxAnswer = 64 * 1024 * 1024;
constexpr std::size_t kReadSize = 64 * 1024;
constexpr std::chrono::seconds kSendPatience{10};

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

Error remote_error(const json::object& error) {
  std::string message = text_member(error, "message");
  const json::value* data = error.if_contains("data");
  if (data && data->is_object()) {
    // The daemon's messages end with their hint already.
    const std::string hint = text_member(data->get_object(), "hint");
    if (!hint.empty() && !message.ends_with(hint)) message += ": " + hint;
  }
  return Error{Errc::remote_error, 0, std::move(message)};
}

/// JSON is UTF-8, and a word from a command line may be anything: a byte that is none goes as the text
/// `\xff`, which is what governor calls it. Such bytes stand in strings only.
std::string line_of(const json::object& request) {
  std::string serialized = json::serialize(request);
  if (text::is_utf8(serialized)) return serialized;
  std::string line;
  for (std::string_view rest = serialized; !rest.empty();) {
    const std::size_t length = text::code_point_length(rest);
    if (length == 0) {
      line += '\\';
      text::append_escaped(line, rest.substr(0, 1));
    } else {
      line += rest.substr(0, length);
    }
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return line;
}

json::object request_meta(const std::string& name) {
  json::object client;
  client["name"] = name;
  client["version"] = GOVERNOR_VERSION_TEXT;
  json::object meta;
  meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28";
  meta["io.modelcontextprotocol/clientInfo"] = std::move(client);
  meta["io.modelcontextprotocol/clientCapabilities"] = json::object();
  return meta;
}

}  // namespace

Client::Client(UniqueFd socket) : socket_(std::move(socket)), decoder_(kMaxAnswer) {}

Result<Client> Client::connect(const std::string& path, Deadline deadline) {
  auto socket = connect_to(path, deadline);
  if (!socket) return socket.error();
  return Client(std::move(*socket));
}

Result<void> Client::introduce_as(std::string name, std::string role) {
  name_ = std::move(name);
  Hello hello;
  hello.build = GOVERNOR_VERSION_TEXT;
  hello.role = std::move(role);
  hello.pid = ::getpid();
  std::error_code ignored;
  hello.cwd = std::filesystem::current_path(ignored).string();
  hello.client = name_;
  return send_line(encode_hello(hello));
}

Result<void> Client::send_line(std::string_view line) {
  std::string framed(line);
  framed += '\n';
  return send_all(socket_.get(), framed, Deadline::after(kSendPatience));
}

Result<std::string> Client::receive_line(Deadline deadline) {
  for (;;) {
    const auto event = decoder_.next();
    if (event.kind == LineDecoder::Kind::line) return std::string(event.text);
    if (event.kind == LineDecoder::Kind::too_long) {
      return Error{Errc::protocol_error, 0, "the daemon sent a line longer than 64 MiB"};
    }
    auto got = receive_some(socket_.get(), decoder_.prepare(kReadSize));
    if (!got) return got.error();
    decoder_.commit(*got);
    if (*got > 0) continue;
    if (auto ready = wait_readable(socket_.get(), deadline); !ready) return ready.error();
  }
}

Result<json::value> Client::call(std::string_view method, json::object params, Deadline deadline) {
  const std::int64_t id = next_id_++;
  json::object request;
  request["jsonrpc"] = "2.0";
  request["id"] = id;
  request["method"] = method;
  request["params"] = std::move(params);
  if (auto sent = send_line(line_of(request)); !sent) return sent.error();
  for (;;) {
    auto line = receive_line(deadline);
    if (!line) return line.error();
    boost::system::error_code failure;
    json::value answer = json::parse(*line, failure);
    if (failure || !answer.is_object()) {
      return Error{Errc::protocol_error, 0, "expected a JSON object, got \"" + line->substr(0, 80) + "\""};
    }
    const json::value* answered = answer.get_object().if_contains("id");
    // What could not be read has no id; nothing else of ours waits.
    if (!answered && answer.get_object().contains("error"))
      return answer_from(std::move(answer.get_object()));
    if (answered && *answered == json::value(id)) return answer_from(std::move(answer.get_object()));
  }
}

Result<json::value> Client::call_tool(std::string_view name, json::object arguments, Deadline deadline) {
  json::object params;
  params["name"] = name;
  params["arguments"] = std::move(arguments);
  params["_meta"] = request_meta(name_);
  return call("tools/call", std::move(params), deadline);
}

Result<json::value> Client::answer_from(json::object answer) {
  if (json::value* result = answer.if_contains("result")) return std::move(*result);
  const json::value* error = answer.if_contains("error");
  if (!error || !error->is_object()) {
    return Error{Errc::protocol_error, 0, "the daemon's answer has neither result nor error"};
  }
  last_error_ = error->get_object();
  return remote_error(last_error_);
}

}  // namespace governor::ipc
