#pragma once

#include <string>
#include <vector>

namespace governor::test {

/// Whether the tests are to write this anew: GOVERNOR_RECORD is its name, or `all`.
bool is_to_be_recorded(const std::string& what);

/// Whether the file is there and begins with this line.
bool is_first_line(const std::string& path, const std::string& line);

/// Compares line by line with what the file has, or writes it anew.
void check_recorded_lines(const std::string& path, const std::vector<std::string>& now, bool record);

}  // namespace governor::test
