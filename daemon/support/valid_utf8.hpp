#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// The text with every byte that is no part of a code point replaced by U+FFFD, for what stands in files.
/// Names of files are to lead back to the file: see `text::path_text`.
std::string valid_utf8(std::string_view text);

}  // namespace governor::daemon
