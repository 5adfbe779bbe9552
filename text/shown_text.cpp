#include "text/shown_text.hpp"

#include "text/utf8.hpp"

namespace governor::text {
namespace {

template <class MustEscape>
std::string with_escapes(std::string_view bytes, MustEscape must_escape) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = code_point_length(bytes);
    const std::string_view part = bytes.substr(0, length == 0 ? 1 : length);
    if (length == 0 || must_escape(part)) {
      append_escaped(text, part);
    } else {
      text += part;
    }
    bytes.remove_prefix(part.size());
  }
  return text;
}

}  // namespace

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

bool is_unsafe_to_show(std::string_view code_point) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(code_point[at]); };
  if (code_point.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  // U+0080 to U+009F, which some terminals obey like escape sequences.
  if (code_point.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
  if (code_point.size() != 3 || byte(0) != 0xE2) return false;
  // U+2028 and U+2029 end a line, U+202A to U+202E and U+2066 to U+2069 turn its direction.
  return (byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) ||
         (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
}

std::string utf8_text(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  return with_escapes(bytes, [](std::string_view) { return false; });
}

std::string shown_text(std::string_view bytes) {
  return with_escapes(bytes, is_unsafe_to_show);
}

}  // namespace governor::text
