#pragma once

#include <string>

namespace governor::ctl {

/// The path or pattern as the daemon can use it, which has another working directory than we.
std::string absolute_path(const std::string& given);

}  // namespace governor::ctl
