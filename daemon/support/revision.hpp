#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace governor::daemon {

/// Revisions of the Model Context Protocol that the daemon speaks, oldest first. Those up to 2025-11-25 begin
/// with an `initialize` handshake; since 2026-07-28 every request carries its revision and nothing is
/// remembered.
enum class Revision { v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28 };

inline constexpr Revision kNewestLegacy = Revision::v2025_11_25;

std::string_view to_string(Revision revision);
std::optional<Revision> parse_revision(std::string_view text);

/// Newest first, as clients choose the first that they know.
std::span<const std::string_view> supported_revisions();

constexpr bool is_stateless(Revision revision) {
  return revision >= Revision::v2026_07_28;
}
constexpr bool has_structured_content(Revision revision) {
  return revision >= Revision::v2025_06_18;
}
constexpr bool has_titles(Revision revision) {
  return revision >= Revision::v2025_06_18;
}
/// The oldest revision has the method but nothing to announce it with.
constexpr bool has_completions_capability(Revision revision) {
  return revision >= Revision::v2025_03_26;
}
constexpr bool has_tool_annotations(Revision revision) {
  return revision >= Revision::v2025_03_26;
}

}  // namespace governor::daemon
