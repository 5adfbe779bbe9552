#include "daemon/files/unified_diff.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "daemon/files/diff_reader.hpp"

namespace governor::daemon {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kShownPlaces = 3;

bool fits(const Lines& lines, std::size_t at, const std::vector<std::string>& wanted) {
  return at + wanted.size() <= lines.size() &&
         std::equal(wanted.begin(), wanted.end(), lines.begin() + static_cast<std::ptrdiff_t>(at));
}

core::Error does_not_fit(std::string message, std::string hint, std::string given, std::string expected) {
  core::Error error(core::ErrorCode::conflict, std::move(message), std::move(hint));
  error.field = "unified_diff";
  error.given = std::move(given);
  error.expected = std::move(expected);
  return error;
}

core::Error no_place(const Lines& lines, const DiffHunk& hunk, std::size_t expected) {
  std::size_t off = 0;
  while (off < hunk.before.size() && expected + off < lines.size() &&
         lines[expected + off] == hunk.before[off])
    ++off;
  const std::string wanted = off < hunk.before.size() ? shown_line(hunk.before[off]) : "the end of the file";
  const std::string there =
      expected + off < lines.size() ? shown_line(lines[expected + off]) : "the end of the file";
  return does_not_fit(
      fmt::format("Hunk {} does not fit: line {} should be \"{}\" and is \"{}\"{}.", hunk.number,
                  expected + off + 1, wanted, there, wanted == there ? ", which ends in another way" : ""),
      "Read the file again and make the diff from what is there now.", wanted, there);
}

core::Error no_context(const DiffHunk& hunk) {
  return does_not_fit(
      fmt::format("Hunk {} only adds lines, and nothing but a line number says where.", hunk.number),
      "Put a line or two of the file before or after them, each with a blank in front.",
      shown_line(hunk.after.empty() ? std::string() : hunk.after.front()),
      "lines that stay around those that come");
}

core::Error many_places(const DiffHunk& hunk, const std::vector<std::size_t>& places) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(places.size(), kShownPlaces); ++i)
    shown.push_back(std::to_string(places[i] + 1));
  return does_not_fit(fmt::format("Hunk {} fits in {} places, at line {}{}.", hunk.number, places.size(),
                                  fmt::join(shown, ", "), places.size() > kShownPlaces ? ", …" : ""),
                      "Put more of the lines around it into the hunk, so that only one place is left.",
                      shown_line(hunk.before.front()), "a hunk that fits in one place");
}

std::vector<std::size_t> all_places(const Lines& lines, const DiffHunk& hunk, std::size_t from) {
  std::vector<std::size_t> places;
  for (std::size_t at = from; at + hunk.before.size() <= lines.size(); ++at) {
    if (fits(lines, at, hunk.before)) places.push_back(at);
  }
  return places;
}

/// Where the hunk belongs, not before `from`: where it says, shifted as the hunks before it were, else the
/// one place where it fits. A hunk without lines that stay must fit in one place alone: its number may be
/// wrong, and nothing in it would show.
core::Result<std::size_t> find_place(const Lines& lines, const DiffHunk& hunk, std::size_t from,
                                     std::size_t expected, DiffDirection direction) {
  const bool fits_there = expected >= from && fits(lines, expected, hunk.before);
  if (direction == DiffDirection::backward && fits_there) return expected;
  if (hunk.before.empty()) {
    if (lines.empty()) return std::size_t{0};
    return no_context(hunk);
  }
  if (fits_there && hunk.has_context) return expected;
  const std::vector<std::size_t> places = all_places(lines, hunk, from);
  if (places.empty()) return no_place(lines, hunk, expected);
  if (places.size() > 1) return many_places(hunk, places);
  return places.front();
}

class DiffApplication {
 public:
  DiffApplication(std::string_view text, FileDiff diff, DiffDirection direction)
      : lines_(split_lines(text)), diff_(std::move(diff)), direction_(direction) {}

  core::Result<DiffOutcome> run() {
    const bool forward = direction_ == DiffDirection::forward;
    if (forward && diff_.creates && !lines_.empty()) {
      return does_not_fit("The diff makes a new file (--- /dev/null), and there is one.",
                          "Read the file and make the diff from what is there.", "/dev/null",
                          shown_line(lines_.front()));
    }
    outcome_.remarks = diff_.remarks;
    for (DiffHunk& hunk : diff_.hunks) {
      if (!forward) hunk.reverse();
      if (auto error = apply(hunk)) return *std::move(error);
    }
    copy_to(lines_.size());
    outcome_.deletes = diff_.deletes;
    if (forward && outcome_.deletes && !outcome_.text.empty()) {
      const auto left = split_lines(outcome_.text);
      return does_not_fit(
          fmt::format("The diff deletes the file (+++ /dev/null) but leaves {} of its lines.", left.size()),
          "Take all lines away, or name the file behind +++.", shown_line(left.front()), "no line left");
    }
    return std::move(outcome_);
  }

 private:
  void copy_to(std::size_t end) {
    for (; at_ < end; ++at_) outcome_.text += lines_[at_];
  }

  std::optional<core::Error> apply(const DiffHunk& hunk) {
    const std::ptrdiff_t shifted = static_cast<std::ptrdiff_t>(hunk.first_before) + shift_;
    const auto expected = static_cast<std::size_t>(std::max<std::ptrdiff_t>(shifted, 0));
    const auto place = find_place(lines_, hunk, at_, expected, direction_);
    if (!place) return place.error();
    if (*place != expected) {
      outcome_.remarks.push_back(
          fmt::format("Hunk {} was applied at line {}, where its lines are, and not at {}.", hunk.number,
                      *place + 1, expected + 1));
    }
    copy_to(*place);
    for (const std::string& line : hunk.after) outcome_.text += line;
    at_ += hunk.before.size();
    shift_ += static_cast<std::ptrdiff_t>(*place) - static_cast<std::ptrdiff_t>(expected);
    return std::nullopt;
  }

  Lines lines_;
  FileDiff diff_;
  DiffDirection direction_;
  DiffOutcome outcome_;
  std::size_t at_ = 0;
  std::ptrdiff_t shift_ = 0;
};

}  // namespace

core::Result<DiffOutcome> apply_diff(std::string_view text, std::string_view diff, DiffDirection direction) {
  auto read = read_diff(diff);
  if (!read) return std::move(read.error());
  return DiffApplication(text, *std::move(read), direction).run();
}

}  // namespace governor::daemon
