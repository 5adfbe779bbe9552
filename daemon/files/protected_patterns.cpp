#include "daemon/files/protected_patterns.hpp"

#include "daemon/files/real_path.hpp"

namespace governor::daemon {
namespace {

core::Result<core::LeasePath> read_pattern(const std::string& text, const std::string& home) {
  const bool is_below_home = text.starts_with("~/");
  if (text.empty()) return core::invalid_argument("protected", "an empty text", "paths and patterns");
  // Names that are meant wherever they are hang from the root.
  const bool is_anywhere = !text.starts_with('/') && !is_below_home;
  const auto resolved = resolve_path(is_anywhere     ? "/**/" + text
                                     : is_below_home ? home + text.substr(1)
                                                     : text,
                                     "/");
  if (!resolved) return core::Error(resolved.error());
  return lease_path(*resolved);
}

}  // namespace

core::Result<std::vector<core::Protection>> read_protections(const std::vector<std::string>& patterns,
                                                             const std::string& home) {
  std::vector<core::Protection> protections;
  for (const std::string& text : patterns) {
    auto path = read_pattern(text, home);
    if (!path) return std::move(path.error());
    core::Protection protection;
    protection.path = *std::move(path);
    protection.configured = true;
    protections.push_back(std::move(protection));
  }
  return protections;
}

}  // namespace governor::daemon
