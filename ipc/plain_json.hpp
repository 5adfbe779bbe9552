#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace governor::ipc {

/// The value as JSON text, with numbers as people write them: 0.667, where Boost.JSON writes 6.67E-1. A
/// number reads back the same.
std::string plain_json(const boost::json::value& value);

}  // namespace governor::ipc
