#include "daemon/mcp/extension.hpp"

#include <utility>

namespace governor::daemon {
namespace {

Extension& the_extension() {
  static Extension only;
  return only;
}

}  // namespace

void extend(Extension extension) {
  the_extension() = std::move(extension);
}

const Extension& extension() {
  return the_extension();
}

std::optional<Action> interpret_extension(const ExtensionRequest& given) {
  const Extension& known = extension();
  return known.interpret == nullptr ? std::nullopt : known.interpret(given);
}

bool take_by_extension(const Response& response) {
  const Extension& known = extension();
  return known.take_response != nullptr && known.take_response(response);
}

}  // namespace governor::daemon
