#include "daemon/mcp/reply.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "daemon/mcp/task_methods.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/tools/tool.hpp"
#include "ipc/build_info.hpp"
#include "text/shown_text.hpp"

namespace governor::daemon {
namespace {

std::string begin_reply(std::string_view id, std::size_t expected_size) {
  std::string out;
  out.reserve(expected_size + id.size() + 64);
  out += "{\"jsonrpc\":\"2.0\",";
  if (!id.empty()) {
    out += "\"id\":";
    out += id;
    out += ',';
  }
  return out;
}

void write_error_fields(JsonWriter& json, const core::Error& error) {
  json.field("code", core::to_string(error.code)).field("message", error.message);
  if (!error.field.empty()) json.field("field", error.field);
  if (!error.given.empty()) json.field("given", error.given);
  if (!error.expected.empty()) json.field("expected", error.expected);
  if (!error.hint.empty()) json.field("hint", error.hint);
}

std::string error_text(const core::Error& error) {
  std::string text = fmt::format("{}: {}", core::to_string(error.code), error.message);
  if (!error.hint.empty()) text += " " + error.hint;
  return text;
}

/// What `tell` makes of a result; empty if that is no object.
std::string told(const std::string& structured, std::string (*tell)(const boost::json::object&)) {
  // A brief result fits the stack: it is read and dropped without an allocation.
  std::array<unsigned char, 4096> memory;
  boost::json::monotonic_resource resource(memory.data(), memory.size());
  boost::system::error_code failure;
  const boost::json::value result = boost::json::parse(structured, failure, &resource);
  return failure || !result.is_object() ? std::string() : tell(result.get_object());
}

/// Empty: the result speaks for itself.
std::string text_of_result(const std::string& structured, const Tool* tool) {
  return tool == nullptr || tool->text == nullptr ? std::string() : told(structured, tool->text);
}

constexpr std::string_view kAskSchema =
    R"({"type":"object","properties":{"decision":{"type":"string","title":"Your decision",)"
    R"("enum":["approve","deny"]}},"required":["decision"]})";

std::string question_text(const core::Error& error) {
  return text::utf8_text(
      fmt::format("{} Do you allow it? (governor, request {})", error.message, error.approval));
}

void write_server(std::string& out) {
  out += fmt::format(R"("io.modelcontextprotocol/serverInfo":{{"name":"governor","version":"{}"}})",
                     ipc::version());
}

/// The call waits for a person's word, and the user of the client is asked for it.
std::string input_required_reply(const Envelope& envelope, const core::Error& error) {
  std::string out = begin_reply(envelope.id, 1024);
  out += "\"result\":{\"resultType\":\"input_required\",\"_meta\":{\"io.github.governor/error\":";
  JsonWriter json(out);
  json.begin_object();
  write_error_fields(json, error);
  json.end_object();
  out += ',';
  write_server(out);
  out += "},\"inputRequests\":";
  JsonWriter requests(out);
  requests.begin_object().key(ask_name(error.approval)).begin_object().field("method", "elicitation/create");
  requests.key("params").begin_object().field("mode", "form").field("message", question_text(error));
  requests.key("requestedSchema").raw(kAskSchema).end_object().end_object().end_object();
  out += ",\"requestState\":\"";
  append_json_escaped(out, error.ask_state);
  out += "\"}}";
  return out;
}

std::string tool_error_reply(const Envelope& envelope, const core::Error& error) {
  if (is_stateless(envelope.revision) && !error.ask_state.empty())
    return input_required_reply(envelope, error);
  std::string out = begin_reply(envelope.id, 512);
  out += "\"result\":{";
  if (is_stateless(envelope.revision)) out += "\"resultType\":\"complete\",";
  out += "\"_meta\":{\"io.github.governor/error\":";
  JsonWriter json(out);
  json.begin_object();
  write_error_fields(json, error);
  json.end_object();
  if (is_stateless(envelope.revision)) {
    out += ',';
    write_server(out);
  }
  out += "},\"content\":[{\"type\":\"text\",\"text\":\"";
  append_json_escaped(out, text::utf8_text(error_text(error)));
  out += "\"}],\"isError\":true}}";
  return out;
}

}  // namespace

std::string error_reply(std::string_view id, int code, std::string_view message, std::string_view data) {
  std::string out = begin_reply(id, message.size() + data.size());
  JsonWriter json(out);
  json.key("error").begin_object().field("code", code).field("message", message);
  if (!data.empty()) json.key("data").raw(data);
  json.end_object();
  out += '}';
  return out;
}

std::string ask_name(std::int64_t approval) {
  return fmt::format("approval_{}", approval);
}

std::string ask_message(const core::Error& error) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("jsonrpc", "2.0").field("id", std::string(kAskId) + error.ask_state);
  json.field("method", "elicitation/create").key("params").begin_object();
  json.field("message", question_text(error)).key("requestedSchema").raw(kAskSchema);
  json.end_object().end_object();
  return out;
}

std::string domain_error_reply(std::string_view id, int code, const core::Error& error) {
  std::string data;
  JsonWriter json(data);
  json.begin_object();
  write_error_fields(json, error);
  json.end_object();
  return error_reply(id, code, error_text(error), data);
}

int rpc_code(const core::Error& error) {
  switch (error.code) {
    case core::ErrorCode::storage_unavailable: return kStorageUnavailable;
    case core::ErrorCode::overloaded: return kOverloaded;
    case core::ErrorCode::shutting_down: return kShuttingDown;
    case core::ErrorCode::internal_error: return kInternalError;
    default: return kInvalidParams;
  }
}

std::string result_reply(std::string_view id, std::string_view result) {
  std::string out = begin_reply(id, result.size());
  out += "\"result\":";
  out += result;
  out += '}';
  return out;
}

std::string_view result_preamble(Revision revision) {
  if (!is_stateless(revision)) return {};
  static const std::string kPreamble = fmt::format(
      R"("resultType":"complete","_meta":{{"io.modelcontextprotocol/serverInfo":{{"name":"governor","version":"{}"}}}},)",
      ipc::version());
  return kPreamble;
}

std::string tool_reply(const Envelope& envelope, const core::Result<std::string>& outcome, const Tool* tool) {
  const bool is_result = envelope.form == Envelope::Form::tool;
  if (!is_result && (outcome || envelope.form != Envelope::Form::new_task))
    return task_reply(envelope, outcome);
  if (!outcome) return tool_error_reply(envelope, outcome.error());
  const std::string& structured = *outcome;
  std::string out = begin_reply(envelope.id, structured.size() * 9 / 4 + 256);
  out += "\"result\":{";
  out += result_preamble(envelope.revision);
  out += "\"content\":";
  if (tool != nullptr && tool->content != nullptr) {
    out += told(structured, tool->content);
  } else {
    const std::string words =
        has_structured_content(envelope.revision) ? text_of_result(structured, tool) : std::string();
    out += "[{\"type\":\"text\",\"text\":\"";
    append_json_escaped(out, words.empty() ? structured : words);
    out += "\"}]";
  }
  out += ',';
  if (has_structured_content(envelope.revision)) {
    out += "\"structuredContent\":";
    out += structured;
    out += ',';
  }
  out += "\"isError\":false}}";
  return out;
}

}  // namespace governor::daemon
