#include "daemon/support/json_writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "text/shown_text.hpp"
#include "text/utf8.hpp"

namespace governor::daemon {
namespace {

/// Writes the escape of `c` at `to` and returns its end; at most six bytes.
char* write_escape(char* to, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
    case '"': *to++ = '"'; return to;
    case '\\': *to++ = '\\'; return to;
    case '\n': *to++ = 'n'; return to;
    case '\r': *to++ = 'r'; return to;
    case '\t': *to++ = 't'; return to;
    default: break;
  }
  const auto byte = static_cast<unsigned char>(c);
  for (const char digit : {'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]}) *to++ = digit;
  return to;
}

constexpr std::uint64_t repeat(std::uint64_t byte) {
  return byte * 0x0101010101010101ull;
}

/// How many of the eight bytes, from the first, need no escape. A subtraction borrows only from a byte that
/// is itself one of those looked for, so the lowest mark is always true.
std::size_t clean_prefix(std::uint64_t bytes) {
  const std::uint64_t quote = bytes ^ repeat('"');
  const std::uint64_t backslash = bytes ^ repeat('\\');
  const std::uint64_t marks = (((bytes - repeat(0x20)) & ~bytes) | ((quote - repeat(1)) & ~quote) |
                               ((backslash - repeat(1)) & ~backslash)) &
                              repeat(0x80);
  return marks == 0 ? 8 : static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

static_assert(std::endian::native == std::endian::little, "clean_prefix counts from the lowest byte");

template <class Number, class... Format>
void append_number(std::string& out, Number number, Format... format) {
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format...).ptr;
  out.append(buffer.data(), end);
}

}  // namespace

// Replies are mostly quoted JSON inside a JSON string, so this is where much of a reply's time goes: eight
// bytes are copied at a time, through a small buffer that also takes the longest escapes.
void append_json_escaped(std::string& out, std::string_view text) {
  constexpr std::size_t kPiece = 160;
  std::array<char, kPiece * 6 + 8> buffer;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kPiece);
    text.remove_prefix(piece.size());
    char* to = buffer.data();
    std::size_t at = 0;
    while (at < piece.size()) {
      std::uint64_t bytes = repeat('"');  // what lies beyond the end stops the copying
      const std::size_t available = std::min<std::size_t>(8, piece.size() - at);
      if (available == 8) {
        std::memcpy(&bytes, piece.data() + at, 8);
      } else {
        std::memcpy(&bytes, piece.data() + at, available);
      }
      const std::size_t clean = clean_prefix(bytes);
      std::memcpy(to, &bytes, 8);
      to += clean;
      at += clean;
      if (clean < available) to = write_escape(to, piece[at++]);
    }
    out.append(buffer.data(), to);
  }
}

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  out_ += '"';
  out_ += name;
  out_ += "\":";
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  out_ += '"';
  if (text::is_utf8(text)) {
    append_json_escaped(out_, text);
  } else {
    append_json_escaped(out_, text::utf8_text(text));
  }
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();  // JSON has no other word for "not known"
  separate();
  // The shortest form of 0.0001 is 1e-04, which nobody writes.
  const double size = std::fabs(number);
  if (size == 0.0 || (size >= 1e-6 && size < 1e15)) {
    append_number(out_, number, std::chars_format::fixed);
  } else {
    append_number(out_, number);
  }
  return *this;
}

JsonWriter& JsonWriter::value(bool flag) {
  return raw(flag ? "true" : "false");
}

JsonWriter& JsonWriter::value(std::int64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

JsonWriter& JsonWriter::null() {
  return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace governor::daemon
