#include "daemon/support/revision.hpp"

#include <algorithm>
#include <array>

namespace governor::daemon {
namespace {

constexpr std::array<std::string_view, 5> kNewestFirst{"2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26",
                                                       "2024-11-05"};

}  // namespace

std::string_view to_string(Revision revision) {
  return kNewestFirst[kNewestFirst.size() - 1 - static_cast<std::size_t>(revision)];
}

std::optional<Revision> parse_revision(std::string_view text) {
  const auto found = std::find(kNewestFirst.begin(), kNewestFirst.end(), text);
  if (found == kNewestFirst.end()) return std::nullopt;
  return static_cast<Revision>(kNewestFirst.end() - found - 1);
}

std::span<const std::string_view> supported_revisions() {
  return kNewestFirst;
}

}  // namespace governor::daemon
