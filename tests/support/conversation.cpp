#include "tests/support/conversation.hpp"

#include <stdexcept>

namespace governor::test {
namespace {

namespace json = boost::json;

std::string request_text(std::int64_t id, std::string_view method, json::object params) {
  json::object message;
  message["jsonrpc"] = "2.0";
  message["id"] = id;
  message["method"] = method;
  message["params"] = std::move(params);
  return json::serialize(message);
}

[[noreturn]] void unexpected(const json::object& message) {
  throw std::runtime_error("unexpected answer: " + json::serialize(message).substr(0, 600));
}

}  // namespace

const json::object& Answer::result() const {
  const auto* value = message.if_contains("result");
  if (value == nullptr || !value->is_object()) unexpected(message);
  return value->get_object();
}

const json::object& Answer::error() const {
  const auto* value = message.if_contains("error");
  if (value == nullptr || !value->is_object()) unexpected(message);
  return value->get_object();
}

std::string Answer::tool_error() const {
  const auto* failed = result().if_contains("isError");
  if (failed == nullptr || !failed->as_bool()) return {};
  return std::string(result().at("_meta").at("io.github.governor/error").at("code").as_string());
}

const json::object& Answer::content() const {
  const auto* value = result().if_contains("structuredContent");
  if (value == nullptr) unexpected(message);
  return value->as_object();
}

void Conversation::initialize(ipc::Deadline deadline) {
  json::object client{{"name", "governor-test"}, {"version", "1"}};
  json::object params{
      {"protocolVersion", "2025-11-25"}, {"capabilities", json::object()}, {"clientInfo", client}};
  request("initialize", std::move(params), deadline).result();
  send(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  initialized_ = true;
}

std::int64_t Conversation::ask(std::string_view method, json::object params) {
  const std::int64_t id = next_id_++;
  send(request_text(id, method, std::move(params)));
  return id;
}

std::int64_t Conversation::ask_tool(std::string_view tool, json::object arguments) {
  return ask("tools/call", tool_params(tool, std::move(arguments), !initialized_));
}

json::object tool_params(std::string_view tool, json::object arguments, bool stateless) {
  json::object params{{"name", tool}, {"arguments", std::move(arguments)}};
  if (stateless) {
    params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                       {"io.modelcontextprotocol/clientInfo", {{"name", "governor-test"}, {"version", "1"}}},
                       {"io.modelcontextprotocol/clientCapabilities", json::object()}};
  }
  return params;
}

Answer Conversation::next_answer(ipc::Deadline deadline) {
  for (;;) {
    const auto line = receive(deadline);
    if (!line) throw std::runtime_error("the conversation was ended by the other side");
    json::value message = json::parse(*line);
    auto& object = message.as_object();
    if (object.contains("method")) continue;
    const auto* id = object.if_contains("id");
    Answer answer;
    if (id != nullptr && id->is_int64()) answer.id = id->get_int64();
    answer.message = std::move(object);
    return answer;
  }
}

Answer Conversation::request(std::string_view method, json::object params, ipc::Deadline deadline) {
  const std::int64_t id = ask(method, std::move(params));
  Answer answer = next_answer(deadline);
  if (answer.id != id) unexpected(answer.message);
  return answer;
}

Answer Conversation::call(std::string_view tool, json::object arguments, ipc::Deadline deadline) {
  const std::int64_t id = ask_tool(tool, std::move(arguments));
  Answer answer = next_answer(deadline);
  if (answer.id != id) unexpected(answer.message);
  return answer;
}

}  // namespace governor::test
