#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// The text with every byte that is no part of a code point replaced by U+FFFD: names of files and what
/// stands in them may be anything, JSON may not.
std::string valid_utf8(std::string_view text);

}  // namespace governor::daemon
