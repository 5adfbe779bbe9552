#include "ctl/coordination/text_diff.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace governor::ctl {

namespace {

using Lines = std::vector<std::string_view>;

/// With their ends, so that a last line without one is another line.
Lines lines_with_ends(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

enum class Kind : char { same = ' ', removed = '-', added = '+' };
struct Edit {
  Kind kind;
  std::string_view line;
};
using Edits = std::vector<Edit>;

/// The trace of the search takes the square of this.
constexpr std::ptrdiff_t kMostDifferences = 1500;

/// The shortest way from one to the other, by Myers: in step d the furthest line on each diagonal that d
/// differences reach.
class ShortestEdit {
 public:
  ShortestEdit(const Lines& before, const Lines& after) : before_(before), after_(after) {}

  /// False: it takes more than kMostDifferences.
  bool find() {
    const std::ptrdiff_t height = count(before_);
    const std::ptrdiff_t width = count(after_);
    const std::ptrdiff_t most = std::min(height + width, kMostDifferences);
    std::vector<std::ptrdiff_t> reached(static_cast<std::size_t>(2 * most + 3), 0);
    const auto at = [&](std::ptrdiff_t k) -> std::ptrdiff_t& {
      return reached[static_cast<std::size_t>(k + most + 1)];
    };
    for (std::ptrdiff_t d = 0; d <= most; ++d) {
      const auto first = reached.begin() + (most - d);
      trace_.emplace_back(first, first + (2 * d + 3));
      for (std::ptrdiff_t k = -d; k <= d; k += 2) {
        const bool adds = k == -d || (k != d && at(k - 1) < at(k + 1));
        std::ptrdiff_t x = adds ? at(k + 1) : at(k - 1) + 1;
        while (x < height && x - k < width && line(before_, x) == line(after_, x - k)) ++x;
        at(k) = x;
        if (k == height - width && x >= height) return true;
      }
    }
    return false;
  }

  /// After `find` that said true: the same way back.
  [[nodiscard]] Edits edits() const {
    Edits backwards;
    std::ptrdiff_t x = count(before_);
    std::ptrdiff_t y = count(after_);
    for (std::ptrdiff_t d = count(trace_) - 1; d >= 0; --d) {
      const auto at = [&](std::ptrdiff_t k) {
        return trace_[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + d + 1)];
      };
      const std::ptrdiff_t k = x - y;
      const bool adds = k == -d || (k != d && at(k - 1) < at(k + 1));
      const std::ptrdiff_t from = adds ? at(k + 1) : at(k - 1);
      const std::ptrdiff_t from_y = from - (adds ? k + 1 : k - 1);
      for (; x > from && y > from_y && x > 0 && y > 0; --x, --y)
        backwards.push_back({Kind::same, line(before_, x - 1)});
      if (d > 0)
        backwards.push_back(adds ? Edit{Kind::added, line(after_, y - 1)}
                                 : Edit{Kind::removed, line(before_, x - 1)});
      x = from;
      y = from_y;
    }
    std::reverse(backwards.begin(), backwards.end());
    return backwards;
  }

 private:
  template <class List>
  static std::ptrdiff_t count(const List& list) {
    return static_cast<std::ptrdiff_t>(list.size());
  }
  static std::string_view line(const Lines& lines, std::ptrdiff_t number) {
    return lines[static_cast<std::size_t>(number)];
  }

  const Lines& before_;
  const Lines& after_;
  std::vector<std::vector<std::ptrdiff_t>> trace_;  ///< what each step began with, on diagonals -d-1 to d+1
};

Edits edits_between(const Lines& before, const Lines& after) {
  ShortestEdit shortest(before, after);
  if (shortest.find()) return shortest.edits();
  Edits edits;
  for (const std::string_view line : before) edits.push_back({Kind::removed, line});
  for (const std::string_view line : after) edits.push_back({Kind::added, line});
  return edits;
}

std::string range(std::size_t begin, std::size_t count) {
  // A hunk without lines stands behind the line before it.
  return std::to_string(count == 0 ? begin : begin + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

void add_hunk(std::string& text, const Edits& edits, std::size_t from, std::size_t to, std::size_t old_line,
              std::size_t new_line) {
  std::size_t old_count = 0;
  std::size_t new_count = 0;
  std::string lines;
  for (std::size_t i = from; i < to; ++i) {
    old_count += edits[i].kind != Kind::added;
    new_count += edits[i].kind != Kind::removed;
    lines += static_cast<char>(edits[i].kind);
    lines += edits[i].line;
    if (!edits[i].line.ends_with('\n')) lines += "\n\\ No newline at end of file\n";
  }
  text += "@@ -" + range(old_line, old_count) + " +" + range(new_line, new_count) + " @@\n" + lines;
}

}  // namespace

std::string text_diff(std::string_view before, std::string_view after) {
  constexpr std::size_t kAround = 3;
  const Lines old_lines = lines_with_ends(before);
  const Lines new_lines = lines_with_ends(after);
  // What is the same at both ends is most of it, and costs nothing this way.
  std::size_t head = 0;
  const std::size_t shorter = std::min(old_lines.size(), new_lines.size());
  while (head < shorter && old_lines[head] == new_lines[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
    ++tail;
  const auto middle = [&](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head),
                 lines.end() - static_cast<std::ptrdiff_t>(tail));
  };
  Edits edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({Kind::same, old_lines[i]});
  const Lines old_middle = middle(old_lines);
  const Lines new_middle = middle(new_lines);
  for (const Edit& edit : edits_between(old_middle, new_middle)) edits.push_back(edit);
  for (std::size_t i = old_lines.size() - tail; i < old_lines.size(); ++i)
    edits.push_back({Kind::same, old_lines[i]});

  std::string text;
  std::size_t old_line = 0;
  std::size_t new_line = 0;
  std::size_t i = 0;
  while (i < edits.size()) {
    if (edits[i].kind == Kind::same) {
      ++i, ++old_line, ++new_line;
      continue;
    }
    // Changes that are nearer to each other than what is shown around them make one hunk.
    std::size_t end = i;
    for (std::size_t k = i; k < edits.size() && k <= end + 2 * kAround + 1; ++k)
      if (edits[k].kind != Kind::same) end = k;
    std::size_t from = i;
    while (from > 0 && i - from < kAround && edits[from - 1].kind == Kind::same) --from;
    const std::size_t to = std::min(end + 1 + kAround, edits.size());
    add_hunk(text, edits, from, to, old_line - (i - from), new_line - (i - from));
    for (; i < to; ++i) {
      old_line += edits[i].kind != Kind::added;
      new_line += edits[i].kind != Kind::removed;
    }
  }
  return text;
}

bool is_binary(std::string_view content) {
  constexpr std::size_t kLookedAt = 8000;
  return content.substr(0, kLookedAt).find('\0') != std::string_view::npos;
}

}  // namespace governor::ctl
