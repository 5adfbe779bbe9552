#pragma once

#include <cstddef>
#include <string_view>

namespace governor::text {

/// Bytes of the code point that begins the text; 0 if none does. Overlong forms, surrogates and what lies
/// beyond U+10FFFF are none.
std::size_t code_point_length(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;

}  // namespace governor::text
