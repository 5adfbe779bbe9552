#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "daemon/shared/shared_settings.hpp"

namespace governor::daemon {

/// Applies the value of the setting `shared`. Returns what is wrong: "must be ...". A password is refused,
/// and never part of what is returned.
std::optional<std::string> set_shared(const boost::json::value& value, SharedSettings& settings);

}  // namespace governor::daemon
