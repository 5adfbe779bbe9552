#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace governor::daemon {

// A brief result in a sentence or two, for the model that reads it. Made of the structured result alone, so
// that an answer that is given once more reads the same. Empty for a full result, whose text is the result.

/// Of process_agent_update and simulate_update.
std::string update_text(const boost::json::object& result);
/// Of get_governance_metrics.
std::string metrics_text(const boost::json::object& result);

}  // namespace governor::daemon
