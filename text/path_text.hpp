#pragma once

#include <string>
#include <string_view>

namespace governor::text {

// Names of files are bytes; governor keeps and shows them as text that leads back to them. In it `\x0a`
// stands for the byte 10: for what `shown_text` escapes, for `*` and `?`, which in patterns mean something
// else, and for the backslash itself.

/// The text of a path. Slashes stay, and so does every name that is ordinary text.
std::string path_text(std::string_view bytes);

/// The path's bytes: those that `path_text` came from. Text that never was an escape is taken as it is, also
/// `\x2f` and `\x00`, since no name has these in it.
std::string path_bytes(std::string_view text);

/// Whether there is a backslash in the text that begins no escape. `path_text` leaves none.
bool has_plain_backslash(std::string_view text);

/// The same for a pattern, whose `*` and `?` stay: one spelling for all of the same meaning.
std::string pattern_text(std::string_view text);

}  // namespace governor::text
