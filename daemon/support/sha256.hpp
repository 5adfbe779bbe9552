#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::string_view text);

}  // namespace governor::daemon
