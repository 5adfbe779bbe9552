#include "daemon/files/own_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "daemon/files/installed_hook.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kWholeTree = "/**";

core::Error own_refusal(const std::string& path, std::string message, std::string hint) {
  core::Error error(core::ErrorCode::conflict, std::move(message), std::move(hint));
  error.field = "path";
  error.given = path;
  error.expected = "files that are not governor's own";
  return error;
}

core::Error refuse_own(const std::string& path) {
  return own_refusal(path, fmt::format("{} is one of governor's own files.", path),
                     "They cannot be written through governor; settings are changed by a person.");
}

}  // namespace

OwnFiles::OwnFiles(const std::vector<std::string>& places, NameLookup& names) : names_(&names) {
  for (const std::string& given : places) {
    if (given.empty()) continue;
    auto resolved = resolve_path(text::path_text(given), "/", names);
    if (!resolved) continue;
    std::string path = std::move(resolved->path);
    std::string key = std::move(resolved->key);
    for (std::string* text : {&path, &key}) {
      if (text->ends_with(kWholeTree)) text->resize(text->size() - kWholeTree.size());
    }
    if (path.empty()) continue;  // the root would leave nothing to anybody
    places_.push_back({std::move(path), core::PathPattern::glob(key + std::string(kWholeTree))});
  }
}

bool OwnFiles::contains(std::string_view real_path) const {
  return std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
    return real_path.starts_with(place.path) &&
           (real_path.size() == place.path.size() || real_path[place.path.size()] == '/');
  });
}

bool OwnFiles::is_below_other_name(std::string path) const {
  for (;;) {
    const FileIdentity identity = names_->look(text::path_bytes(path)).identity;
    const bool is_place = std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
      return identity.known() && names_->look(text::path_bytes(place.path)).identity.same_file(identity);
    });
    if (is_place) return true;
    const std::size_t slash = path.rfind('/');
    if (slash == 0 || slash == std::string::npos) return false;
    path.resize(slash);
  }
}

/// A file that somebody has linked out of one of the places. What lies deeper there are contents of files of
/// people, which are only ever replaced.
bool OwnFiles::is_other_name(const FileIdentity& file) const {
  if (file.links < 2) return false;
  const auto is_it = [&](const std::filesystem::path& path) {
    return names_->look(path.string()).identity.same_file(file);
  };
  return std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
    const std::string path = text::path_bytes(place.path);
    if (is_it(path)) return true;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
      if (is_it(entry->path())) return true;
    }
    return false;
  });
}

std::optional<core::Error> OwnFiles::direct_refusal(const std::string& real_path) const {
  if (!is_guarding_claude(real_path)) return std::nullopt;
  return own_refusal(real_path,
                     fmt::format("{} has the hooks with which Claude Code asks governor.", real_path),
                     "Take a lease without \"direct\" and write it by commit_file, which lets the hooks be.");
}

std::optional<core::Error> OwnFiles::refusal(const ResolvedPath& path) const {
  if (contains(path.path)) return refuse_own(path.path);
  const core::PathPattern pattern = lease_path(path).pattern;
  for (const Place& place : places_) {
    if (!pattern.overlaps(place.pattern)) continue;
    if (!path.pattern) return refuse_own(path.path);
    return own_refusal(path.path,
                       fmt::format("{} covers files of governor itself, in {}.", path.path, place.path),
                       "Name the directory of the project, or the files.");
  }
  std::string fixed = path.path;
  if (path.pattern) fixed.resize(fixed.rfind('/', fixed.find_first_of("*?")));
  if (is_below_other_name(fixed) || is_other_name(path.identity)) return refuse_own(path.path);
  if (path.pattern && aims_at_installed_hooks(core::PathPattern::glob(path.path), fixed)) {
    return own_refusal(path.path, fmt::format("{} covers the hooks that governor installed.", path.path),
                       "Name the other files that you want to write, one by one.");
  }
  if (!path.pattern && path.exists && is_installed_hook(path.path)) {
    return own_refusal(path.path, fmt::format("{} has the hooks that governor installed.", path.path),
                       "A person changes it, or takes the hooks away.");
  }
  return std::nullopt;
}

}  // namespace governor::daemon
