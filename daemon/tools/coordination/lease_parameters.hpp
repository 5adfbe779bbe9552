#pragma once

#include "daemon/tools/parameter.hpp"

namespace governor::daemon {

// What several tools of this folder take.

constexpr Parameter path_of_file() {
  return path().required("the path of a file");
}

constexpr Parameter lease_number(std::string_view description = {}) {
  return integer("lease", 1, INT64_MAX, description).required("the number that request_write gave");
}

constexpr Parameter lease_time(std::string_view description = {}) {
  return integer("ttl_seconds", 1, kLongestLeaseTtl, description).otherwise(kDefaultLeaseTtl);
}

constexpr Parameter file_reason() {
  return text("reason", kMaxFileReasonBytes).quiet();
}

constexpr Parameter backup_number(std::string_view description = {}) {
  return integer("backup", 1, INT64_MAX, description);
}

constexpr Parameter moment_of_content(std::string_view description = {}) {
  return moment("at", description);
}

/// Of what begins after an item, by its number.
constexpr Parameter numbered_cursor() {
  return integer("cursor", 1, INT64_MAX, "next_cursor of the previous page");
}

}  // namespace governor::daemon
