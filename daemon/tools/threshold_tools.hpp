#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

std::vector<Tool> threshold_tools();

}  // namespace governor::daemon
