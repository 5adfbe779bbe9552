#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "daemon/supervisor/launcher.hpp"

namespace governor::daemon {

/// As `Launcher::read_output`, of the deployment in that directory.
core::Result<OutputPiece> read_output_in(const std::string& directory, std::optional<std::uint64_t> offset,
                                         std::size_t limit, const std::string& filter);

}  // namespace governor::daemon
