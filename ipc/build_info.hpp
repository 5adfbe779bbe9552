#pragma once

#include <string_view>

namespace governor::ipc {

/// "<major.minor.patch>+<epoch seconds>.<hash>" of this executable. Comes from the library
/// governor_build_info, which only executables and tests link: so a test can link the same code as another
/// build.
std::string_view build_id();

/// The part before the plus sign.
std::string_view version();

/// Negative, zero or positive as `left` is older than, equal to or newer than `right`: by version, then by
/// time. What cannot be parsed is never newer.
int compare_builds(std::string_view left, std::string_view right) noexcept;

}  // namespace governor::ipc
