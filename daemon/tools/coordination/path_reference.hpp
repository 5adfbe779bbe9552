#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/lease.hpp"
#include "core/result.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// The directory against which the caller's relative paths are meant; empty when it is not known.
std::string working_directory(const CallContext& context);

/// For `Work::place`.
std::string place_of(const std::string& given, const std::string& directory);

/// File thread: the file that a caller wants to write, which is none of governor's own.
core::Result<ResolvedPath> callers_file(const std::string& given, const std::string& directory,
                                        const FileServices& files);
/// Likewise a path or pattern, of which nothing may be.
core::Result<ResolvedPath> callers_path(const std::string& given, const std::string& directory,
                                        const FileServices& files);

/// The agent on whose behalf a call works on files: the one given, else the session's own; empty: the session
/// itself.
core::Result<std::string> acting_agent(const CallContext& context, const std::optional<std::string>& given);

}  // namespace governor::daemon
