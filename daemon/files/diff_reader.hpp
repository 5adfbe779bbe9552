#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace governor::daemon {

/// Lines of a text, each with its line break if it has one.
std::vector<std::string_view> split_lines(std::string_view text);

/// A line for a message: without its break, and not too long.
std::string shown_line(std::string_view line);

core::Error bad_diff(std::string message, std::string given, std::string expected);

struct DiffHunk {
  std::size_t number = 0;        ///< from 1, in the order of the diff
  std::size_t first_before = 0;  ///< index of its first line in the old text, as the diff says
  std::size_t first_after = 0;   ///< likewise in the new one
  bool has_context = false;      ///< some of its lines stay as they are
  std::vector<std::string> before;
  std::vector<std::string> after;

  void reverse() {
    std::swap(first_before, first_after);
    std::swap(before, after);
  }
};

/// A unified diff of one file.
struct FileDiff {
  std::vector<DiffHunk> hunks;
  bool creates = false;  ///< there was no file before
  bool deletes = false;  ///< there is none afterwards
  /// Where it says something else than what its lines are, for whoever made it.
  std::vector<std::string> remarks;
};

/// Refuses what is no diff of one file, and lines that belong to no hunk. Where a header counts wrongly and
/// the lines leave no doubt, they are counted anew.
core::Result<FileDiff> read_diff(std::string_view text);

}  // namespace governor::daemon
