#include "ctl/top/text_line.hpp"

#include <algorithm>

#include "ctl/printable.hpp"

namespace governor::ctl::top {

namespace {

bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// As far as `width` code points reach.
std::string_view first_columns(std::string_view text, std::size_t width) {
  std::size_t at = 0;
  for (std::size_t column = 0; at < text.size(); ++column) {
    if (column == width) return text.substr(0, at);
    ++at;
    while (at < text.size() && continues(text[at])) ++at;
  }
  return text;
}

std::string cut(const std::string& text, std::size_t width, bool ascii) {
  if (display_width(text) <= width) return text;
  if (width == 0) return {};
  return std::string(first_columns(text, width - 1)) + (ascii ? "~" : "…");
}

}  // namespace

std::string fitted(std::string_view text, std::size_t width, bool ascii) {
  std::string shown = cut(printable(text), width, ascii);
  return shown + std::string(width - display_width(shown), ' ');
}

std::string fitted_right(std::string_view text, std::size_t width, bool ascii) {
  const std::string shown = cut(printable(text), width, ascii);
  return std::string(width - display_width(shown), ' ') + shown;
}

Line cut_line(Line line, std::size_t width, bool ascii) {
  std::size_t used = 0;
  for (auto span = line.begin(); span != line.end(); ++span) {
    const std::size_t columns = display_width(span->text);
    if (used + columns <= width) {
      used += columns;
      continue;
    }
    span->text = cut(span->text, width - used, ascii);
    line.erase(span + 1, line.end());
    break;
  }
  return line;
}

std::string ascii_sparkline(std::string_view line) {
  constexpr std::string_view kLevels = "_.:-=+*#";
  std::string text;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t next = i + 1;
    while (next < line.size() && continues(line[next])) ++next;
    // The blocks are U+2581 to U+2588, whose last bytes are 0x81 to 0x88.
    const bool is_block = next - i == 3 && line.substr(i, 2) == "\xe2\x96";
    text += is_block ? kLevels[std::min<std::size_t>(static_cast<unsigned char>(line[i + 2]) - 0x81U, 7)]
                     : line[i];
    i = next;
  }
  return text;
}

}  // namespace governor::ctl::top
