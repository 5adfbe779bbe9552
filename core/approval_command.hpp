#pragma once

#include <string>

#include "core/approval.hpp"

namespace governor::core {

/// What a person types to answer it. Agents are not told: they might run it themselves.
std::string approval_command(const Approval& approval);

}  // namespace governor::core
