#pragma once

#include <chrono>
#include <string>

#include "core/result.hpp"
#include "daemon/shared/order_database.hpp"

namespace governor::daemon {

/// Gives the order and waits for its answer, `patience` and a few seconds more at the longest. A connection
/// that is lost is made anew: the order is given once however often it is sent.
core::Result<std::string> give_order(Database& database, const Order& order,
                                     std::chrono::milliseconds patience);

}  // namespace governor::daemon
