#include "ctl/deployments/named_value.hpp"

namespace governor::ctl {

namespace json = boost::json;

std::string check_named_value(const std::string& given) {
  const std::size_t sign = given.find('=');
  return sign == std::string::npos || sign == 0 ? "\"" + given + "\" is not NAME=VALUE" : std::string();
}

std::pair<std::string, std::string> named_value(const std::string& given) {
  const std::size_t sign = given.find('=');
  return {given.substr(0, sign), given.substr(sign + 1)};
}

json::object budget_of(const std::vector<std::string>& given) {
  json::object budget;
  for (const std::string& one : given) {
    const auto [name, value] = named_value(one);
    json::error_code wrong;
    const json::value number = json::parse(value, wrong);
    budget[name] = wrong ? json::value(value) : number;  // the daemon says what it takes
  }
  return budget;
}

}  // namespace governor::ctl
