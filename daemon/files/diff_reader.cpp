#include "daemon/files/diff_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "daemon/support/valid_utf8.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kShownLineBytes = 160;
/// What is larger is no number of a line, and could not be added to others.
constexpr std::size_t kLargestLineNumber = 1'000'000'000;

struct LineRange {
  std::size_t start = 0;
  std::size_t count = 1;

  /// A range without lines names the line before it.
  [[nodiscard]] std::size_t first_index() const {
    return count == 0 ? start : start - std::min<std::size_t>(start, 1);
  }
};

/// `-12,3` or `+12`.
bool read_range(std::string_view& text, char sign, LineRange& range) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(1);
  const auto number = [&](std::size_t& value) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || value > kLargestLineNumber) return false;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    return true;
  };
  if (!number(range.start)) return false;
  if (!text.starts_with(',')) return true;
  text.remove_prefix(1);
  return number(range.count);
}

/// The ranges of `@@ -1,2 +1,3 @@`; nothing for any other line.
bool read_hunk_header(std::string_view line, LineRange& before, LineRange& after) {
  if (!line.starts_with("@@ ")) return false;
  line.remove_prefix(3);
  if (!read_range(line, '-', before) || !line.starts_with(' ')) return false;
  line.remove_prefix(1);
  return read_range(line, '+', after) && line.starts_with(" @@");
}

bool is_blank_line(std::string_view line) {
  return line == "\n" || line == "\r\n";
}

/// Some editors strip the blank of an empty line that stays.
bool may_be_in_hunk(std::string_view line) {
  return is_blank_line(line) || std::string_view(" +-\\").find(line.front()) != std::string_view::npos;
}

/// Reads a diff from its lines.
class DiffReader {
 public:
  explicit DiffReader(std::string_view diff) : lines_(split_lines(diff)) {}

  core::Result<FileDiff> read() {
    for (; at_ < lines_.size() && !lines_[at_].starts_with("@@"); ++at_) {
      if (auto error = read_preamble(lines_[at_])) return *std::move(error);
    }
    while (at_ < lines_.size()) {
      if (auto error = read_hunk()) return *std::move(error);
      if (auto error = read_gap()) return *std::move(error);
    }
    if (diff_.hunks.empty() && !diff_.deletes) {
      return bad_diff("The diff has no hunk.", lines_.empty() ? "" : shown_line(lines_.front()),
                      "at least one hunk, which begins with @@ -start,count +start,count @@");
    }
    return std::move(diff_);
  }

 private:
  static core::Error more_files(std::string_view line) {
    return bad_diff("The diff is about more than one file.", shown_line(line), "the changes of one file");
  }

  std::optional<core::Error> read_preamble(std::string_view line) {
    const auto names_nothing = [&](std::size_t from) {
      return shown_line(line.substr(from)).substr(0, 9) == "/dev/null";
    };
    for (const std::string_view other : {"rename from ", "copy from ", "GIT binary patch", "Binary files "}) {
      if (!line.starts_with(other)) continue;
      return bad_diff("The diff does more than change lines of one file.", shown_line(line),
                      "hunks of lines; files are moved, copied and filled with bytes by other means");
    }
    if (line.starts_with("diff ") && ++beginnings_ > 1) return more_files(line);
    if (line.starts_with("--- ") && ++old_names_ > 1) return more_files(line);
    diff_.creates = diff_.creates || (line.starts_with("--- ") && names_nothing(4));
    diff_.deletes = diff_.deletes || (line.starts_with("+++ ") && names_nothing(4)) ||
                    line.starts_with("deleted file mode ");
    if (line.starts_with("new mode ") || line.starts_with("new file mode 100755"))
      diff_.remarks.emplace_back("The mode that the diff names is not given to the file.");
    return std::nullopt;
  }

  std::optional<core::Error> read_hunk() {
    const std::string_view header = lines_[at_++];
    LineRange before;
    LineRange after;
    if (!read_hunk_header(header, before, after)) {
      return bad_diff(fmt::format("Line {} of the diff is no header of a hunk.", at_), shown_line(header),
                      "@@ -start,count +start,count @@");
    }
    const std::size_t number = diff_.hunks.size() + 1;
    DiffHunk hunk;
    const std::size_t begin = at_;
    if (!take_counted(hunk, before, after)) {
      hunk = {};
      at_ = begin;
      take_all(hunk);
      if (!hunk.before.empty() || !hunk.after.empty()) {
        diff_.remarks.push_back(fmt::format(
            "Hunk {} was counted anew: its header says {} old and {} new lines, and it has {} and {}.",
            number, before.count, after.count, hunk.before.size(), hunk.after.size()));
      }
    }
    if (hunk.before.empty() && hunk.after.empty()) {
      return bad_diff(fmt::format("Hunk {} has no lines.", number), shown_line(header),
                      "lines that begin with a blank, - or +");
    }
    hunk.number = number;
    hunk.first_before = before.first_index();
    hunk.first_after = after.first_index();
    diff_.hunks.push_back(std::move(hunk));
    return std::nullopt;
  }

  /// As many lines as the header says. False if there are others, or if lines follow that can only belong to
  /// this hunk.
  bool take_counted(DiffHunk& hunk, const LineRange& before, const LineRange& after) {
    while (hunk.before.size() < before.count || hunk.after.size() < after.count) {
      if (at_ == lines_.size() || !may_be_in_hunk(lines_[at_])) return false;
      take_line(hunk);
    }
    if (hunk.before.size() != before.count || hunk.after.size() != after.count) return false;
    while (at_ < lines_.size() && lines_[at_].starts_with('\\')) ++at_;
    std::size_t next = at_;
    while (next < lines_.size() && is_blank_line(lines_[next])) ++next;
    return next == lines_.size() || !may_be_in_hunk(lines_[next]) || is_file_header(next) ||
           is_signature(next);
  }

  /// All lines up to the next header. Empty ones at the end may be the hunk's or not, and nothing is lost
  /// without them: they would only stay as they are.
  void take_all(DiffHunk& hunk) {
    std::size_t end = at_;
    while (end < lines_.size() && may_be_in_hunk(lines_[end]) && !is_named_file_header(end)) ++end;
    while (end > at_ && is_blank_line(lines_[end - 1])) --end;
    while (at_ < end) take_line(hunk);
  }

  void take_line(DiffHunk& hunk) {
    const std::string_view line = lines_[at_++];
    const bool stripped = is_blank_line(line);
    const char kind = stripped ? ' ' : line.front();
    if (kind == '\\') return;  // about the line break of the line before, see below
    std::string text(stripped ? line : line.substr(1));
    if (at_ == lines_.size() && !text.ends_with('\n')) text += '\n';  // the end of the diff, not of the file
    if (at_ < lines_.size() && lines_[at_].starts_with('\\') && text.ends_with('\n')) text.pop_back();
    hunk.has_context = hunk.has_context || kind == ' ';
    if (kind != '+') hunk.before.push_back(text);
    if (kind != '-') hunk.after.push_back(std::move(text));
  }

  /// Between hunks, and after the last one.
  std::optional<core::Error> read_gap() {
    for (; at_ < lines_.size() && !lines_[at_].starts_with("@@"); ++at_) {
      const std::string_view line = lines_[at_];
      if (is_blank_line(line)) continue;
      if (is_signature(at_)) {
        at_ = lines_.size();
        return std::nullopt;
      }
      if (is_file_header(at_) || line.starts_with("diff ")) return more_files(line);
      return bad_diff(
          fmt::format("Line {} of the diff, after hunk {}, belongs to no hunk.", at_ + 1, diff_.hunks.size()),
          shown_line(line), "a line that begins with a blank, - or +, or a header of a hunk");
    }
    return std::nullopt;
  }

  /// `--- a/x` and `+++ b/x`, where a hunk may be over. Within one they could be lines that go and come.
  [[nodiscard]] bool is_file_header(std::size_t at) const {
    return at + 1 < lines_.size() && lines_[at].starts_with("--- ") && lines_[at + 1].starts_with("+++ ");
  }
  /// Likewise, and sure also within a hunk.
  [[nodiscard]] bool is_named_file_header(std::size_t at) const {
    return is_file_header(at) && at + 2 < lines_.size() && lines_[at + 2].starts_with("@@ -");
  }
  /// With which mails of git end: `-- ` and its version.
  [[nodiscard]] bool is_signature(std::size_t at) const {
    const bool is_mark = lines_[at] == "-- \n" || lines_[at] == "--\n";
    if (!is_mark) return false;
    const std::size_t left = lines_.size() - at;
    return left <= 1 || (left <= 3 && lines_[at + 1].front() >= '0' && lines_[at + 1].front() <= '9');
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  FileDiff diff_;
  int beginnings_ = 0;
  int old_names_ = 0;
};

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
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
  return std::string(text::cut_text(valid_utf8(line), kShownLineBytes));
}

core::Error bad_diff(std::string message, std::string given, std::string expected) {
  core::Error error(core::ErrorCode::invalid_argument, std::move(message),
                    "Send what `diff -u` gives, or the whole content.");
  error.field = "unified_diff";
  error.given = std::move(given);
  error.expected = std::move(expected);
  return error;
}

core::Result<FileDiff> read_diff(std::string_view text) {
  return DiffReader(text).read();
}

}  // namespace governor::daemon
