#include "tests/daemon/tools/tool_reference.hpp"

#include <fmt/format.h>

#include <string_view>

#include "daemon/tools/tool.hpp"

namespace governor::daemon::test {
namespace {

using Type = Parameter::Type;

/// In a table of Markdown.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '<') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string takes(const Parameter& parameter) {
  switch (parameter.type) {
    case Type::agent_id: return "an agent id";
    case Type::integer:
      if (parameter.most >= kMostExact) return fmt::format("a whole number from {}", parameter.least);
      return taken_by(parameter);
    case Type::numbers: return taken_by(parameter) + ", each " + range_text(parameter);
    case Type::figures: return "an object of numbers";
    default: return taken_by(parameter);
  }
}

std::string when_absent(const Parameter& parameter) {
  if (parameter.absence != Parameter::Absence::allowed) return "required";
  if (!parameter.has_default) return parameter.type == Type::flag ? "false" : "";
  if (parameter.type == Type::flag) return parameter.default_number != 0 ? "true" : "false";
  if (parameter.type == Type::choice) return std::string(parameter.default_word);
  return fmt::format("{}", parameter.default_number);
}

void append_tool(std::string& out, const Tool& tool) {
  out += fmt::format("\n#### `{}`\n\n{}", tool.name, tool.description);
  if (tool.in_core) out += " *In the default profile.*";
  out += '\n';
  if (tool.parameters.empty()) return;
  out += "\n| argument | takes | default | |\n| --- | --- | --- | --- |\n";
  for (const Parameter& parameter : tool.parameters) {
    out += fmt::format("| `{}` | {} | {} | {} |\n", parameter.name, cell(takes(parameter)),
                       when_absent(parameter), cell(parameter.description));
  }
}

}  // namespace

std::string tool_reference() {
  std::string out;
  for (const std::string_view group : kToolGroups) {
    out += fmt::format("\n### Group `{}`\n", group);
    for (const Tool& tool : all_tools())
      if (tool.group == group) append_tool(out, tool);
  }
  return out;
}

}  // namespace governor::daemon::test
