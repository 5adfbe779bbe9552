#pragma once

#include <string_view>
#include <vector>

namespace governor::text {

/// The lines of a text without their ends; the last one counts without an end as well.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace governor::text
