#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "daemon/files/temporary_name.hpp"

namespace governor::daemon {

/// How temporary files beside files of people begin, and end. The watcher passes over them.
inline constexpr std::string_view kTemporaryFilePrefix = ".governor-";

/// See TemporaryName.
inline bool is_temporary_name(std::string_view name) {
  return name.starts_with(kTemporaryFilePrefix) && (name.ends_with(".tmp") || name.ends_with(".kept"));
}

/// Whether the content with this hash is kept elsewhere, or may go.
using IsKept = std::function<bool(const std::string& sha256)>;

/// Removes the temporary files that daemons which are gone have left in the directory; of those that may be
/// somebody's last change only what `is_kept` says yes to. Once for each directory is enough, since this
/// process leaves none.
void remove_leftovers(const std::string& path, int directory, const IsKept& is_kept);

}  // namespace governor::daemon
