#include "daemon/files/shrink_guard.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

#include "daemon/support/valid_utf8.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kSampleLines = 5;
constexpr std::size_t kSampleBytes = 120;

template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::uint64_t count_lines(std::string_view text) {
  const auto breaks = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  return breaks + (!text.empty() && text.back() != '\n' ? 1 : 0);
}

std::optional<Shrinkage> find_shrinkage(std::string_view before, std::string_view after) {
  Shrinkage found;
  found.lines_before = count_lines(before);
  found.lines_after = count_lines(after);
  if (!shrinks_badly(found.lines_before, found.lines_after)) return std::nullopt;
  std::unordered_map<std::string_view, std::uint64_t> kept;
  for_each_line(after, [&](std::string_view line) { ++kept[line]; });
  for_each_line(before, [&](std::string_view line) {
    const auto again = kept.find(line);
    if (again != kept.end() && again->second > 0) {
      --again->second;
      return;
    }
    ++found.lost;
    if (found.sample.size() < kSampleLines && !is_blank(line)) {
      const std::string text = valid_utf8(line);
      found.sample.emplace_back(text::cut_text(text, kSampleBytes));
    }
  });
  return found;
}

core::Error shrink_error(const std::string& path, const Shrinkage& shrinkage) {
  core::Error error(
      core::ErrorCode::conflict,
      fmt::format("This leaves {} of {} lines of {}; {} lines would be lost, beginning with: {}",
                  shrinkage.lines_after, shrinkage.lines_before, path, shrinkage.lost,
                  fmt::join(shrinkage.sample, " | ")),
      "If all of that is really to go, send it again with confirm_shrink: true; to change a part of the "
      "file, send "
      "a unified_diff.");
  error.field = "confirm_shrink";
  error.given = "false";
  error.expected = "true, for a write that leaves less than half of a file of 50 lines or more";
  return error;
}

}  // namespace governor::daemon
