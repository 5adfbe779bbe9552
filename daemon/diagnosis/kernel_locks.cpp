#include "daemon/diagnosis/kernel_locks.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace governor::daemon {
namespace {

std::string_view next_word(std::string_view& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos) return line = {};
  line.remove_prefix(begin);
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

template <class Number>
bool read_number(std::string_view text, int base, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

/// "12: FLOCK  ADVISORY  WRITE 4711 08:01:131073 0 EOF"; the device in hexadecimal, the inode in decimal.
std::optional<LockedFile> parse_line(std::string_view line) {
  next_word(line);  // its number
  if (next_word(line) == "->") return std::nullopt;
  for (int skipped = 0; skipped < 2; ++skipped) next_word(line);
  const std::string_view pid = next_word(line);
  const std::string_view file = next_word(line);
  const std::size_t first = file.find(':');
  const std::size_t second = first == std::string_view::npos ? first : file.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  LockedFile found;
  if (!read_number(pid, 10, found.pid) || !read_number(file.substr(0, first), 16, found.device_major) ||
      !read_number(file.substr(first + 1, second - first - 1), 16, found.device_minor) ||
      !read_number(file.substr(second + 1), 10, found.inode)) {
    return std::nullopt;
  }
  return found;
}

}  // namespace

std::vector<LockedFile> parse_kernel_locks(std::string_view text) {
  std::vector<LockedFile> found;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (const auto file = parse_line(line)) found.push_back(*file);
  }
  return found;
}

std::vector<LockedFile> kernel_locks() {
  std::ifstream file("/proc/locks", std::ios::binary);
  if (!file) return {};
  std::stringstream text;
  text << file.rdbuf();
  return parse_kernel_locks(text.str());
}

}  // namespace governor::daemon
