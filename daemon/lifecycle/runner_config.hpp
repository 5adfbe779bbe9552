#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/supervisor/supervisor_settings.hpp"

namespace governor::daemon {

/// Applies one member of the setting `deployments` that is about how agents are started and kept. Returns
/// what is wrong, nothing if it is right; `is_known` says whether there is such a member.
std::optional<std::string> set_launching(std::string_view name, const boost::json::value& value,
                                         DeploymentSettings& settings, bool& is_known);

}  // namespace governor::daemon
