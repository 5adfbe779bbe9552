#include "ctl/service/unit_text.hpp"

#include <algorithm>
#include <utility>

namespace governor::ctl {
namespace {

constexpr std::string_view kMark = "Written by `governorctl service install`";
constexpr std::string_view kUnitMark =
    "# Written by `governorctl service install`, which writes it anew; what you change belongs in a "
    "drop-in,\n"
    "# as `systemctl --user edit` makes it.\n";
constexpr std::string_view kAgentMark = "<!-- Written by `governorctl service install` -->\n";
constexpr std::string_view kPrograms = "@installed_bindir@";
constexpr std::string_view kDocuments = "@installed_docdir@";

ipc::Result<void> check_path(const std::string& path) {
  for (const char c : path) {
    // A dollar would begin a variable, and the rest is no part of a line.
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '$')
      return ipc::Error{ipc::Errc::invalid_path, 0,
                        path + " has characters that cannot stand in a service; install governor elsewhere"};
  }
  return {};
}

/// Between double quotes, where percent signs are specifiers.
std::string escaped_for_unit(std::string_view path) {
  std::string text;
  for (const char c : path) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '%') text += '%';
    text += c;
  }
  return text;
}

std::string escaped_for_xml(std::string_view path) {
  std::string text;
  for (const char c : path) {
    if (c == '&') {
      text += "&amp;";
    } else if (c == '<') {
      text += "&lt;";
    } else if (c == '>') {
      text += "&gt;";
    } else {
      text += c;
    }
  }
  return text;
}

std::string with_replaced(std::string text, std::string_view name, const std::string& value) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
  return text;
}

/// Lines that name documents which are not there would be wrong.
std::string without_lines_of(std::string_view name, std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    if (line.find(name) == std::string_view::npos) kept += line;
    text.remove_prefix(end);
  }
  return kept;
}

}  // namespace

ipc::Result<std::string> unit_text(std::string_view unit_template, const InstalledPlaces& places) {
  for (const std::string& path : {places.programs, places.documents})
    if (auto right = check_path(path); !right) return right.error();
  std::string text(kUnitMark);
  text += places.documents.empty() ? without_lines_of(kDocuments, unit_template) : unit_template;
  text = with_replaced(std::move(text), kPrograms, escaped_for_unit(places.programs));
  return with_replaced(std::move(text), kDocuments, escaped_for_unit(places.documents));
}

ipc::Result<std::string> agent_text(std::string_view agent_template, const InstalledPlaces& places) {
  if (auto right = check_path(places.programs); !right) return right.error();
  std::string text(agent_template);
  const std::size_t first = text.find("<plist");
  text.insert(first == std::string::npos ? text.size() : first, kAgentMark);
  return with_replaced(std::move(text), kPrograms, escaped_for_xml(places.programs));
}

bool is_written_by_us(std::string_view text) {
  return text.find(kMark) != std::string_view::npos;
}

std::optional<std::string> program_of_unit(std::string_view text) {
  constexpr std::string_view kStart = "\nExecStart=";
  const std::size_t found = text.find(kStart);
  if (found == std::string_view::npos) return std::nullopt;
  text.remove_prefix(found + kStart.size());
  text = text.substr(0, text.find('\n'));
  // What may stand before the path and changes how it is run.
  text.remove_prefix(std::min(text.find_first_not_of("-@:+!"), text.size()));
  const bool is_quoted = text.starts_with('"');
  if (is_quoted) text.remove_prefix(1);
  std::string program;
  for (std::size_t i = 0; i < text.size() && text[i] != (is_quoted ? '"' : ' '); ++i) {
    const bool is_escape = (text[i] == '\\' && is_quoted) || (text[i] == '%' && text.substr(i + 1, 1) == "%");
    if (is_escape && i + 1 < text.size()) ++i;
    program += text[i];
  }
  return program;
}

}  // namespace governor::ctl
