#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace governor::ipc {

// Just enough JSON for the proxy's errors and its hello, where a JSON library would double its size. Nothing
// here validates: text that is not JSON gives nothing, or something that is not there.

/// The raw text of a member of the object, surrounding blanks removed. Of several with the same name the
/// last one, as the daemon's parser has it. Nothing if the text does not look like an object.
std::optional<std::string_view> find_member(std::string_view object, std::string_view name) noexcept;

/// The text of a JSON string without quotes and escapes; nothing if it is no string.
std::optional<std::string> decode_string(std::string_view raw);
/// A whole number; nothing for anything else.
std::optional<std::int64_t> decode_integer(std::string_view raw) noexcept;

/// Appends the text as a JSON string on one line, with its quotes. Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace governor::ipc
