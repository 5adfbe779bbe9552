#include "ipc/numbered_line.hpp"

#include <charconv>

#include "ipc/json_text.hpp"

namespace governor::ipc {
namespace {

ClassifiedLine malformed(std::string_view reason) noexcept {
  return {LineKind::malformed, {}, reason};
}

}  // namespace

ClassifiedLine classify(std::string_view line) noexcept {
  line = without_byte_order_mark(line);
  const std::size_t start = line.find_first_not_of(" \t\r");
  if (start == std::string_view::npos) return {LineKind::empty, {}, {}};
  if (line[start] == '{' || line[start] == '[') return {LineKind::plain, {0, line}, {}};
  if (line[0] < '0' || line[0] > '9')
    return malformed("expected a JSON object, or a number and a JSON object");
  if (line == "0") return {LineKind::keepalive, {}, {}};
  if (line[0] == '0') return malformed("a line number has no leading zero, and 0 is not one");

  std::uint64_t number = 0;
  const char* const end = line.data() + line.size();
  const auto [rest, failure] = std::from_chars(line.data(), end, number);
  if (failure != std::errc() || number > kMaxLineNumber) return malformed("a line number is at most 2^63-1");
  if (rest == end) return {LineKind::numbered, {number, {}}, {}};
  if (*rest != ' ') return malformed("expected one space after the line number");
  return {
      LineKind::numbered, {number, std::string_view(rest + 1, static_cast<std::size_t>(end - rest - 1))}, {}};
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto [end, failure] = std::to_chars(digits, digits + sizeof digits, number);
  static_cast<void>(failure);  // 20 digits hold every 64-bit number
  out.append(digits, end);
}

}  // namespace governor::ipc
