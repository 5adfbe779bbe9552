#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "ctl/json_fields.hpp"

namespace governor::ctl {

/// "1 agent", "17 agents"
inline std::string counted(const boost::json::object& result, std::string_view field,
                           const std::string& thing) {
  return count_text(result, field) + ' ' + thing + (count_field(result, field) == 1 ? "" : "s");
}

}  // namespace governor::ctl
