#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ctl/top/view.hpp"

namespace governor::ctl::top {

// Texts of a width: columns of a terminal, one for each code point.

/// Exactly so wide: cut with a mark, or filled with blanks. What others wrote is made printable.
std::string fitted(std::string_view text, std::size_t width, bool ascii);
/// The same with the blanks before it.
std::string fitted_right(std::string_view text, std::size_t width, bool ascii);

/// At most so wide.
Line cut_line(Line line, std::size_t width, bool ascii);

/// The block characters of a sparkline as others that every terminal has.
std::string ascii_sparkline(std::string_view line);

}  // namespace governor::ctl::top
