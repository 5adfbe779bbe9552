#include "ctl/demo/passages.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace governor::ctl {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShortestPassage = 60;
constexpr std::uintmax_t kLargestPassageFile = 1024 * 1024;

std::vector<fs::path> text_files(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string extension = entry->path().extension().string();
    std::error_code ignored;
    if ((extension == ".md" || extension == ".txt") && entry->is_regular_file(ignored) &&
        entry->file_size(ignored) <= kLargestPassageFile) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

template <class Predicate>
std::size_t count(std::string_view text, Predicate predicate) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [&](char c) { return predicate(static_cast<unsigned char>(c)) != 0; }));
}

}  // namespace

std::vector<std::string> load_passages(const std::string& folder) {
  std::vector<std::string> passages;
  for (const fs::path& path : text_files(folder)) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto more = split_passages(text);
    passages.insert(passages.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  }
  return passages;
}

std::vector<std::string> split_passages(std::string_view text) {
  std::vector<std::string> passages;
  std::string current;
  const auto finish = [&] {
    if (current.size() >= kShortestPassage) passages.push_back(current);
    current.clear();
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) {
      finish();
      continue;
    }
    if (!current.empty()) current += '\n';
    current += line;
  }
  finish();
  return passages;
}

Observation observe(std::string_view passage) {
  const std::size_t size = passage.size();
  const std::size_t blanks = count(passage, [](unsigned char c) { return std::isspace(c); });
  const std::size_t marks = count(passage, [](unsigned char c) { return std::ispunct(c); });
  const std::size_t capitals = count(passage, [](unsigned char c) { return std::isupper(c); });
  const double word_length = share(size - blanks, 12 * (blanks + 1));
  // A fraction of each: from one paragraph of prose to the next little changes, to a table or a program much.
  const auto trait = [size](std::size_t part) { return share(part, size) / 10; };
  return {{trait(blanks), trait(marks), trait(capitals)}, (word_length + share(size, 2000)) / 2};
}

}  // namespace governor::ctl
