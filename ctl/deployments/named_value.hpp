#pragma once

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace governor::ctl {

/// The check of an option: empty when it is `NAME=VALUE`, else what is wrong.
std::string check_named_value(const std::string& given);

/// `NAME=VALUE` as they were given; the check of the option has seen the sign.
std::pair<std::string, std::string> named_value(const std::string& given);

/// A budget as tools take it, of several such.
boost::json::object budget_of(const std::vector<std::string>& given);

}  // namespace governor::ctl
