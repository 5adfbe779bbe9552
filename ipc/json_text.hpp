#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace governor::ipc {

// What the two ends agree on about JSON as text: what is let pass on the way in although parsers refuse it,
// and what is never sent although JSON allows it.

/// Whether the text is one JSON string, with its quotes and in valid UTF-8. Halves of a surrogate pair count
/// as characters.
bool is_json_string(std::string_view raw) noexcept;
/// Of about 64 bits, as ids are.
bool is_json_integer(std::string_view raw) noexcept;

/// Some programs begin their output with one.
std::string_view without_byte_order_mark(std::string_view text) noexcept;

/// With every escaped half of a surrogate pair that has no other half made an escaped U+FFFD; nothing if
/// there is none. JavaScript writes such halves for a text that was cut inside a character, and parsers
/// refuse them.
std::optional<std::string> without_lone_surrogates(std::string_view json);

/// Appends JSON with U+2028 and U+2029 escaped, which may stand in its strings as they are: some programs
/// take them for the end of a line, and would cut the message there.
void append_on_one_line(std::string& out, std::string_view json);

}  // namespace governor::ipc
