#pragma once

#include <string>
#include <string_view>

namespace governor::text {

/// The word as it is to be typed into a shell: in quotes where it needs them, whatever is in it. For words
/// that are shown to a person, line breaks and the like have become escapes before, see `path_text`. A word
/// that begins with a dash is still an option for the program: give a file's name with its directory.
std::string shell_word(std::string_view word);

}  // namespace governor::text
