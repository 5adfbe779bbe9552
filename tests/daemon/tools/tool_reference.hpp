#pragma once

#include <string>

namespace governor::daemon::test {

/// What docs/tools.md says of each tool, made of its table of parameters.
std::string tool_reference();

}  // namespace governor::daemon::test
