#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// Whether `governorctl install guards` has written this file, or its hooks into it, or keeps in it what was
/// there before. Blocks on the disk.
bool is_installed_hook(const std::string& path);
/// Likewise, with what the file begins with.
bool is_installed_hook(std::string_view path, std::string_view content);

}  // namespace governor::daemon
