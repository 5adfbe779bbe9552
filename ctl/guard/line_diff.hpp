#pragma once

#include <string>
#include <string_view>

namespace governor::ctl {

/// What a person reads to see how two texts differ: the lines from the first difference to the last, with
/// three unchanged ones around them. Empty if they are the same.
std::string line_diff(std::string_view before, std::string_view after);

}  // namespace governor::ctl
