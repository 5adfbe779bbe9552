#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace governor::daemon {

/// What an errno means for somebody who wants a file read or written.
core::Error file_error(std::string_view doing, const std::string& path, int cause);

}  // namespace governor::daemon
