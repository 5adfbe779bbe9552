#pragma once

#include <string>

#include "core/error.hpp"
#include "core/lease.hpp"

namespace governor::core {

/// Of an argument that names a lease.
Error about_lease(ErrorCode code, std::string message, std::string hint, LeaseKey key);

/// Somebody comes with a lease that has ended: how, when and why.
Error lease_over(const Lease& lease);

}  // namespace governor::core
