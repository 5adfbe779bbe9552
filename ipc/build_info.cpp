#include "ipc/build_info.hpp"

namespace governor::ipc {

std::string_view build_id() {
  return GOVERNOR_BUILD_ID_TEXT;
}

std::string_view version() {
  const std::string_view id = build_id();
  return id.substr(0, id.find('+'));
}

}  // namespace governor::ipc
