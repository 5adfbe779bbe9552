#include "ctl/printable.hpp"

#include <algorithm>

#include "text/shown_text.hpp"

namespace governor::ctl {

std::string printable(std::string_view text) {
  return text::shown_text(text);
}

std::size_t display_width(std::string_view text) {
  const auto continuations = std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; });
  return text.size() - static_cast<std::size_t>(continuations);
}

}  // namespace governor::ctl
