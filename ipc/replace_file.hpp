#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "ipc/error.hpp"

namespace governor::ipc {

enum class Durability {
  none,    ///< what a crash of the machine makes of it does not matter
  content  ///< the content is on the disk before it gets the name
};

/// Gives the file at `path` this content. It is written beside and renamed, so that at any moment there is
/// the old content or the new, and never a part. A link at `path` is replaced, not followed.
Result<void> replace_file(const std::string& path, std::string_view content, mode_t mode = 0600,
                          Durability durability = Durability::none);

}  // namespace governor::ipc
