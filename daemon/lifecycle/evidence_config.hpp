#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "daemon/tools/evidence/evidence_settings.hpp"

namespace governor::daemon {

/// Applies the value of the setting `evidence`. Returns what is wrong: "must be ...".
std::optional<std::string> set_evidence(const boost::json::value& value, EvidenceSettings& settings);

}  // namespace governor::daemon
