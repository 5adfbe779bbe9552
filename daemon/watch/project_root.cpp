#include "daemon/watch/project_root.hpp"

#include <sys/stat.h>

#include <string_view>

#include "core/file_table.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/watch/watch_plan.hpp"
#include "daemon/watch/wide_root.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

/// Of a project whose session began without anybody asking for it to be watched.
constexpr std::size_t kMostProjectFiles = core::FileTable::kRememberedFiles / 2;

bool has_git(const std::string& directory) {
  struct stat status {};
  return ::lstat(text::path_bytes(directory + "/.git").c_str(), &status) == 0;
}

std::string top_of(const std::string& directory) {
  for (std::string at = directory; !at.empty(); at.resize(at.rfind('/')))
    if (has_git(at)) return at;
  return directory;
}

}  // namespace

std::string find_project(const std::string& directory, const OwnFiles& own) {
  constexpr std::string_view kTree = "/**";
  const auto resolved = resolve_path(directory + "/", {});
  if (!resolved || !resolved->exists || !resolved->path.ends_with(kTree)) return {};
  std::string root = top_of(resolved->path.substr(0, resolved->path.size() - kTree.size()));
  if (own.contains(root) || !wide_root(root).empty()) return {};
  WatchFilter filter([&own](std::string_view path) { return own.contains(path); });
  const core::WatchTarget target{core::PathPattern::glob(root + "/**"), true};
  if (matching_files({target}, {}, kMostProjectFiles + 1, filter).size() > kMostProjectFiles) return {};
  return root;
}

}  // namespace governor::daemon
