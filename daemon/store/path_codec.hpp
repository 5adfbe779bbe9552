#pragma once

#include <string>
#include <vector>

#include "core/lease.hpp"

namespace governor::daemon {

/// `[{"path": …}, {"glob": …}, …]`; a file with several names has its number as well, one in a git
/// repository its place there, one that is shared with other machines that in their workspace.
std::string encode_paths(const std::vector<core::LeasePath>& paths);
/// Passes over what it does not understand.
std::vector<core::LeasePath> decode_paths(const std::string& text);

}  // namespace governor::daemon
