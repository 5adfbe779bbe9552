#include "daemon/supervisor/worktree_include.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include "text/shown_text.hpp"

namespace governor::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostIncluded = 10'000;
constexpr const char* kIncludeFile = ".worktreeinclude";

std::set<std::string> names_in(const std::string& list) {
  std::set<std::string> names;
  for (std::string_view rest = list; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find('\0'));
    names.emplace(name);
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return names;
}

core::Error copy_failed(const std::string& name, const std::string& why) {
  return core::Error(core::ErrorCode::internal_error,
                     fmt::format("{} of .worktreeinclude cannot be copied into the worktree: {}.",
                                 text::shown_text(name), why),
                     "Take it out of .worktreeinclude, or make it readable.");
}

}  // namespace

std::optional<core::Error> copy_included_files(const GitCommand& git, const std::string& top,
                                               const std::string& worktree) {
  if (::access((top + "/" + kIncludeFile).c_str(), R_OK) != 0) return std::nullopt;
  const auto wanted =
      git.ask({"ls-files", "-z", "--others", "--ignored", std::string("--exclude-from=") + kIncludeFile});
  if (!wanted) return wanted.error();
  const auto ignored = git.ask({"ls-files", "-z", "--others", "--ignored", "--exclude-standard"});
  if (!ignored) return ignored.error();
  const std::set<std::string> is_ignored = names_in(*ignored);
  std::size_t copied = 0;
  for (const std::string& name : names_in(*wanted)) {
    if (is_ignored.count(name) == 0) continue;
    if (++copied > kMostIncluded)
      return copy_failed(name, fmt::format("there are more than {} files", kMostIncluded));
    std::error_code error;
    const fs::path to = worktree + "/" + name;
    fs::create_directories(to.parent_path(), error);
    if (!error)
      fs::copy(top + "/" + name, to, fs::copy_options::copy_symlinks | fs::copy_options::skip_existing,
               error);
    if (error) return copy_failed(name, error.message());
  }
  return std::nullopt;
}

}  // namespace governor::daemon
