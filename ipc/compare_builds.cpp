#include <array>
#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>

#include "ipc/build_info.hpp"

namespace governor::ipc {
namespace {

using Rank = std::array<std::uint64_t, 4>;  // major, minor, patch, epoch seconds

std::optional<Rank> rank_of(std::string_view id) noexcept {
  constexpr std::string_view kSeparators = "..+.";
  Rank rank{};
  const char* at = id.data();
  const char* const end = id.data() + id.size();
  for (std::size_t i = 0; i < rank.size(); ++i) {
    const auto [rest, failure] = std::from_chars(at, end, rank[i]);
    if (failure != std::errc() || rest == end || *rest != kSeparators[i]) return std::nullopt;
    at = rest + 1;
  }
  return rank;
}

}  // namespace

int compare_builds(std::string_view left, std::string_view right) noexcept {
  const auto left_rank = rank_of(left);
  const auto right_rank = rank_of(right);
  if (!left_rank || !right_rank)
    return static_cast<int>(left_rank.has_value()) - static_cast<int>(right_rank.has_value());
  const auto order = *left_rank <=> *right_rank;
  return std::is_lt(order) ? -1 : std::is_gt(order) ? 1 : 0;
}

}  // namespace governor::ipc
