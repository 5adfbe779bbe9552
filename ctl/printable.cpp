#include "ctl/printable.hpp"

#include <algorithm>

namespace governor::ctl {

namespace {

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

}  // namespace

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
