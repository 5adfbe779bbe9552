#include "daemon/files/fold_name.hpp"

#include <cstdint>

namespace governor::daemon {
namespace {

/// Reads one character of UTF-8 from `text` at `at`; bytes that are none count for themselves.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at++);
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (more == 0 || at + static_cast<std::size_t>(more) > text.size()) return lead;
  char32_t value = lead & (0x3Fu >> more);
  for (int i = 0; i < more; ++i) value = value << 6 | (byte(at++) & 0x3Fu);
  return value;
}

void append(std::string& text, char32_t c) {
  const auto add = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) return add(c);
  if (c < 0x800) {
    add(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    add(0xE0 | c >> 12);
    add(0x80 | (c >> 6 & 0x3F));
  } else {
    add(0xF0 | c >> 18);
    add(0x80 | (c >> 12 & 0x3F));
    add(0x80 | (c >> 6 & 0x3F));
  }
  add(0x80 | (c & 0x3F));
}

/// A mark that joins the character before it.
bool is_mark(char32_t c) {
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x483 && c <= 0x487) || c == 0x3099 || c == 0x309A ||
         (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) ||
         (c >= 0xFE20 && c <= 0xFE2F);
}

/// Letters without an accent whose small form is a fixed distance away.
char32_t small(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 0x20;
  if (c >= 0x391 && c <= 0x3A9) return c + 0x20;
  if (c == 0x3C2) return 0x3C3;  // the sigma at the end of a word
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  return c;
}

bool stays(char32_t c) {
  if (c < 0xC0) return c != 0xAD && c != 0xB5;
  if (c >= 0x3B1 && c <= 0x3C9) return true;
  if (c >= 0x430 && c <= 0x44F) return c != 0x439;
  if (c >= 0x5D0 && c <= 0x5EA) return true;
  if (c >= 0x1100 && c <= 0x11FF) return c != 0x115F && c != 0x1160;
  if (c >= 0x2010 && c <= 0x205E) return c < 0x2028 || c > 0x202E;  // those in between show nothing
  if (c >= 0x2190 && c <= 0x2BFF) return true;
  // Kana: those with a mark of their own stand beside those without.
  if (c >= 0x3041 && c <= 0x30FF) {
    const char32_t plain = c >= 0x30A1 ? c - 0x60 : c;
    if (plain >= 0x304B && plain <= 0x3062) return plain % 2 == 1;
    if (plain >= 0x3063 && plain <= 0x3069) return plain == 0x3063 || plain % 2 == 0;
    if (plain >= 0x306F && plain <= 0x307D) return plain % 3 == 0;
    return plain != 0x3094 && plain != 0x309E && c != 0x30F7 && c != 0x30F8 && c != 0x30F9 && c != 0x30FA;
  }
  if (c >= 0x3000 && c <= 0x303F) return true;
  if (c >= 0x3400 && c <= 0x9FFF) return true;
  if (c >= 0x1F000 && c <= 0x3FFFF) return c < 0x2F800 || c > 0x2FA1F;
  return false;
}

}  // namespace

std::string fold_name(std::string_view name) {
  std::string folded;
  std::size_t last = 0;  // where the last character begins in `folded`
  for (std::size_t at = 0; at < name.size();) {
    const char32_t c = small(next_character(name, at));
    if (is_mark(c)) {
      folded.resize(last);
    } else if (c >= 0xAC00 && c <= 0xD7A3) {
      last = folded.size();
      const char32_t index = c - 0xAC00;
      append(folded, 0x1100 + index / 588);
      append(folded, 0x1161 + index % 588 / 28);
      if (index % 28 != 0) append(folded, 0x11A7 + index % 28);
      continue;
    } else if (stays(c)) {
      last = folded.size();
      append(folded, c);
      continue;
    }
    if (folded.ends_with('*')) {
      last = folded.size() - 1;
    } else {
      last = folded.size();
      folded += '*';
    }
  }
  return folded;
}

}  // namespace governor::daemon
