#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// One text for all names that a file system which ignores case and Unicode form may take for the same.
/// ASCII, Greek and Cyrillic letters become small, syllables of Hangul fall into their letters, and whatever
/// has an accent or a rarer case becomes `*`: as a pattern it conflicts with every spelling of itself, and
/// with a few names too many.
std::string fold_name(std::string_view name);

}  // namespace governor::daemon
