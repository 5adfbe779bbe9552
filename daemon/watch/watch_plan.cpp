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

WatchPlan plan_watch(const core::WatchTarget& target, WatchFilter& filter) {
  WatchPlan plan;
  const core::PathPattern& pattern = target.pattern;
  const auto add = [&](const std::string& directory) {
    plan.complete = plan.complete && plan.directories.size() < kMaxDirectories;
    if (plan.complete) plan.directories.insert(directory);
    return plan.complete;
  };
  std::string directory = fixed_directory(pattern);
  const bool there = is_directory(directory);
  // What is not there yet is seen to come from the nearest directory that is.
  while (!is_directory(directory) && directory != "/") directory = parent_of(directory);
  add(directory);
  if (!there || !(is_tree(pattern) || goes_deep(pattern))) return plan;
  const auto enter = [&](const std::string& found) { return filter.enters(target, found) && add(found); };
  walk_tree(directory, enter, [](const std::string&) { return true; });
  if (is_tree(pattern)) add(parent_of(directory));  // to see the directory itself go
  return plan;
}

std::vector<std::string> matching_files(const std::vector<core::WatchTarget>& targets,
                                        const std::string& start, std::size_t limit, WatchFilter& filter) {
  std::set<std::string> found;
  const auto any = [&](const auto& condition) {
    return std::any_of(targets.begin(), targets.end(), condition);
  };
  const auto see = [&](const std::string& path) {
    const auto takes = [&](const core::WatchTarget& target) { return filter.takes_file(target, path); };
    if (found.size() < limit && any(takes)) found.insert(path);
    return found.size() < limit;
  };
  std::size_t directories = 0;
  if (!start.empty()) {
    const auto enter = [&](const std::string& directory) {
      const auto enters = [&](const core::WatchTarget& target) { return filter.enters(target, directory); };
      return ++directories <= kMaxDirectories && any(enters);
    };
    walk_tree(start, enter, see);
    return {found.begin(), found.end()};
  }
  for (const core::WatchTarget& target : targets) {
    std::error_code error;
    if (!target.pattern.is_literal()) {
      const auto enter = [&](const std::string& directory) {
        return ++directories <= kMaxDirectories && filter.enters(target, directory);
      };
      walk_tree(fixed_directory(target.pattern), enter, see);
    } else if (fs::is_regular_file(fs::symlink_status(text::path_bytes(target.pattern.text()), error))) {
      see(target.pattern.text());
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace governor::daemon
