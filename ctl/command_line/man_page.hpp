#pragma once

#include <string>
#include <vector>

#include "ctl/command_line/described_command.hpp"

namespace governor::ctl {

/// governorctl(1), in the macros of man(7), with a section for each command.
std::string man_page(const std::vector<DescribedCommand>& commands);

}  // namespace governor::ctl
