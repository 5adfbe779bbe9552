#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace governor::text {

// Bytes that are no text, within JSON: the alphabet of RFC 4648 with its padding.

std::string base64(std::string_view bytes);

/// None if it is not what `base64` gives.
std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace governor::text
