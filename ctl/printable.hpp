#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace governor::ctl {

/// The text as it may be shown, see `text::shown_text`: names of clients and agents come from others and must
/// not be able to move the cursor of the person who lists them.
std::string printable(std::string_view text);

/// Columns that the text takes on a terminal, counting one for each code point of UTF-8.
std::size_t display_width(std::string_view text);

}  // namespace governor::ctl
