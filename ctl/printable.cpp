#include "ctl/printable.hpp"

#include <algorithm>

namespace governor::ctl {

namespace {

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

// Of the character at the front; 0 where none begins. Overlong forms, surrogates and what is beyond Unicode
// are none.
std::size_t character_length(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(at(i))) return 0;
  const unsigned char second = at(1);
  const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                     (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return wrong ? 0 : length;
}

}  // namespace

std::string utf8_text(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length > 0) {
      result += text.substr(0, length);
    } else {
      const auto byte = static_cast<unsigned char>(text.front());
      result += "\\x";
      result += kDigits[byte >> 4U];
      result += kDigits[byte & 15U];
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F, which some terminals obey like escape sequences, are 0xC2 0x80 to 0xC2 0x9F in UTF-8.
    const bool is_c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || is_c1) {
      result += '?';
      if (is_c1) ++i;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::size_t display_width(std::string_view text) {
  const auto continuations = std::count_if(
      text.begin(), text.end(), [](char c) { return is_continuation(static_cast<unsigned char>(c)); });
  return text.size() - static_cast<std::size_t>(continuations);
}

}  // namespace governor::ctl
