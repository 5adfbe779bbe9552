#include "core/file_version.hpp"

namespace governor::core {

std::string_view to_string(FileVersionKind kind) {
  switch (kind) {
    case FileVersionKind::seen: return "seen";
    case FileVersionKind::committed: return "committed";
    case FileVersionKind::restored: return "restored";
    case FileVersionKind::reported: return "reported";
    case FileVersionKind::unasked: return "unasked";
  }
  return "seen";
}

}  // namespace governor::core
