#include "gateway/rules/sse_text.hpp"

namespace governor::gateway {
namespace {

void append_line(std::string& text, std::string_view name, std::string_view value) {
  text += name;
  text += ": ";
  text += value;
  text += '\n';
}

}  // namespace

std::string sse_event(std::string_view event, std::string_view data) {
  std::string text;
  append_line(text, "event", event);
  append_line(text, "data", data);
  return text + '\n';
}

std::string sse_message(std::string_view id, std::string_view data) {
  std::string text;
  if (!id.empty()) append_line(text, "id", id);
  append_line(text, "data", data);
  return text + '\n';
}

}  // namespace governor::gateway
