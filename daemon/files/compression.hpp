#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace governor::daemon {

/// The text in the format of zlib.
std::string compress(std::string_view text);
/// None if these bytes are not what `compress` gave.
std::optional<std::string> decompress(std::string_view bytes);

}  // namespace governor::daemon
