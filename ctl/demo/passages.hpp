#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace governor::ctl {

/// The paragraphs of every .md and .txt file in the folder, in the order of the file names. Empty if the
/// folder cannot be read or holds no text.
std::vector<std::string> load_passages(const std::string& folder);

/// Paragraphs are separated by empty lines; those too short to say anything are dropped.
std::vector<std::string> split_passages(std::string_view text);

/// What the demonstration reports about a passage, derived from the text alone.
struct Observation {
  std::vector<double> parameters;  ///< each from 0 to 1
  double complexity = 0;           ///< 0 to 1
};
Observation observe(std::string_view passage);

}  // namespace governor::ctl
