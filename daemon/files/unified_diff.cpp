#include "daemon/files/unified_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "core/cut_text.hpp"
#include "daemon/support/valid_utf8.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kShownLineBytes = 160;

/// One line with its line break, if it has one.
using Line = std::string_view;

struct Hunk {
  std::size_t number = 0;        ///< from 1, in the order of the diff
  std::size_t first_before = 0;  ///< index of its first line in the old text, as the diff says
  std::size_t first_after = 0;   ///< likewise in the new one
  std::vector<std::string> before;
  std::vector<std::string> after;

  void reverse() {
    std::swap(first_before, first_after);
    std::swap(before, after);
  }
};

std::vector<Line> split_lines(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

std::string shown_line(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return std::string(core::cut_text(valid_utf8(line), kShownLineBytes));
}

core::Error bad_diff(std::string message, std::string given, std::string expected) {
  core::Error error(core::ErrorCode::invalid_argument, std::move(message),
                    "Send what `diff -u` gives, or the whole content.");
  error.field = "unified_diff";
  error.given = std::move(given);
  error.expected = std::move(expected);
  return error;
}

struct Range {
  std::size_t start = 0;
  std::size_t count = 1;

  /// A range without lines names the line before it.
  [[nodiscard]] std::size_t first_index() const {
    return count == 0 ? start : start - std::min<std::size_t>(start, 1);
  }
};

/// `-12,3` or `+12`.
bool read_range(std::string_view& text, char sign, Range& range) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(1);
  const auto number = [&](std::size_t& value) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    return true;
  };
  if (!number(range.start)) return false;
  if (!text.starts_with(',')) return true;
  text.remove_prefix(1);
  return number(range.count);
}

/// The ranges of `@@ -1,2 +1,3 @@`; nothing for any other line.
bool read_header(std::string_view line, Range& before, Range& after) {
  if (!line.starts_with("@@ ")) return false;
  line.remove_prefix(3);
  if (!read_range(line, '-', before) || !line.starts_with(' ')) return false;
  line.remove_prefix(1);
  return read_range(line, '+', after) && line.starts_with(" @@");
}

void drop_line_break(std::string& line) {
  if (line.ends_with('\n')) line.pop_back();
}

/// Reads hunk after hunk from the lines of a diff.
class DiffReader {
 public:
  explicit DiffReader(std::string_view diff) : lines_(split_lines(diff)) {}

  core::Result<std::vector<Hunk>> read() {
    std::vector<Hunk> hunks;
    while (at_ < lines_.size()) {
      const Line line = lines_[at_++];
      Range before;
      Range after;
      if (line.starts_with("@@") && !read_header(line, before, after)) {
        return bad_diff(fmt::format("Line {} of the diff is no header of a hunk.", at_), shown_line(line),
                        "@@ -start,count +start,count @@");
      }
      if (line.starts_with("@@")) {
        auto hunk = read_hunk(hunks.size() + 1, before, after);
        if (!hunk) return std::move(hunk.error());
        hunks.push_back(*std::move(hunk));
      } else if (!hunks.empty() && (line.starts_with("--- ") || line.starts_with("diff "))) {
        return bad_diff("The diff is about more than one file.", shown_line(line), "the changes of one file");
      }
    }
    if (hunks.empty()) {
      return bad_diff("The diff has no hunk.", lines_.empty() ? "" : shown_line(lines_.front()),
                      "at least one hunk, which begins with @@ -start,count +start,count @@");
    }
    return hunks;
  }

 private:
  core::Result<Hunk> read_hunk(std::size_t number, Range before, Range after) {
    Hunk hunk;
    hunk.number = number;
    hunk.first_before = before.first_index();
    hunk.first_after = after.first_index();
    while (hunk.before.size() < before.count || hunk.after.size() < after.count) {
      if (at_ == lines_.size()) {
        return bad_diff(
            fmt::format("Hunk {} ends too early.", number),
            fmt::format("{} old and {} new lines", hunk.before.size(), hunk.after.size()),
            fmt::format("{} old and {} new lines, as its header says", before.count, after.count));
      }
      const Line line = lines_[at_++];
      // Some editors strip the blank of an empty line that stays.
      const bool stripped = line == "\n" || line == "\r\n";
      const char kind = stripped ? ' ' : line.front();
      std::string text(stripped ? line : line.substr(1));
      if (kind == '\\') continue;  // about the line break of the line before, see below
      if (kind != ' ' && kind != '-' && kind != '+') {
        return bad_diff(
            fmt::format("Line {} of the diff, in hunk {}, begins with none of them.", at_, number),
            shown_line(line), "a line that begins with a blank, - or +");
      }
      if (at_ == lines_.size() && !text.ends_with('\n'))
        text += '\n';  // the end of the diff, not of the file
      if (at_ < lines_.size() && lines_[at_].starts_with('\\')) drop_line_break(text);
      if (kind != '+') hunk.before.push_back(text);
      if (kind != '-') hunk.after.push_back(std::move(text));
    }
    if (hunk.before.size() != before.count || hunk.after.size() != after.count) {
      return bad_diff(fmt::format("Hunk {} has other lines than its header says.", number),
                      fmt::format("{} old and {} new lines", hunk.before.size(), hunk.after.size()),
                      fmt::format("{} old and {} new lines", before.count, after.count));
    }
    return hunk;
  }

  std::vector<Line> lines_;
  std::size_t at_ = 0;
};

bool fits(const std::vector<Line>& lines, std::size_t at, const std::vector<std::string>& wanted) {
  return at + wanted.size() <= lines.size() &&
         std::equal(wanted.begin(), wanted.end(), lines.begin() + static_cast<std::ptrdiff_t>(at));
}

/// Where the hunk belongs, not before `from`: where it says, shifted as the hunks before it were, else the
/// one place where it fits.
std::optional<std::size_t> find_place(const std::vector<Line>& lines, const Hunk& hunk, std::size_t from,
                                      std::size_t expected) {
  if (expected >= from && fits(lines, expected, hunk.before)) return expected;
  if (hunk.before.empty()) return std::nullopt;
  std::optional<std::size_t> place;
  for (std::size_t at = from; at + hunk.before.size() <= lines.size(); ++at) {
    if (!fits(lines, at, hunk.before)) continue;
    if (place) return std::nullopt;  // which of them is meant, nobody can tell
    place = at;
  }
  return place;
}

core::Error no_place(const std::vector<Line>& lines, const Hunk& hunk, std::size_t expected) {
  std::size_t off = 0;
  while (off < hunk.before.size() && expected + off < lines.size() &&
         lines[expected + off] == hunk.before[off])
    ++off;
  const std::string wanted = off < hunk.before.size() ? shown_line(hunk.before[off]) : "the end of the file";
  const std::string there =
      expected + off < lines.size() ? shown_line(lines[expected + off]) : "the end of the file";
  core::Error error(
      core::ErrorCode::conflict,
      fmt::format("Hunk {} does not fit: line {} should be \"{}\" and is \"{}\"{}.", hunk.number,
                  expected + off + 1, wanted, there, wanted == there ? ", which ends in another way" : ""),
      "Read the file again and make the diff from what is there now.");
  error.field = "unified_diff";
  error.given = wanted;
  error.expected = there;
  return error;
}

}  // namespace

core::Result<std::string> apply_diff(std::string_view text, std::string_view diff, DiffDirection direction) {
  auto hunks = DiffReader(diff).read();
  if (!hunks) return std::move(hunks.error());
  const std::vector<Line> lines = split_lines(text);
  std::string result;
  std::size_t at = 0;
  std::ptrdiff_t shift = 0;
  for (Hunk& hunk : *hunks) {
    if (direction == DiffDirection::backward) hunk.reverse();
    const std::ptrdiff_t shifted = static_cast<std::ptrdiff_t>(hunk.first_before) + shift;
    const auto expected = static_cast<std::size_t>(std::max<std::ptrdiff_t>(shifted, 0));
    const auto place = find_place(lines, hunk, at, expected);
    if (!place) return no_place(lines, hunk, expected);
    for (; at < *place; ++at) result += lines[at];
    for (const std::string& line : hunk.after) result += line;
    at += hunk.before.size();
    shift += static_cast<std::ptrdiff_t>(*place) - static_cast<std::ptrdiff_t>(expected);
  }
  for (; at < lines.size(); ++at) result += lines[at];
  return result;
}

}  // namespace governor::daemon
