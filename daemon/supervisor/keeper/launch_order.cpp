#include "daemon/supervisor/keeper/launch_order.hpp"

#include <boost/json.hpp>

#include "daemon/supervisor/keeper/json_object.hpp"
#include "daemon/support/json_writer.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

std::string_view input_name(ProgramInput input) {
  switch (input) {
    case ProgramInput::prompt: return "prompt";
    case ProgramInput::terminal: return "terminal";
    case ProgramInput::nothing: break;
  }
  return "nothing";
}

ProgramInput input_of(std::string_view name) {
  if (name == "prompt") return ProgramInput::prompt;
  return name == "terminal" ? ProgramInput::terminal : ProgramInput::nothing;
}

void write_words(JsonWriter& json, std::string_view name, const std::vector<std::string>& words) {
  json.key(name).begin_array();
  for (const std::string& word : words) json.value(text::path_text(word));
  json.end_array();
}

std::vector<std::string> read_words(const boost::json::object& object, std::string_view name) {
  std::vector<std::string> words;
  const boost::json::value* found = object.if_contains(name);
  const boost::json::array* list = found != nullptr ? found->if_array() : nullptr;
  if (list == nullptr) return words;
  for (const boost::json::value& word : *list) {
    if (word.is_string()) words.push_back(text::path_bytes(word.get_string()));
  }
  return words;
}

}  // namespace

std::string launch_json(const LaunchOrder& order) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("id", order.id);
  write_words(json, "arguments", order.arguments);
  write_words(json, "environment", order.environment);
  json.field("directory", text::path_text(order.directory))
      .field("input", input_name(order.input))
      .field("output_is_terminal", order.output_is_terminal)
      .field("output_limit", order.output_limit)
      .field("timeout_seconds", order.timeout_seconds)
      .field("grace_ms", order.grace_ms)
      .field("memory_bytes", order.memory_bytes)
      .field("daemon_lock", text::path_text(order.daemon_lock))
      .field("tmux_socket", text::path_text(order.tmux_socket))
      .end_object();
  return text + "\n";
}

core::Result<LaunchOrder> parse_launch(std::string_view json) {
  const auto object = parse_object(json);
  LaunchOrder order;
  if (object) {
    order.id = text_member(*object, "id");
    order.arguments = read_words(*object, "arguments");
    order.environment = read_words(*object, "environment");
    order.directory = text::path_bytes(text_member(*object, "directory"));
    order.input = input_of(text_member(*object, "input"));
    order.output_is_terminal = flag_member(*object, "output_is_terminal");
    order.output_limit = size_member(*object, "output_limit");
    order.timeout_seconds = integer_member(*object, "timeout_seconds");
    order.grace_ms = integer_member(*object, "grace_ms");
    order.memory_bytes = size_member(*object, "memory_bytes");
    order.daemon_lock = text::path_bytes(text_member(*object, "daemon_lock"));
    order.tmux_socket = text::path_bytes(text_member(*object, "tmux_socket"));
  }
  if (!object || order.id.empty() || order.arguments.empty() || order.directory.empty()) {
    return core::Error(core::ErrorCode::invalid_argument,
                       "launch.json is not what the daemon writes: it lacks an id, arguments or a directory.",
                       "Deploy the agent again.");
  }
  return order;
}

}  // namespace governor::daemon
