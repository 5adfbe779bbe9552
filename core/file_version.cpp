#include "core/file_version.hpp"

#include <fmt/format.h>

#include "text/shell_word.hpp"

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

std::string restore_command(const std::string& path, FileVersionKey backup) {
  return fmt::format("governorctl restore {} --backup {}", text::shell_word(path), backup);
}

}  // namespace governor::core
