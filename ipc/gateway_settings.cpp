#include "ipc/gateway_settings.hpp"

#include <boost/json.hpp>

namespace governor::ipc {

namespace json = boost::json;

std::optional<std::string> set_gateway(const json::value& value, GatewaySettings& settings) {
  constexpr int kHighestPort = 65535;
  const json::object* members = value.if_object();
  if (members == nullptr) return "must be an object, not " + json::serialize(value);
  GatewaySettings changed = settings;
  for (const auto& member : *members) {
    if (member.key() != "port") return "is wrong: " + std::string(member.key()) + " is none of port";
    const auto* port = member.value().if_int64();
    if (port == nullptr || *port < 0 || *port > kHighestPort)
      return "is wrong: port must be a whole number from 0 to 65535, not " + json::serialize(member.value());
    changed.port = static_cast<int>(*port);
  }
  settings = changed;
  return std::nullopt;
}

}  // namespace governor::ipc
