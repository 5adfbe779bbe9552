#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace governor::ipc {

/// Longest message, without number and newline.
inline constexpr std::size_t kMaxLineBytes = 8 * 1024 * 1024;
/// "9223372036854775807 ": what a number adds to a line. A decoder of numbered lines allows for both.
inline constexpr std::size_t kMaxNumberPrefix = 20;
inline constexpr std::uint64_t kMaxLineNumber = 9223372036854775807U;

enum class LineKind {
  empty,      ///< nothing but blanks: ignored
  plain,      ///< begins with { or [, after blanks
  numbered,   ///< "<n> <payload>", or "<n>" alone: then the payload is empty
  keepalive,  ///< "0"
  malformed   ///< anything else, see reason
};

struct NumberedLine {
  std::uint64_t number = 0;
  std::string_view payload;
};

struct ClassifiedLine {
  LineKind kind = LineKind::empty;
  NumberedLine numbered;    ///< for kind numbered; payload is the whole line for plain
  std::string_view reason;  ///< for kind malformed: what was expected
};

/// Views point into the line. A byte order mark before it is no part of it.
ClassifiedLine classify(std::string_view line) noexcept;

/// Appends "<n>".
void append_number(std::string& out, std::uint64_t number);

}  // namespace governor::ipc
