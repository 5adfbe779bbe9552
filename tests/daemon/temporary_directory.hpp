#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/support/temporary_directory.hpp"

namespace governor::daemon::test {

using governor::TemporaryDirectory;

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void write_file(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace governor::daemon::test
