#include "daemon/diagnosis/lock_names.hpp"

#include <algorithm>
#include <array>

namespace governor::daemon {
namespace {

constexpr std::array<std::string_view, 18> kPackageLists{
    "Cargo.lock",    "Gemfile.lock", "Package.resolved.lock",
    "Pipfile.lock",  "Podfile.lock", "bun.lock",
    "composer.lock", "deno.lock",    "flake.lock",
    "gradle.lock",   "mix.lock",     "packages.lock",
    "pdm.lock",      "pixi.lock",    "poetry.lock",
    "pubspec.lock",  "uv.lock",      "yarn.lock"};

constexpr std::array<std::string_view, 7> kFoldersWithoutLocks{".git",  ".hg",  ".svn",       "node_modules",
                                                               ".venv", ".tox", "__pycache__"};

template <std::size_t n>
bool is_among(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_lock_file_name(std::string_view directory, std::string_view name) {
  if (directory == ".agent_locks") return true;
  constexpr std::string_view kOfAgent = ".lock_";  // ".lock_<agent>"
  if (name.size() > kOfAgent.size() && name.starts_with(kOfAgent)) return true;
  return name.size() > 5 && name.ends_with(".lock") && !is_among(kPackageLists, name);
}

bool is_lock_directory_name(std::string_view name) {
  return (name.size() > 7 && name.ends_with(".lock.d")) || (name.size() > 5 && name.ends_with(".lock"));
}

bool is_passed_over(std::string_view name) {
  return is_among(kFoldersWithoutLocks, name);
}

}  // namespace governor::daemon
