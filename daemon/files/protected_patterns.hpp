#pragma once

#include <string>
#include <vector>

#include "core/protection.hpp"
#include "core/result.hpp"

namespace governor::daemon {

/// The protections that the configuration names: absolute paths and patterns, those below the home directory
/// (`~/…`), and names that are meant wherever they are (`.env`, `*.pem`, `secrets/`). Blocks on the disk, as
/// paths are resolved.
core::Result<std::vector<core::Protection>> read_protections(const std::vector<std::string>& patterns,
                                                             const std::string& home);

}  // namespace governor::daemon
