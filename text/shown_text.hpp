#pragma once

#include <string>
#include <string_view>

namespace governor::text {

/// The bytes as UTF-8: what is no part of a code point stands as `\xff`. For what is written as JSON.
std::string utf8_text(std::string_view bytes);

/// The bytes as text that may be shown on a terminal or in a log: as `utf8_text`, and with control
/// characters, line breaks and marks that turn the direction of writing as `\x0a` too. Names and messages
/// come from others and must not be able to move a person's cursor, or to look like something else.
std::string shown_text(std::string_view bytes);

/// Whether the code point must not get to a terminal as it is.
bool is_unsafe_to_show(std::string_view code_point) noexcept;

/// Appends each byte as `\xff`.
void append_escaped(std::string& out, std::string_view bytes);

}  // namespace governor::text
