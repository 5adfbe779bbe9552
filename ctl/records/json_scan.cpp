#include "ctl/records/json_scan.hpp"

namespace governor::ctl::records {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
         c == '.';
}

constexpr std::size_t kNoEnd = static_cast<std::size_t>(-1);

/// The place after the closing quote of the string that opens at `from`, kNoEnd without one.
std::size_t string_end(std::string_view text, std::size_t from) {
  for (std::size_t at = from + 1;;) {
    at = text.find_first_of("\"\\", at);
    if (at == std::string_view::npos) return kNoEnd;
    if (text[at] == '"') return at + 1;
    at += 2;
    if (at >= text.size()) return kNoEnd;
  }
}

std::size_t container_end(std::string_view text, std::size_t from) {
  std::size_t depth = 0;
  for (std::size_t at = from; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
        at = string_end(text, at);
        if (at == kNoEnd) return kNoEnd;
        --at;
        break;
      case '[':
      case '{': ++depth; break;
      case ']':
      case '}':
        if (--depth == 0) return at + 1;
        break;
      default: break;
    }
  }
  return kNoEnd;
}

}  // namespace

std::size_t skip_space(std::string_view text, std::size_t from) {
  while (from < text.size() && is_space(text[from])) ++from;
  return from;
}

Scan scan_value(std::string_view text, std::size_t from) {
  if (from >= text.size()) return {false, from};
  const char first = text[from];
  if (first == '"' || first == '[' || first == '{') {
    const std::size_t end = first == '"' ? string_end(text, from) : container_end(text, from);
    return end == kNoEnd ? Scan{false, from} : Scan{true, end};
  }
  std::size_t end = from;
  while (end < text.size() && is_word(text[end])) ++end;
  return {end > from && end < text.size(), end};
}

}  // namespace governor::ctl::records
