#include "ipc/duration.hpp"

#include <charconv>

namespace governor::ipc {

std::optional<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::int64_t kMost = std::int64_t{366} * 86'400;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || number < 0 || number > kMost) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  std::int64_t factor = 0;
  if (unit == "s" || (unit.empty() && number == 0)) factor = 1;
  if (unit == "m" || unit == "min") factor = 60;
  if (unit == "h") factor = 3600;
  if (unit == "d") factor = 86'400;
  if (factor == 0 || number * factor > kMost) return std::nullopt;
  return number * factor;
}

}  // namespace governor::ipc
