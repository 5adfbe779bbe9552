#include "ipc/json_members.hpp"

#include <charconv>

#include "ipc/json_text.hpp"
#include "text/utf8.hpp"

namespace governor::ipc {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

std::size_t skip_blanks(std::string_view text, std::size_t at) noexcept {
  const std::size_t found = text.find_first_not_of(" \t\r\n", at);
  return found == kNowhere ? text.size() : found;
}

/// Past the closing quote of the string that begins at `at`, or kNowhere.
std::size_t skip_string(std::string_view text, std::size_t at) noexcept {
  for (++at;;) {
    at = text.find_first_of("\"\\", at);
    if (at == kNowhere) return kNowhere;
    if (text[at] == '"') return at + 1;
    at += 2;
  }
}

/// Past the value that begins at `at`, or kNowhere.
std::size_t skip_value(std::string_view text, std::size_t at) noexcept {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      if (at == kNowhere || depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    }
    if (c == ',' && depth == 0) return at;
    ++at;
  }
  return depth == 0 ? at : kNowhere;
}

std::string_view without_blanks(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == kNowhere) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | (c >> 6));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | (c >> 12));
    out += static_cast<char>(0x80U | ((c >> 6) & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (c >> 18));
    out += static_cast<char>(0x80U | ((c >> 12) & 0x3FU));
    out += static_cast<char>(0x80U | ((c >> 6) & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  }
}

std::optional<std::uint32_t> hex_unit(std::string_view text, std::size_t at) noexcept {
  if (at + 4 > text.size()) return std::nullopt;
  std::uint32_t unit = 0;
  const char* const first = text.data() + at;
  const auto [end, failure] = std::from_chars(first, first + 4, unit, 16);
  if (failure != std::errc() || end != first + 4) return std::nullopt;
  return unit;
}

/// Decodes the \u escape whose digits begin at `at`, with its second half if it is a pair.
bool append_unicode_escape(std::string& out, std::string_view text, std::size_t& at) {
  const auto unit = hex_unit(text, at);
  if (!unit) return false;
  at += 4;
  if (*unit >= 0xD800 && *unit < 0xDC00 && text.substr(at, 2) == "\\u") {
    const auto low = hex_unit(text, at + 2);
    if (low && *low >= 0xDC00 && *low < 0xE000) {
      at += 6;
      append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
      return true;
    }
  }
  append_utf8(out, *unit >= 0xD800 && *unit < 0xE000 ? 0xFFFD : *unit);
  return true;
}

void append_control(std::string& out, unsigned char c) {
  out += "\\u00";
  out += "0123456789abcdef"[c >> 4];
  out += "0123456789abcdef"[c & 15U];
}

}  // namespace

std::optional<std::string_view> find_member(std::string_view object, std::string_view name) noexcept {
  std::optional<std::string_view> found;
  std::size_t at = skip_blanks(object, 0);
  if (at >= object.size() || object[at] != '{') return std::nullopt;
  do {
    at = skip_blanks(object, at + 1);
    if (at < object.size() && object[at] == '}') return found;
    if (at >= object.size() || object[at] != '"') return std::nullopt;
    const std::size_t key_end = skip_string(object, at);
    if (key_end == kNowhere) return std::nullopt;
    const std::string_view key = object.substr(at + 1, key_end - at - 2);
    at = skip_blanks(object, key_end);
    if (at >= object.size() || object[at] != ':') return std::nullopt;
    const std::size_t value_start = skip_blanks(object, at + 1);
    const std::size_t value_end = skip_value(object, value_start);
    if (value_end == kNowhere) return std::nullopt;
    const std::string_view value = without_blanks(object.substr(value_start, value_end - value_start));
    if (value.empty()) return std::nullopt;
    if (key == name) found = value;
    at = skip_blanks(object, value_end);
  } while (at < object.size() && object[at] == ',');
  if (at >= object.size() || object[at] != '}') return std::nullopt;
  return found;
}

std::optional<std::string> decode_string(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return std::nullopt;
  const std::string_view text = raw.substr(1, raw.size() - 2);
  std::string decoded;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at++];
    if (c != '\\') {
      decoded += c;
      continue;
    }
    if (at >= text.size()) return std::nullopt;
    const char escape = text[at++];
    switch (escape) {
      case 'b': decoded += '\b'; break;
      case 'f': decoded += '\f'; break;
      case 'n': decoded += '\n'; break;
      case 'r': decoded += '\r'; break;
      case 't': decoded += '\t'; break;
      case 'u':
        if (!append_unicode_escape(decoded, text, at)) return std::nullopt;
        break;
      default: decoded += escape;
    }
  }
  return decoded;
}

std::optional<std::int64_t> decode_integer(std::string_view raw) noexcept {
  std::int64_t value = 0;
  const char* const end = raw.data() + raw.size();
  const auto [rest, failure] = std::from_chars(raw.data(), end, value);
  if (failure != std::errc() || rest != end) return std::nullopt;
  return value;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const std::size_t length = text::code_point_length(text.substr(at));
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text[at];
    } else if (c < 0x20) {
      append_control(out, c);
    } else {
      append_on_one_line(out, text.substr(at, length));
    }
    at += length == 0 ? 1 : length;
  }
  out += '"';
}

}  // namespace governor::ipc
