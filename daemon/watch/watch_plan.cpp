#include "daemon/watch/watch_plan.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "daemon/watch/walk_tree.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDirectories = 20'000;
constexpr std::array<std::string_view, 4> kPassedOver{".git", ".hg", ".svn", "node_modules"};

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(fs::symlink_status(text::path_bytes(path), error)) && !error;
}

bool goes_deep(const core::PathPattern& pattern) {
  return !pattern.is_literal() &&
         pattern.text().find('/', fixed_directory(pattern).size() + 1) != std::string::npos;
}

/// For a directory's own pattern, `/a/**`, that is the directory.
bool is_tree(const core::PathPattern& pattern) {
  return !pattern.is_literal() && pattern.text().ends_with("/**");
}

}  // namespace

bool is_left_unwatched(std::string_view directory_name) {
  return std::find(kPassedOver.begin(), kPassedOver.end(), directory_name) != kPassedOver.end();
}

std::string fixed_directory(const core::PathPattern& pattern) {
  const std::string& text = pattern.text();
  if (pattern.is_literal()) return parent_of(text);
  return parent_of(text.substr(0, text.find_first_of("*?")) + "x");
}

WatchPlan plan_watch(const std::vector<core::PathPattern>& patterns) {
  WatchPlan plan;
  const auto enter = [&](const std::string& directory) {
    if (plan.directories.size() >= kMaxDirectories) {
      plan.complete = false;
      return false;
    }
    plan.directories.insert(directory);
    return true;
  };
  for (const core::PathPattern& pattern : patterns) {
    std::string directory = fixed_directory(pattern);
    const bool there = is_directory(directory);
    // What is not there yet is seen to come from the nearest directory that is.
    while (!is_directory(directory) && directory != "/") directory = parent_of(directory);
    enter(directory);
    if (!there || !(is_tree(pattern) || goes_deep(pattern))) continue;
    walk_tree(directory, enter, [](const std::string&) { return true; });
    if (is_tree(pattern)) enter(parent_of(directory));  // to see the directory itself go
  }
  return plan;
}

std::vector<std::string> matching_files(const std::vector<core::PathPattern>& patterns,
                                        const std::string& start, std::size_t limit) {
  std::set<std::string> found;
  const auto matches = [&](const std::string& path) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const core::PathPattern& pattern) { return pattern.matches(path); });
  };
  const auto see = [&](const std::string& path) {
    if (found.size() < limit && matches(path)) found.insert(path);
    return found.size() < limit;
  };
  std::size_t directories = 0;
  const auto enter = [&](const std::string&) { return ++directories <= kMaxDirectories; };
  if (!start.empty()) {
    walk_tree(start, enter, see);
  } else {
    for (const core::PathPattern& pattern : patterns) {
      std::error_code error;
      if (!pattern.is_literal()) {
        walk_tree(fixed_directory(pattern), enter, see);
      } else if (fs::is_regular_file(fs::symlink_status(text::path_bytes(pattern.text()), error))) {
        see(pattern.text());
      }
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace governor::daemon
