#include "ipc/json_text.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace governor::ipc {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kEscapedReplacement = "\\ufffd";
/// What the two separators have in common; the byte that follows tells them apart.
constexpr std::string_view kSeparatorStart = "\xE2\x80";
constexpr std::size_t kEscapeBytes = 6;  // "\u" and four digits

bool is_decimal(char c) noexcept {
  return c >= '0' && c <= '9';
}

int hex_digit_value(char c) noexcept {
  if (is_decimal(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The UTF-16 unit that the escape at `at` stands for, -1 if there is no such escape.
int escaped_unit(std::string_view text, std::size_t at) noexcept {
  if (text.substr(at, 2) != "\\u" || at + kEscapeBytes > text.size()) return -1;
  int unit = 0;
  for (std::size_t i = at + 2; i < at + kEscapeBytes; ++i) {
    const int digit = hex_digit_value(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool is_high_half(int unit) noexcept {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low_half(int unit) noexcept {
  return unit >= 0xDC00 && unit < 0xE000;
}

/// Length of what stands at `at` inside a string, 0 for what must not.
std::size_t character_length(std::string_view text, std::size_t at) noexcept {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c == '"' || c < 0x20) return 0;
  if (c != '\\') return text::code_point_length(text.substr(at));
  if (escaped_unit(text, at) >= 0) return kEscapeBytes;
  const std::string_view escape = text.substr(at + 1, 1);
  return !escape.empty() && std::string_view("\"\\/bfnrt").find(escape) != std::string_view::npos ? 2 : 0;
}

}  // namespace

bool is_json_string(std::string_view raw) noexcept {
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return false;
  const std::string_view text = raw.substr(1, raw.size() - 2);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

bool is_json_integer(std::string_view raw) noexcept {
  constexpr std::size_t kLongest = 20;  // digits of 64 bits, or a sign
  if (raw.size() > kLongest) return false;
  if (raw.starts_with('-')) raw.remove_prefix(1);
  const bool padded = raw.size() > 1 && raw.front() == '0';
  return !raw.empty() && !padded && std::all_of(raw.begin(), raw.end(), is_decimal);
}

std::string_view without_byte_order_mark(std::string_view text) noexcept {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

std::optional<std::string> without_lone_surrogates(std::string_view json) {
  std::optional<std::string> changed;
  for (std::size_t at = json.find('\\'); at < json.size(); at = json.find('\\', at)) {
    const int unit = escaped_unit(json, at);
    if (is_high_half(unit) && is_low_half(escaped_unit(json, at + kEscapeBytes))) {
      at += 2 * kEscapeBytes;
    } else if (is_high_half(unit) || is_low_half(unit)) {
      if (!changed) changed.emplace(json);
      std::copy(kEscapedReplacement.begin(), kEscapedReplacement.end(),
                changed->begin() + static_cast<std::ptrdiff_t>(at));
      at += kEscapeBytes;
    } else {
      at += 2;  // never into the middle of an escaped backslash
    }
  }
  return changed;
}

void append_on_one_line(std::string& out, std::string_view json) {
  for (;;) {
    const std::size_t at = json.find(kSeparatorStart);
    if (at == std::string_view::npos || at + kSeparatorStart.size() >= json.size()) break;
    const std::size_t end = at + kSeparatorStart.size() + 1;
    const char last = json[end - 1];
    if (last == '\xA8' || last == '\xA9') {
      out += json.substr(0, at);
      out += last == '\xA8' ? "\\u2028" : "\\u2029";
      json.remove_prefix(end);
    } else {
      // Another character that begins with the same bytes.
      out += json.substr(0, end - 1);
      json.remove_prefix(end - 1);
    }
  }
  out += json;
}

}  // namespace governor::ipc
