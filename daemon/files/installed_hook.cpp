#include "daemon/files/installed_hook.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/files/hook_switches.hpp"
#include "ipc/unique_fd.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

/// Begins the lines that the installation puts into files of others.
constexpr std::string_view kBlock = "\n# governor >>> ";
/// The mark stands in the second line of a script.
constexpr std::size_t kMarkedBytes = 300;
/// Settings are small; of anything larger this much is looked at.
constexpr std::size_t kLookedAtBytes = 65536;

bool has_text(std::string_view content, std::string_view text) {
  return content.find(text) != std::string_view::npos;
}

/// Empty: there is no such file.
std::string beginning_of(const std::string& path) {
  const ipc::UniqueFd file(
      ::open(text::path_bytes(path).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::string content(kLookedAtBytes, '\0');
  ssize_t got = file ? ::read(file.get(), content.data(), content.size()) : 0;
  while (file && got < 0 && errno == EINTR) got = ::read(file.get(), content.data(), content.size());
  content.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return content;
}

/// Where the installation puts files into a project. Git may look for hooks elsewhere, so their names count
/// in any directory.
struct GuardPlace {
  std::string_view directory;
  std::array<std::string_view, 5> names;
};
constexpr std::array<std::string_view, 5> kHookNames = {
    "pre-commit", "pre-merge-commit", "prepare-commit-msg", "pre-applypatch", "pre-commit.legacy"};
constexpr std::array<GuardPlace, 4> kGuardPlaces = {{{".git/hooks/", kHookNames},
                                                     {".git/governor/", {"guard", "guards.json"}},
                                                     {".claude/", {"settings.json", "settings.local.json"}},
                                                     {".husky/", kHookNames}}};

}  // namespace

bool is_installed_hook(std::string_view path, std::string_view content) {
  if (path.ends_with(".before-governor") || has_text(path, ".before-governor/")) return true;
  if (has_text(content.substr(0, kMarkedBytes), "governorctl install guards")) return true;
  if (content.starts_with(kBlock.substr(1)) || has_text(content, kBlock)) return true;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const bool runs_hooks = has_text(path, "/.husky/") || name == ".pre-commit-config.yaml" ||
                          name.starts_with("lefthook") || name.starts_with(".lefthook");
  return runs_hooks && has_text(content, "governor") && has_text(content, "guard git");
}

bool is_installed_hook(const std::string& path) {
  return is_installed_hook(std::string_view(path), beginning_of(path));
}

bool is_guarding_claude(const std::string& path) {
  return may_switch_hooks(path) && holds_claude_guard(path, beginning_of(path));
}

bool aims_at_installed_hooks(const core::PathPattern& pattern, const std::string& directory) {
  if ((directory + "/").find(".before-governor/") != std::string::npos) return true;
  for (const GuardPlace& place : kGuardPlaces) {
    for (std::string_view below = place.directory;; below.remove_prefix(below.find('/') + 1)) {
      for (const std::string_view name : place.names) {
        const std::string rest = std::string(below) + std::string(name);
        const std::string path = directory + "/" + rest;
        if (name.empty() || !pattern.matches(path)) continue;
        const bool is_wide = !below.empty() && !directory.ends_with(".git") &&
                             pattern.matches(directory + "/x" + rest.substr(rest.find('/')));
        if (!is_wide && (is_installed_hook(path) || is_guarding_claude(path))) return true;
      }
      if (below.empty()) break;
    }
  }
  return false;
}

}  // namespace governor::daemon
