#pragma once

#include "text/shell_word.hpp"

namespace governor::ctl {

using text::shell_word;

}  // namespace governor::ctl
