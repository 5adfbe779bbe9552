#pragma once

#include <string_view>

namespace governor::ctl {

// What other programs call things, in the words of governor; empty for what is not known.

std::string_view status_meant_by(std::string_view word);
std::string_view priority_meant_by(std::string_view word);

}  // namespace governor::ctl
