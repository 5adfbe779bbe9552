#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

namespace governor::ipc {

/// What a person has configured about the gateway. It reads this itself; the daemon only says what is wrong.
struct GatewaySettings {
  int port = -1;  ///< -1: none is configured; 0: any that is free
};

/// Applies the value of the setting `gateway`. Returns what is wrong: "must be ...".
std::optional<std::string> set_gateway(const boost::json::value& value, GatewaySettings& settings);

}  // namespace governor::ipc
