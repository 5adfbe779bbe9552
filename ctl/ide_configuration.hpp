#pragma once

#include <string>
#include <string_view>

#include "ipc/environment.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// The absolute path of governor-proxy: GOVERNOR_PROXY, else beside the executable `self`, else in PATH;
/// not_found with what to do.
ipc::Result<std::string> find_proxy(const ipc::Environment& environment, const std::string& self);

enum class Layout { compact, indented };

/// The JSON that makes an IDE start governor-proxy as an MCP server, without a newline at the end.
std::string ide_configuration(std::string_view proxy, Layout layout);

}  // namespace governor::ctl
