#include "daemon/files/installed_hook.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "ipc/unique_fd.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

/// The mark stands in the second line of a script.
constexpr std::size_t kMarkedBytes = 300;
/// Settings are small; of anything larger this much is looked at.
constexpr std::size_t kLookedAtBytes = 65536;

bool has_text(std::string_view content, std::string_view text) {
  return content.find(text) != std::string_view::npos;
}

}  // namespace

bool is_installed_hook(std::string_view path, std::string_view content) {
  if (path.ends_with(".before-governor")) return true;
  if (has_text(content.substr(0, kMarkedBytes), "governorctl install guards")) return true;
  if (path.ends_with("/.claude/settings.json") || path.ends_with("/.claude/settings.local.json"))
    return has_text(content, "guard claude-code");
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const bool runs_hooks = has_text(path, "/.husky/") || name == ".pre-commit-config.yaml" ||
                          name.starts_with("lefthook") || name.starts_with(".lefthook");
  return runs_hooks && has_text(content, "governor") && has_text(content, "guard git");
}

bool is_installed_hook(const std::string& path) {
  const ipc::UniqueFd file(
      ::open(text::path_bytes(path).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::string content(kLookedAtBytes, '\0');
  ssize_t got = file ? ::read(file.get(), content.data(), content.size()) : 0;
  while (file && got < 0 && errno == EINTR) got = ::read(file.get(), content.data(), content.size());
  content.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return is_installed_hook(std::string_view(path), content);
}

}  // namespace governor::daemon
