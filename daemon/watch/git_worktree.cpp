#include "daemon/watch/git_worktree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "daemon/watch/git_places.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostWorktrees = 64;
constexpr std::streamsize kLongestGitFile = 4096;
constexpr std::string_view kHeadsPrefix = "ref: refs/heads/";
/// What HEAD says where branches are kept in another way.
constexpr std::string_view kNoFileBranch = ".invalid";

/// The first line of one of git's small files; empty: there is none.
std::string line_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(static_cast<std::size_t>(kLongestGitFile), '\0');
  stream.read(text.data(), kLongestGitFile);
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

/// A path that stands in a file of this directory.
fs::path real_path_from(const fs::path& directory, const std::string& written) {
  std::error_code error;
  fs::path real = fs::canonical(directory / written, error);
  return error ? fs::path() : real;
}

std::string branch_in(const fs::path& git_directory) {
  const std::string head = line_of(git_directory / "HEAD");
  if (!head.starts_with(kHeadsPrefix)) return {};
  const std::string branch = head.substr(kHeadsPrefix.size());
  return branch == kNoFileBranch ? std::string() : text::path_text(branch);
}

/// What `.git` in a working tree stands for; empty: nothing of git's.
fs::path git_directory_of(const fs::path& top) {
  const std::string found = git_directory(top.native());
  const fs::path directory = found.empty() ? fs::path() : real_path_from(top, found);
  return !directory.empty() && !line_of(directory / "HEAD").empty() ? directory : fs::path();
}

/// The path without its last `count` names.
std::string_view without_names(std::string_view path, std::size_t count) {
  for (; count > 0 && !path.empty(); --count) path = path.substr(0, path.rfind('/'));
  return path;
}

std::size_t names_in(std::string_view path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

/// What is left of a path behind so many names, from a slash on.
std::string_view behind_names(std::string_view path, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at != std::string_view::npos; --count) at = path.find('/', at + 1);
  return at == std::string_view::npos ? std::string_view() : path.substr(at);
}

/// The directory in which all lies that the path stands for.
std::string directory_of(const ResolvedPath& resolved) {
  const std::string_view path = resolved.path;
  const std::size_t wildcard = resolved.pattern ? path.find_first_of("*?") : std::string_view::npos;
  return std::string(path.substr(0, std::min(path.substr(0, wildcard).rfind('/'), path.size())));
}

}  // namespace

std::optional<core::RepositoryPath> find_repository(const std::string& directory) {
  for (std::string_view at = directory; !at.empty(); at = without_names(at, 1)) {
    const fs::path place = git_directory_of(text::path_bytes(at));
    if (place.empty()) continue;
    const fs::path common = real_path_from(place, git_common_directory(place.native()));
    if (common.empty()) return std::nullopt;
    core::RepositoryPath found;
    found.repository = text::path_text(common.native());
    found.worktree = {std::string(at), branch_in(place)};
    return found;
  }
  return std::nullopt;
}

std::vector<core::Worktree> worktrees_of(const std::string& repository) {
  const fs::path common = text::path_bytes(repository);
  std::vector<core::Worktree> found;
  const auto add = [&](const fs::path& top, const fs::path& git_directory) {
    if (git_directory_of(top) == git_directory)
      found.push_back({text::path_text(top.native()), branch_in(git_directory)});
  };
  if (common.filename() == ".git") add(common.parent_path(), common);
  std::error_code error;
  for (fs::directory_iterator entry(common / "worktrees", error), end; !error && entry != end;
       entry.increment(error)) {
    if (found.size() >= kMostWorktrees) break;
    const std::string link = line_of(entry->path() / "gitdir");
    if (link.empty()) continue;
    const fs::path top = real_path_from(entry->path(), fs::path(link).parent_path());
    if (!top.empty()) add(top, entry->path());
  }
  return found;
}

core::LeasePath WorktreeLookup::locate(const ResolvedPath& resolved) {
  core::LeasePath path = lease_path(resolved);
  const std::string directory = directory_of(resolved);
  auto known = places_.find(directory);
  if (known == places_.end()) known = places_.emplace(directory, find_repository(directory)).first;
  if (!known->second) return path;
  core::RepositoryPath place = *known->second;
  // Each name of the key is one of the path's, in the letters by which names are compared there.
  const std::string below(behind_names(path.pattern.text(), names_in(place.worktree.top)));
  if (below.empty() || below == "/.git" || below.starts_with("/.git/")) return path;
  place.path = path.pattern.is_literal() ? core::PathPattern::literal(below) : core::PathPattern::glob(below);
  if (!worktrees_.contains(place.repository))
    worktrees_.emplace(place.repository, worktrees_of(place.repository));
  path.in_repository = std::move(place);
  return path;
}

const std::vector<core::Worktree>& WorktreeLookup::worktrees(const std::string& repository) const {
  static const std::vector<core::Worktree> kNone;
  const auto found = worktrees_.find(repository);
  return found == worktrees_.end() ? kNone : found->second;
}

}  // namespace governor::daemon
