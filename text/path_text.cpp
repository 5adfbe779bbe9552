#include "text/path_text.hpp"

#include <algorithm>
#include <optional>

#include "text/shown_text.hpp"
#include "text/utf8.hpp"

namespace governor::text {
namespace {

constexpr std::size_t kEscapeLength = 4;

std::optional<unsigned char> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned char>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned char>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned char>(c - 'A' + 10);
  return std::nullopt;
}

/// The byte that the escape at the beginning of the text stands for.
std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < kEscapeLength || !text.starts_with("\\x")) return std::nullopt;
  const auto high = digit(text[2]);
  const auto low = digit(text[3]);
  if (!high || !low) return std::nullopt;
  const char byte = static_cast<char>(*high * 16 + *low);
  return byte == '\0' || byte == '/' ? std::nullopt : std::optional(byte);
}

}  // namespace

std::string path_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = code_point_length(bytes);
    const std::string_view part = bytes.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_unsafe_to_show(part) || part == "*" || part == "?" || part == "\\") {
      append_escaped(text, part);
    } else {
      text += part;
    }
    bytes.remove_prefix(part.size());
  }
  return text;
}

std::string path_bytes(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  while (!text.empty()) {
    const auto byte = escaped_byte(text);
    bytes += byte.value_or(text.front());
    text.remove_prefix(byte ? kEscapeLength : 1);
  }
  return bytes;
}

bool has_plain_backslash(std::string_view text) {
  for (;;) {
    const std::size_t at = text.find('\\');
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at);
    if (!escaped_byte(text)) return true;
    text.remove_prefix(kEscapeLength);
  }
}

std::string pattern_text(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t wildcard = std::min(text.find_first_of("*?"), text.size());
    result += path_text(path_bytes(text.substr(0, wildcard)));
    if (wildcard == text.size()) break;
    result += text[wildcard];
    text.remove_prefix(wildcard + 1);
  }
  return result;
}

}  // namespace governor::text
