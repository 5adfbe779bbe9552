#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "daemon/lifecycle/options.hpp"

namespace governor::daemon {

/// Applies the value of the setting `deployments`. Returns what is wrong: "must be ...".
std::optional<std::string> set_deployments(const boost::json::value& value, Options& options);

}  // namespace governor::daemon
