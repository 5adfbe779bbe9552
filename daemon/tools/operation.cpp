#include "daemon/tools/operation.hpp"

namespace governor::daemon {

core::Result<std::optional<std::string>> ToolCall::replay(Store&, const core::Answer&) {
  return core::Error(core::ErrorCode::conflict, "This line's number was used before for another request.",
                     "Number each line once; a line that is sent again must be the same line.");
}

ParsedCall Operation::parse(const boost::json::object& given, const ToolEnvironment& environment) const {
  Arguments arguments(given, parameters);
  ParsedCall call = read(arguments, environment);
  if (auto error = arguments.finish()) return *std::move(error);
  return call;
}

}  // namespace governor::daemon
