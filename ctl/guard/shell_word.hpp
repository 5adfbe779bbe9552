#pragma once

#include <string>

namespace governor::ctl {

/// The word for a shell, in quotes where it needs them.
std::string shell_word(const std::string& word);

}  // namespace governor::ctl
