#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/result.hpp"
#include "daemon/files/name_lookup.hpp"

namespace governor::daemon {

inline constexpr std::size_t kMaxRealPathBytes = 4000;  ///< with a temporary name beside it below 4096

/// A path that cannot be taken, with what to give instead.
core::Error refuse_path(std::string_view given, std::string message, std::string hint,
                        std::string expected = {});

/// What a caller wrote for a path, as the path that it means: an address of the scheme `file` is one as well.
/// Refused are forms that only an editor or another system understands, and texts that are no path at all. A
/// file that is really called so is reached by `./` before its name.
core::Result<std::string> plain_path(std::string_view given, std::string_view working_directory);

/// Nothing has this path. Whether that is because something stands behind the name of a file that there is
/// (`a.txt#L3`, `a.txt:12`), or because of another system's separators.
std::optional<core::Error> refuse_decorated(std::string_view given, const std::string& path,
                                            NameLookup& names);

}  // namespace governor::daemon
