#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace governor::ctl {

/// The parent of this process, its parent and so on: at most `limit`, and never process 1. A tool starts its
/// hooks through shells, so the tool itself is somewhere in this list.
std::vector<pid_t> ancestors(std::size_t limit = 8);

}  // namespace governor::ctl
