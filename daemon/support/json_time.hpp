#pragma once

#include <cstdint>
#include <string_view>

#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"

namespace governor::daemon {

/// null for 0: a time that the system an agent was imported from did not record.
inline JsonWriter& time_field(JsonWriter& json, std::string_view name, std::int64_t us) {
  json.key(name);
  return us != 0 ? json.value(iso_timestamp(us)) : json.null();
}

}  // namespace governor::daemon
